-- What the tables of spirits refuse, each rule once, and what they take.
BEGIN;
SELECT plan(43);

SELECT tables_are('public', ARRAY[
  'spirits_registry', 'minion_spirits', 'spirit_mastery', 'spirit_bundles', 'subscription_plans', 'user_spirit_purchases',
  'user_spirit_subscriptions', 'user_points', 'points_transactions', 'user_spirit_access', 'tools_registry', 'spirit_minions']);

-- Spirits: a tier decides what is free, and points follow the price.
SELECT throws_ok($$ UPDATE spirits_registry SET price = 1 WHERE id = 'builder' $$, '23514', NULL, 'a free spirit costs nothing');
SELECT throws_ok($$ UPDATE spirits_registry SET tier = 'legendary' WHERE id = 'oracle' $$, '23514');
SELECT throws_ok($$ UPDATE spirits_registry SET category = 'magic' WHERE id = 'oracle' $$, '23514');
SELECT throws_ok($$ UPDATE spirits_registry SET price = 15.99 WHERE id = 'oracle' $$, '23514', NULL, 'points follow the price');
SELECT lives_ok($$ UPDATE spirits_registry SET price = 15.99, points_price = 1600 WHERE id = 'oracle' $$);
SELECT throws_ok($$ UPDATE spirits_registry SET legacy_id = 1 WHERE id = 'oracle' $$, '23505');

-- Bundles.
SELECT throws_ok($$ UPDATE spirit_bundles SET saving = 50 WHERE id = 'pantheon' $$, '23514', NULL, 'no more is promised than is saved');
SELECT throws_ok($$ UPDATE spirit_bundles SET price = list_price + 1 WHERE id = 'pantheon' $$, '23514');
SELECT throws_ok($$ UPDATE spirit_bundles SET spirit_ids = '{writer}' WHERE id = 'studio' $$, '23514');
SELECT throws_ok($$ UPDATE spirit_bundles SET spirit_ids = '{writer,ghost}' WHERE id = 'studio' $$, '23503', 'bundle "studio" holds the spirit "ghost", which isn''t there');
SELECT throws_ok($$ UPDATE spirit_bundles SET spirit_ids = '{writer,writer}' WHERE id = 'studio' $$, '23514', 'bundle "studio" holds a spirit twice');
SELECT lives_ok($$ UPDATE spirit_bundles SET spirit_ids = '{writer,coach}' WHERE id = 'studio' $$);

-- Plans and tools.
SELECT throws_ok($$ UPDATE subscription_plans SET price_yearly = 12 * price_monthly + 1 WHERE id = 'premium' $$, '23514');
SELECT throws_ok($$ UPDATE subscription_plans SET minion_limit = 0 WHERE id = 'premium' $$, '23514');
SELECT throws_ok($$ UPDATE subscription_plans SET tier = 'premium' WHERE id = 'basic' $$, '23505');
SELECT throws_ok($$ UPDATE tools_registry SET spirit_id = 'ghost' WHERE id = 'read_file' $$, '23503');

-- Points.
SELECT lives_ok($$ INSERT INTO user_points (user_id, balance, earned, spent) VALUES ('ada', 60, 100, 40) $$);
SELECT throws_ok($$ UPDATE user_points SET balance = 61 $$, '23514', NULL, 'a balance is what was earned less what was spent');
SELECT throws_ok($$ UPDATE user_points SET balance = -1, spent = 101 $$, '23514', NULL, 'nobody spends what isn''t there');
SELECT lives_ok($$ INSERT INTO points_transactions (user_id, amount, kind) VALUES ('ada', 100, 'earn'), ('ada', -40, 'spend') $$);
SELECT matches((SELECT min(id) FROM points_transactions), '^[0-9a-f]{24}$');
SELECT throws_ok($$ INSERT INTO points_transactions (user_id, amount, kind) VALUES ('ada', 0, 'earn') $$, '23514');
SELECT throws_ok($$ INSERT INTO points_transactions (user_id, amount, kind) VALUES ('ada', -5, 'bonus') $$, '23514');
SELECT throws_ok($$ INSERT INTO points_transactions (user_id, amount, kind) VALUES ('bob', 5, 'bonus') $$, '23503');
SELECT throws_ok($$ INSERT INTO points_transactions (user_id, amount, kind) VALUES ('ada', 5, 'found') $$, '23514');

