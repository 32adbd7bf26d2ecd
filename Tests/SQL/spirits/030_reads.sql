-- The application's reads go by an index, without sorting.
BEGIN;
SELECT plan(15);

INSERT INTO user_points (user_id, balance, earned) SELECT 'user' || n, n, n FROM generate_series(1, 2000) AS n;
INSERT INTO points_transactions (id, user_id, amount, kind, created_at)
  SELECT 'row' || n, 'user' || 1 + n % 20, 10, 'earn', '2024-01-01Z'::timestamptz + n * interval '1 minute' FROM generate_series(1, 4000) AS n;
INSERT INTO user_spirit_purchases (id, user_id, spirit_id, price, status, purchased_at)
  SELECT 'row' || n, 'user' || 1 + n % 20, 'writer', 4.99, CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'paid' END, '2024-01-01Z'::timestamptz + n * interval '1 minute'
  FROM generate_series(1, 4000) AS n;
INSERT INTO user_spirit_subscriptions (user_id, plan_id, status, price, period_start, period_end)
  SELECT 'user' || n, 'basic', CASE WHEN n % 2 = 0 THEN 'canceled' ELSE 'active' END, 9.99, '2024-01-01Z', '2024-01-01Z'::timestamptz + n * interval '1 hour'
  FROM generate_series(1, 2000) AS n;
INSERT INTO user_spirit_access (user_id, spirit_id, granted_by, granted_at, expires_at)
  SELECT 'user' || n, 'writer', 'gift', '2024-01-01Z', CASE WHEN n % 10 = 0 THEN '2024-01-02Z'::timestamptz + n * interval '1 hour' END FROM generate_series(1, 2000) AS n;
INSERT INTO spirit_minions (id, user_id, name, created_at)
  SELECT 'row' || n, 'user' || 1 + n % 20, 'Bolt ' || n, '2024-01-01Z'::timestamptz + n * interval '1 minute' FROM generate_series(1, 2000) AS n;
INSERT INTO spirit_mastery (minion_id, spirit_id, level, xp) SELECT 'row' || n, 'writer', 1, n % 100 FROM generate_series(1, 2000) AS n;
ANALYZE user_points, points_transactions, user_spirit_purchases, user_spirit_subscriptions, user_spirit_access, spirit_minions, spirit_mastery;

CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  whole text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP whole := whole || line || E'\n'; END LOOP;
  RETURN whole;
END
$$;
CREATE FUNCTION pg_temp.uses(index_name text, query text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT matches(pg_temp.plan_of(query), 'Scan (Backward )?using ' || index_name || ' ', index_name || ' is used')
  UNION ALL SELECT doesnt_match(pg_temp.plan_of(query), 'Sort', index_name || ' leaves nothing to sort')
$$;
SELECT pg_temp.uses('points_transactions_of_user',
  'SELECT * FROM points_transactions WHERE user_id = ''user7'' AND (created_at, id) < (''2024-01-02Z'', ''row'') ORDER BY created_at DESC, id DESC LIMIT 20');
SELECT pg_temp.uses('user_points_by_balance', 'SELECT user_id, balance FROM user_points ORDER BY balance DESC, user_id LIMIT 10');
SELECT pg_temp.uses('user_spirit_purchases_of_user',
  'SELECT * FROM user_spirit_purchases WHERE user_id = ''user7'' ORDER BY purchased_at DESC, id DESC LIMIT 20');
SELECT pg_temp.uses('user_spirit_subscriptions_due',
  'SELECT id FROM user_spirit_subscriptions WHERE status <> ''canceled'' AND period_end < ''2024-02-01Z'' ORDER BY period_end, id LIMIT 10');
SELECT pg_temp.uses('user_spirit_access_expiring',
  'SELECT id FROM user_spirit_access WHERE expires_at < ''2024-02-01Z'' ORDER BY expires_at, id LIMIT 10');
SELECT pg_temp.uses('spirit_minions_of_user', 'SELECT * FROM spirit_minions WHERE user_id = ''user7'' ORDER BY created_at, id LIMIT 10');
SELECT pg_temp.uses('spirit_mastery_best', 'SELECT minion_id, xp FROM spirit_mastery WHERE spirit_id = ''writer'' ORDER BY xp DESC, id LIMIT 10');
-- Every foreign key has an index, so that no cascade reads a whole table.
SELECT is_empty($$
  SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
  WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL) $$);

SELECT * FROM finish();
ROLLBACK;
