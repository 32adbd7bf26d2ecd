-- What the tables of sendfx refuse, each rule once, and what a new row has when nobody says it.
BEGIN;
SELECT plan(46);

SELECT tables_are('core', ARRAY[
  'users', 'user_addresses', 'workspaces', 'workspace_domains', 'workspace_members', 'tiers', 'billing_accounts', 'subscriptions',
  'usage_counters', 'openai_usage', 'model_prices']);

-- A little of everything; ids and times come by themselves.
SELECT lives_ok($$ INSERT INTO core.tiers (id, code, name, price_monthly) VALUES ('tier', 'pro', 'Pro', 49.90) $$);
SELECT lives_ok($$ INSERT INTO core.users (id, email, tier_id) VALUES ('ada', 'ada@example.com', 'tier') $$);
SELECT results_eq($$ SELECT role, is_active, email_verified, balance, login_count, locale::text FROM core.users $$,
  $$ VALUES ('user', true, false, 0.0000, 0::bigint, 'en') $$, 'what a new account has');
SELECT lives_ok($$ INSERT INTO core.workspaces (id, name, slug, owner_id) VALUES ('shop', 'Shop', 'the-shop', 'ada') $$);
SELECT lives_ok($$ INSERT INTO core.workspace_members (workspace_id, user_id, role) VALUES ('shop', 'ada', 'owner') $$);
SELECT matches((SELECT id FROM core.workspace_members), '^[0-9a-f]{24}$', 'a new id looks like those that came');
SELECT ok((SELECT bool_and(a < b) FROM (SELECT 'ffffffff' AS b, core.new_id() AS a) AS t), 'and begins with the time');
SELECT lives_ok($$ INSERT INTO core.billing_accounts (id, workspace_id) VALUES ('bill', 'shop') $$);
SELECT lives_ok($$ INSERT INTO core.subscriptions (id, workspace_id, billing_account_id, tier_id, status, amount, period_start, period_end)
  VALUES ('sub', 'shop', 'bill', 'tier', 'active', 49.90, '2025-01-01Z', '2025-02-01Z') $$);
SELECT lives_ok($$ INSERT INTO core.usage_counters (workspace_id, metric, period) VALUES ('shop', 'contacts', '2025-01') $$);
SELECT lives_ok($$ INSERT INTO core.openai_usage (workspace_id, user_id, writer, model) VALUES ('shop', 'ada', 'reply', 'gpt-4o') $$);
SELECT results_eq($$ SELECT prompt_tokens, total_tokens, estimated_cost, cached FROM core.openai_usage $$,
  $$ VALUES (0, 0, 0.000000, false) $$, 'what a new entry of usage has');

SELECT throws_ok($$ INSERT INTO core.users (email) VALUES ('ada@example.com') $$, '23505', NULL, 'one account for an address');
SELECT throws_ok($$ INSERT INTO core.users (email) VALUES ('nobody') $$, '23514');
SELECT throws_ok($$ INSERT INTO core.users (email) VALUES (NULL) $$, '23502');
SELECT throws_ok($$ UPDATE core.users SET role = 'root' $$, '23514');
SELECT throws_ok($$ UPDATE core.users SET login_count = -1 $$, '23514');
SELECT throws_ok($$ UPDATE core.users SET tier_id = 'none' $$, '23503');
SELECT throws_ok($$ UPDATE core.tiers SET price_monthly = -1 $$, '23514');
SELECT throws_ok($$ UPDATE core.tiers SET max_contacts = -1 $$, '23514');
SELECT throws_ok($$ INSERT INTO core.tiers (code, name, price_monthly) VALUES ('pro', 'Pro again', 1) $$, '23505');
SELECT throws_ok($$ UPDATE core.workspaces SET slug = 'The Shop' $$, '23514', NULL, 'a slug has small letters, digits and single dashes');
SELECT throws_ok($$ UPDATE core.workspaces SET slug = 'the--shop' $$, '23514');
SELECT throws_ok($$ INSERT INTO core.workspaces (name, slug, owner_id) VALUES ('Shop', 'the-shop', 'ada') $$, '23505');
SELECT throws_ok($$ UPDATE core.workspaces SET brand_color = 'red' $$, '23514');
SELECT throws_ok($$ UPDATE core.workspaces SET contact_limit = -1 $$, '23514');
SELECT throws_ok($$ UPDATE core.workspace_members SET role = 'agent' $$, '23514');
SELECT throws_ok($$ UPDATE core.workspace_members SET status = 'a' $$, '23514');
SELECT throws_ok($$ UPDATE core.workspace_members SET user_id = 'nobody' $$, '23503');
SELECT throws_ok($$ UPDATE core.billing_accounts SET currency = 'usd' $$, '23514');
SELECT throws_ok($$ UPDATE core.billing_accounts SET credit = -1 $$, '23514');
SELECT throws_ok($$ UPDATE core.subscriptions SET status = 'cancelled' $$, '23514');
SELECT throws_ok($$ UPDATE core.subscriptions SET amount = -1 $$, '23514');
SELECT throws_ok($$ UPDATE core.subscriptions SET seats = 0 $$, '23514');
SELECT throws_ok($$ UPDATE core.subscriptions SET discount = 101 $$, '23514');
SELECT throws_ok($$ UPDATE core.subscriptions SET period_end = '2024-12-31Z' $$, '23514', NULL, 'a period ends after it begins');
SELECT throws_ok($$ UPDATE core.usage_counters SET metric = 'faxes' $$, '23514');
SELECT throws_ok($$ UPDATE core.usage_counters SET period = '2025-13' $$, '23514');
SELECT throws_ok($$ UPDATE core.usage_counters SET used = -1 $$, '23514');
SELECT throws_ok($$ UPDATE core.openai_usage SET writer = 'someone' $$, '23514');
SELECT throws_ok($$ UPDATE core.openai_usage SET prompt_tokens = -1 $$, '23514');
SELECT throws_ok($$ UPDATE core.openai_usage SET estimated_cost = -0.000001 $$, '23514');
SELECT throws_ok($$ UPDATE core.openai_usage SET workspace_id = 'none' $$, '23503');
SELECT throws_ok($$ UPDATE core.model_prices SET prompt_price = -1 $$, '23514');
SELECT throws_ok($$ INSERT INTO core.model_prices SELECT * FROM core.model_prices $$, '23505', NULL, 'one price of a model for a day');

SELECT * FROM finish();
ROLLBACK;
