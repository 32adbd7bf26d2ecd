-- What is left: the registry, and what was printed with whose it is; each row as it was. No rule names anybody else.
BEGIN;
SELECT plan(21);

SELECT results_eq($$ SELECT * FROM generations $$, $$ SELECT * FROM before.generations WHERE id = '00000000-0000-4000-8000-000000000003' $$, 'what was printed');
SELECT results_eq($$ SELECT * FROM users ORDER BY id $$, $$ SELECT * FROM before.users WHERE id IN (1, 3) ORDER BY id $$,
  'whose it is, and who complained while the reset worked');
SELECT results_eq($$ SELECT id, generation_id, paid FROM prints $$, $$ VALUES (1, '00000000-0000-4000-8000-000000000003'::uuid, 4.50) $$);
SELECT results_eq($$ SELECT user_id FROM complaints $$, $$ VALUES (3::bigint) $$, 'no cascade took what nobody declares');
SELECT results_eq($$ SELECT * FROM models ORDER BY name $$, $$ SELECT * FROM before.models ORDER BY name $$, 'what is kept whole is whole');
SELECT results_eq($$ SELECT * FROM model_providers ORDER BY model, provider $$, $$ SELECT * FROM before.model_providers ORDER BY model, provider $$);
SELECT is_empty($$ SELECT id FROM logs $$, 'what was logged of people who stay goes, too');
SELECT is_empty($$ SELECT key FROM settings $$);

-- A table that is wholly empty counts from the start; none else does.
SELECT is((SELECT last_value FROM pg_sequences WHERE sequencename = 'logs_id_seq'), NULL);
SELECT is((SELECT last_value FROM pg_sequences WHERE sequencename = 'users_id_seq'), 3::bigint, 'no number is given out twice');

-- In SQLite the same was decided.
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'app' ORDER BY object COLLATE "C" $$,
  $$ VALUES ('generations', 2::bigint, 0::bigint, 2::bigint), ('logs', 3, 0, 3), ('settings', 2, 0, 2), ('users', 3, 1, 2) $$,
  'SQLite keeps what Postgres keeps');
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'main' ORDER BY object COLLATE "C" $$,
  $$ VALUES ('public.generations', 5::bigint, 1::bigint, 4::bigint), ('public.logs', 3, 0, 3), ('public.model_providers', (SELECT count(*) FROM before.model_providers),
      (SELECT count(*) FROM before.model_providers), 0),
    ('public.models', 12, 12, 0), ('public.settings', 3, 0, 3), ('public.users', 3, 2, 1) $$, 'and the figures are those of what went');
-- What refers goes before what it refers to.
SELECT is_empty($$
  SELECT k.conname FROM pg_constraint k JOIN kedge.reset_objects a ON a.object::regclass = k.conrelid JOIN kedge.reset_objects b ON b.object::regclass = k.confrelid
  WHERE k.contype = 'f' AND a.store = 'main' AND b.store = 'main' AND a.number >= b.number $$);

-- It is over, and nothing is left of it that says who stayed.
SELECT results_eq($$ SELECT state, finished_at IS NOT NULL FROM kedge.resets $$, $$ VALUES ('done', true) $$);
SELECT is_empty($$ SELECT 1 FROM kedge.reset_keys $$);
SELECT is_empty($$ SELECT 1 FROM kedge.reset_records $$);

-- All rules are as they were, and guardrails hold.
SELECT is_empty($$ SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND NOT convalidated $$);
SELECT is_empty($$ SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgenabled = 'D' $$);
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM users $$, 'KG001', NULL, 'the reset''s leave ended with it');
SELECT lives_ok($$ SET LOCAL kedge.writer = 'kedge'; INSERT INTO logs (level, message) VALUES ('info', 'anew') $$, 'what was taken once can come again');
SELECT is((SELECT id FROM logs), 1::bigint);

SELECT * FROM finish();
ROLLBACK;
