-- What is left: all that is on offer, and what duels, invoices and prizes lead to, in both stores; each row as it was.
BEGIN;
SELECT plan(26);

SELECT results_eq($$ SELECT * FROM user_spirit_access $$, $$ SELECT * FROM before.user_spirit_access WHERE id = 'open' $$, 'what was invoiced');
SELECT results_eq($$ SELECT * FROM user_spirit_purchases $$, $$ SELECT * FROM before.user_spirit_purchases WHERE id = 'one' $$, 'and by which purchase');
SELECT results_eq($$ SELECT * FROM points_transactions $$, $$ SELECT * FROM before.points_transactions WHERE id = 'won' $$, 'what was won');
SELECT results_eq($$ SELECT * FROM user_points $$, $$ SELECT * FROM before.user_points WHERE user_id = 'bob' $$, 'and whose points they are');
SELECT results_eq($$ SELECT * FROM spirit_minions $$, $$ SELECT * FROM before.spirit_minions WHERE id = 'n' $$, 'who fought');
SELECT results_eq($$ SELECT * FROM minion_spirits ORDER BY slot $$, $$ SELECT * FROM before.minion_spirits WHERE minion_id = 'n' ORDER BY slot $$,
  'and what it carries, which is part of it');
SELECT is_empty($$ SELECT id FROM spirit_mastery $$, 'what it learned only refers to it');
SELECT is_empty($$ SELECT id FROM user_spirit_subscriptions $$);
SELECT results_eq($$ SELECT (SELECT minion_id FROM duels), (SELECT access_id FROM invoices), (SELECT transaction_id FROM prizes WHERE id = 1), (SELECT count(*) FROM prizes) $$,
  $$ VALUES ('n' COLLATE "C", 'open' COLLATE "C", 'won' COLLATE "C", 2::bigint) $$, 'no foreign key changed what nobody declares');

SELECT results_eq($$ SELECT * FROM spirits_registry ORDER BY id $$, $$ SELECT * FROM before.spirits_registry ORDER BY id $$, 'what is kept whole is whole');
SELECT results_eq($$ SELECT * FROM spirit_bundles ORDER BY id $$, $$ SELECT * FROM before.spirit_bundles ORDER BY id $$);
SELECT results_eq($$ SELECT * FROM subscription_plans ORDER BY id $$, $$ SELECT * FROM before.subscription_plans ORDER BY id $$);
SELECT results_eq($$ SELECT * FROM tools_registry ORDER BY id $$, $$ SELECT * FROM before.tools_registry ORDER BY id $$);

-- In MongoDB the same stays, and the people whom all of it is about: ada bought, bob won and his minion fought. Who is in a
-- collection that nobody declares goes all the same, for MongoDB has no foreign keys.
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'app' AND found > 0 ORDER BY object COLLATE "C" $$,
  $$ VALUES ('minions', 2::bigint, 1::bigint, 1::bigint), ('pointstransactions', 2, 1, 1), ('spiritmasteries', 1, 0, 1), ('spiritpurchases', 2, 1, 1),
    ('userpoints', 2, 1, 1), ('users', 5, 3, 2) $$, 'MongoDB keeps what Postgres keeps');
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'main' ORDER BY object COLLATE "C" $$,
  $$ VALUES ('public.minion_spirits', 4::bigint, 2::bigint, 2::bigint), ('public.points_transactions', 4, 1, 3), ('public.spirit_bundles', 7, 7, 0),
    ('public.spirit_mastery', 3, 0, 3), ('public.spirit_minions', 3, 1, 2), ('public.spirits_registry', 18, 18, 0), ('public.subscription_plans', 4, 4, 0),
    ('public.tools_registry', 71, 71, 0), ('public.user_points', 3, 1, 2), ('public.user_spirit_access', 3, 1, 2),
    ('public.user_spirit_purchases', 3, 1, 2), ('public.user_spirit_subscriptions', 3, 0, 3) $$, 'and the figures are those of what went');
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
SELECT throws_ok($$ DELETE FROM spirits_registry $$, 'KG003');
SELECT throws_ok($$ DELETE FROM user_points $$, 'KG001');
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM user_points $$, 'KG001', NULL, 'the reset''s leave ended with it');
SELECT lives_ok($$ SET LOCAL kedge.writer = 'kedge'; INSERT INTO user_points (user_id, balance, earned) VALUES ('ada', 10, 10) $$, 'what was taken once can come again');
-- Every foreign key has an index, so that neither a cascade nor the look before a deletion reads a whole table.
SELECT is_empty($$
  SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
  WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL) $$);

SELECT * FROM finish();
ROLLBACK;