-- Purchases, subscriptions, access.
SELECT lives_ok($$ INSERT INTO user_spirit_purchases (id, user_id, spirit_id, price, status) VALUES ('one', 'ada', 'writer', 4.99, 'paid') $$);
SELECT throws_ok($$ UPDATE user_spirit_purchases SET bundle_id = 'studio' $$, '23514', NULL, 'a spirit or a bundle');
SELECT throws_ok($$ UPDATE user_spirit_purchases SET spirit_id = NULL $$, '23514');
SELECT throws_ok($$ UPDATE user_spirit_purchases SET status = 'refunded' $$, '23514', NULL, 'a refund has a time');
SELECT throws_ok($$ UPDATE user_spirit_purchases SET currency = 'usd' $$, '23514');
SELECT lives_ok($$ INSERT INTO user_spirit_subscriptions (user_id, plan_id, status, price, period_start, period_end)
  VALUES ('ada', 'basic', 'canceled', 9.99, now(), now() + interval '1 month'), ('ada', 'premium', 'active', 49.99, now(), now() + interval '1 month') $$);
SELECT throws_ok($$ UPDATE user_spirit_subscriptions SET status = 'trialing' WHERE status = 'canceled' $$, '23505', NULL, 'one subscription at a time');
SELECT throws_ok($$ UPDATE user_spirit_subscriptions SET period_end = period_start $$, '23514');
SELECT lives_ok($$ INSERT INTO user_spirit_access (user_id, spirit_id, granted_by, purchase_id) VALUES ('ada', 'writer', 'purchase', 'one') $$);
SELECT throws_ok($$ INSERT INTO user_spirit_access (user_id, spirit_id, granted_by) VALUES ('ada', 'writer', 'gift') $$, '23505', NULL, 'open once');

-- Minions, what they carry, what they have learned.
SELECT lives_ok($$ INSERT INTO spirit_minions (id, user_id, name) VALUES ('m', 'ada', 'Bolt') $$);
SELECT throws_ok($$ INSERT INTO spirit_minions (user_id, name) VALUES ('ada', 'BOLT') $$, '23505', NULL, 'one name, whatever its case');
SELECT lives_ok($$ INSERT INTO spirit_minions (user_id, name) VALUES ('bob', 'BOLT') $$);
SELECT throws_ok($$ INSERT INTO minion_spirits (minion_id, slot, spirit_id) VALUES ('m', 8, 'writer') $$, '23514', NULL, 'eight slots');
-- The level follows from the experience, to the last point.
SELECT results_eq($$
  SELECT level, xp, accepted FROM (VALUES (1, 0), (1, 99), (1, 100), (2, 99), (2, 100), (2, 399), (2, 400), (3, 400), (99, 980099), (100, 980099),
    (100, 980100), (100, 999999999)) AS tried (level, xp), LATERAL (SELECT xp >= 100 * (level - 1)::bigint ^ 2 AND (level = 100 OR xp < 100 * level::bigint ^ 2) AS accepted) AS rule $$,
  $$ VALUES (1, 0, true), (1, 99, true), (1, 100, false), (2, 99, false), (2, 100, true), (2, 399, true), (2, 400, false), (3, 400, true), (99, 980099, true),
    (100, 980099, false), (100, 980100, true), (100, 999999999, true) $$);
SELECT lives_ok($$ INSERT INTO spirit_mastery (minion_id, spirit_id, level, xp) VALUES ('m', 'writer', 2, 399), ('m', 'coach', 100, 999999999) $$);
SELECT throws_ok($$ UPDATE spirit_mastery SET xp = xp + 1 WHERE spirit_id = 'writer' $$, '23514', NULL, 'with 400 points it is level 3');

SELECT * FROM finish();
ROLLBACK;
