-- What goes takes along what means nothing without it; what is on offer stays while anybody has it.
BEGIN;
SELECT plan(18);

INSERT INTO user_points (user_id, balance, earned) VALUES ('ada', 10, 10), ('bob', 20, 20);
INSERT INTO points_transactions (user_id, amount, kind) VALUES ('ada', 10, 'earn'), ('bob', 20, 'earn');
INSERT INTO user_spirit_purchases (id, user_id, spirit_id, price, status) VALUES ('one', 'ada', 'writer', 4.99, 'paid');
INSERT INTO user_spirit_purchases (id, user_id, bundle_id, price, status) VALUES ('two', 'ada', 'studio', 22.49, 'paid');
INSERT INTO user_spirit_access (id, user_id, spirit_id, granted_by, purchase_id) VALUES ('a', 'ada', 'writer', 'purchase', 'one');
INSERT INTO user_spirit_subscriptions (user_id, plan_id, status, price, period_start, period_end)
  VALUES ('ada', 'basic', 'active', 9.99, now(), now() + interval '1 month');
INSERT INTO spirit_minions (id, user_id, name) VALUES ('m', 'ada', 'Bolt'), ('n', 'bob', 'Momo');
INSERT INTO minion_spirits (minion_id, slot, spirit_id) VALUES ('m', 0, 'writer'), ('m', 1, 'coach'), ('n', 0, 'coach');
INSERT INTO spirit_mastery (minion_id, spirit_id) VALUES ('m', 'writer'), ('n', 'coach');

-- Points go with their transactions.
SELECT lives_ok($$ DELETE FROM user_points WHERE user_id = 'ada' $$);
SELECT results_eq('SELECT user_id FROM points_transactions', ARRAY['bob']);

-- A minion goes with what it carried and learned.
SELECT lives_ok($$ DELETE FROM spirit_minions WHERE id = 'm' $$);
SELECT results_eq('SELECT minion_id, slot, spirit_id FROM minion_spirits', $$ VALUES ('n' COLLATE "C", 0, 'coach') $$);
SELECT results_eq('SELECT minion_id FROM spirit_mastery', ARRAY['n']);

-- A purchase goes: what it opened stays open.
SELECT lives_ok($$ DELETE FROM user_spirit_purchases WHERE id = 'one' $$);
SELECT results_eq('SELECT spirit_id, purchase_id IS NULL FROM user_spirit_access', $$ VALUES ('writer', true) $$);

-- What is on offer stays while it is in use.
SELECT throws_ok($$ DELETE FROM spirits_registry WHERE id = 'coach' $$, '23503', NULL, 'a minion carries it');
SELECT throws_ok($$ DELETE FROM spirits_registry WHERE id = 'painter' $$, '23503', 'spirit "painter" is part of bundle "studio"');
SELECT throws_ok($$ DELETE FROM spirit_bundles WHERE id = 'studio' $$, '23503', NULL, 'it was bought');
SELECT throws_ok($$ DELETE FROM subscription_plans WHERE id = 'basic' $$, '23503', NULL, 'somebody has subscribed');
SELECT throws_ok($$ DELETE FROM spirits_registry WHERE id = 'messenger' $$, '23503', NULL, 'it brings tools');
SELECT lives_ok($$ DELETE FROM spirit_bundles WHERE id = 'council' $$);
SELECT lives_ok($$ DELETE FROM subscription_plans WHERE id = 'premium' $$);

-- A spirit that nobody has goes, and every access to it.
INSERT INTO spirits_registry (id, legacy_id, name, category, tier, price, points_price) VALUES ('ghost', 99, 'Ghost', 'life', 'basic', 4.99, 500);
INSERT INTO user_spirit_access (user_id, spirit_id, granted_by) VALUES ('bob', 'ghost', 'gift');
SELECT lives_ok($$ DELETE FROM spirits_registry WHERE id = 'ghost' $$);
SELECT is_empty($$ SELECT 1 FROM user_spirit_access WHERE spirit_id = 'ghost' $$);
SELECT isnt_empty($$ SELECT 1 FROM user_spirit_access WHERE spirit_id = 'writer' $$);
SELECT is((SELECT count(*)::int FROM tools_registry), 71);

SELECT * FROM finish();
ROLLBACK;
