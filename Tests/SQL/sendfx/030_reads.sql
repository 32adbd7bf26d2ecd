-- The application's reads go by an index.
BEGIN;
SELECT plan(9);

INSERT INTO core.users (id, email, created_at, role) SELECT 'user' || n, n || '@example.com', '2024-01-01Z'::timestamptz + n * interval '1 hour',
  CASE WHEN n % 500 = 0 THEN 'admin' ELSE 'user' END FROM generate_series(1, 2000) AS n;
INSERT INTO core.tiers (id, code, name, price_monthly) VALUES ('tier', 'pro', 'Pro', 1);
INSERT INTO core.workspaces (id, name, slug, owner_id) SELECT 'shop' || n, 'Shop', 'shop-' || n, 'user' || n FROM generate_series(1, 100) AS n;
INSERT INTO core.openai_usage (id, workspace_id, user_id, writer, model, created_at, total_tokens)
  SELECT 'call' || n, 'shop' || 1 + n % 100, 'user' || 1 + n % 50, 'reply', 'gpt-4o', '2024-01-01Z'::timestamptz + n * interval '1 minute', n
  FROM generate_series(1, 20000) AS n;
INSERT INTO core.workspace_members (id, workspace_id, user_id, role, status)
  SELECT 'm' || n, 'shop' || 1 + n % 100, 'user' || 1 + n % 20, 'viewer', CASE WHEN n / 20 % 20 = 0 THEN 'active' ELSE 'suspended' END FROM generate_series(1, 4000) AS n;
INSERT INTO core.billing_accounts (id, workspace_id, delinquent) SELECT 'bill' || n, 'shop' || n, n % 50 = 0 FROM generate_series(1, 100) AS n;
INSERT INTO core.subscriptions (id, workspace_id, tier_id, status, amount, period_end)
  SELECT 's' || n, 'shop' || 1 + n % 100, 'tier', (ARRAY['active', 'trialing', 'past_due', 'canceled'])[1 + n % 4], 1, '2024-01-01Z'::timestamptz + n * interval '1 hour'
  FROM generate_series(1, 4000) AS n;
INSERT INTO core.usage_counters (id, workspace_id, metric, period) SELECT 'c' || n, 'shop' || 1 + n % 100, 'contacts', '2024-' || lpad((1 + n / 100 % 12)::text, 2, '0') FROM generate_series(1, 4000) AS n;
ANALYZE core.users, core.workspaces, core.openai_usage, core.workspace_members, core.billing_accounts, core.subscriptions, core.usage_counters;

CREATE FUNCTION pg_temp.uses(index_name text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  whole text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP whole := whole || line || E'\n'; END LOOP;
  RETURN matches(whole, '(using|on) ' || index_name || ' ', index_name || ' is used');
END
$$;
SELECT pg_temp.uses('openai_usage_by_workspace_and_time',
  'SELECT writer, sum(total_tokens), sum(estimated_cost) FROM core.openai_usage WHERE workspace_id = ''shop7'' AND created_at >= ''2024-01-02Z'' AND created_at < ''2024-01-03Z'' GROUP BY writer');
SELECT pg_temp.uses('openai_usage_by_workspace_and_time',
  'SELECT * FROM core.openai_usage WHERE workspace_id = ''shop7'' ORDER BY created_at DESC LIMIT 20');
SELECT pg_temp.uses('workspace_members_by_user_and_status',
  'SELECT workspace_id FROM core.workspace_members WHERE user_id = ''user7'' AND status = ''active''');
SELECT pg_temp.uses('subscriptions_by_status_and_period_end',
  'SELECT id FROM core.subscriptions WHERE status = ''active'' AND period_end < ''2024-01-05Z'' ORDER BY period_end');
SELECT pg_temp.uses('usage_counters_by_workspace_and_period',
  'SELECT metric, used FROM core.usage_counters WHERE workspace_id = ''shop7'' AND period = ''2024-05''');
SELECT pg_temp.uses('users_by_time', 'SELECT id FROM core.users ORDER BY created_at DESC LIMIT 20');
SELECT pg_temp.uses('users_administrators', 'SELECT id FROM core.users WHERE role = ''admin''');
SELECT pg_temp.uses('users_email_key', 'SELECT id FROM core.users WHERE email = ''7@example.com''');
SELECT ok((SELECT count(*) = 1 FROM pg_index WHERE indrelid = 'core.openai_usage'::regclass AND indexrelid = 'core.openai_usage_by_time'::regclass AND indisvalid),
  'the index by time is there and valid');

SELECT * FROM finish();
ROLLBACK;
