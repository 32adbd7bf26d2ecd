-- What is left: the administrator, all programs, and what a review or SQLite's own foreign keys lead to; each row as it was.
BEGIN;
SELECT plan(24);

SELECT results_eq($$ SELECT * FROM users ORDER BY id $$, $$ SELECT * FROM before.users WHERE id IN (1, 2, 4) ORDER BY id $$,
  'the administrator, who made what was reviewed, and who has a badge in SQLite');
SELECT results_eq($$ SELECT * FROM goals $$, $$ SELECT * FROM before.goals WHERE id = 1 $$, 'the goal that it was made for');
SELECT results_eq($$ SELECT * FROM media_files $$, $$ SELECT * FROM before.media_files WHERE path = '1.png' $$, 'and its file');
SELECT results_eq($$ SELECT * FROM generated_items $$, $$ SELECT * FROM before.generated_items WHERE id = 1 $$, 'what was reviewed, with both still in it');
SELECT results_eq($$ SELECT id, item_id FROM reviews ORDER BY id $$, $$ VALUES (1, 1::bigint), (2, NULL) $$, 'no foreign key changed what nobody declares');
SELECT results_eq($$ SELECT * FROM programs ORDER BY code $$, $$ SELECT * FROM before.programs ORDER BY code $$, 'what is kept whole is whole');
SELECT is_empty($$ SELECT id FROM embeddings $$);
SELECT is_empty($$ SELECT token FROM sessions $$, 'those of people who stay, too');
SELECT is_empty($$ SELECT name FROM settings $$);

-- A table that is wholly empty counts from the start; none else does.
SELECT is((SELECT last_value FROM pg_sequences WHERE sequencename = 'embeddings_id_seq'), NULL);
SELECT is((SELECT last_value FROM pg_sequences WHERE sequencename = 'users_id_seq'), 5::bigint, 'no number is given out twice');
SELECT is((SELECT last_value FROM pg_sequences WHERE sequencename = 'goals_id_seq'), 3::bigint);
SELECT is((SELECT last_value FROM pg_sequences WHERE sequencename = 'generated_items_id_seq'), 3::bigint);

-- In both stores the same was decided, whichever of them said so; filters don't count, nor does a table that nobody declares.
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'app' ORDER BY object COLLATE "C" $$,
  $$ VALUES ('embeddings', 1::bigint, 0::bigint, 1::bigint), ('generated_items', 2, 1, 1), ('goals', 3, 1, 2), ('media_files', 2, 1, 1),
    ('sessions', 2, 0, 2), ('settings', 2, 0, 2), ('users', 5, 3, 2) $$, 'SQLite keeps what Postgres keeps');
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'main' ORDER BY object COLLATE "C" $$,
  $$ VALUES ('public.embeddings', 3::bigint, 0::bigint, 3::bigint), ('public.generated_items', 3, 1, 2), ('public.goals', 3, 1, 2),
    ('public.media_files', 3, 1, 2), ('public.programs', 8, 8, 0), ('public.sessions', 3, 0, 3), ('public.settings', 5, 0, 5),
    ('public.users', 5, 3, 2) $$, 'and the figures are those of what went');
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
SELECT lives_ok($$ SET LOCAL kedge.writer = 'kedge'; INSERT INTO embeddings (source_id, file_id, model, dimensions)
  VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'clip', 512) $$, 'what was taken once can come again');
SELECT is((SELECT id FROM embeddings), 1::bigint);

SELECT * FROM finish();
ROLLBACK;
