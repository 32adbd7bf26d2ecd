-- What goes with what: a workspace takes all of its own along, a user leaves usage behind, a tier in use can't go.
BEGIN;
SELECT plan(14);

INSERT INTO core.tiers (id, code, name, price_monthly) VALUES ('tier', 'pro', 'Pro', 49.90);
INSERT INTO core.users (id, email, tier_id) VALUES ('ada', 'ada@example.com', 'tier'), ('bob', 'bob@example.com', NULL);
INSERT INTO core.user_addresses (user_id, position, city) VALUES ('ada', 0, 'Zürich'), ('bob', 0, 'Kraków');
INSERT INTO core.workspaces (id, name, slug, owner_id, tier_id) VALUES ('shop', 'Shop', 'shop', 'ada', 'tier'), ('bar', 'Bar', 'bar', 'ada', NULL);
INSERT INTO core.workspace_domains (workspace_id, position, domain) VALUES ('shop', 0, 'shop.example.com');
INSERT INTO core.workspace_members (id, workspace_id, user_id, role, invited_by)
  VALUES ('one', 'shop', 'ada', 'owner', NULL), ('two', 'bar', 'bob', 'viewer', 'ada'), ('three', 'bar', 'ada', 'owner', 'bob');
INSERT INTO core.billing_accounts (id, workspace_id) VALUES ('bill', 'shop');
INSERT INTO core.subscriptions (id, workspace_id, billing_account_id, tier_id, status, amount) VALUES ('sub', 'shop', 'bill', 'tier', 'active', 1);
INSERT INTO core.usage_counters (workspace_id, metric, period) VALUES ('shop', 'contacts', '2025-01');
INSERT INTO core.openai_usage (id, workspace_id, user_id, writer, model) VALUES ('a', 'shop', 'bob', 'reply', 'gpt-4o'), ('b', 'bar', 'bob', 'agent', 'gpt-4o');

SELECT throws_ok($$ DELETE FROM core.tiers $$, '23503', NULL, 'a tier in use stays');
SELECT throws_ok($$ DELETE FROM core.users WHERE id = 'ada' $$, '23503', NULL, 'who owns a workspace stays');
SELECT throws_ok($$ DELETE FROM core.billing_accounts $$, '23503', NULL, 'what pays for a subscription stays');

SELECT lives_ok($$ DELETE FROM core.users WHERE id = 'bob' $$);
SELECT results_eq($$ SELECT id FROM core.workspace_members ORDER BY id $$, $$ VALUES ('one' COLLATE "C"), ('three') $$, 'memberships go with the member');
SELECT is((SELECT invited_by FROM core.workspace_members WHERE id = 'three'), NULL, 'who invited is forgotten');
SELECT is((SELECT count(*) FROM core.openai_usage WHERE user_id IS NULL), 2::bigint, 'usage stays, without its user');
SELECT is((SELECT count(*) FROM core.user_addresses), 1::bigint, 'addresses go with the user');

SELECT lives_ok($$ DELETE FROM core.workspaces WHERE id = 'shop' $$);
SELECT results_eq($$ SELECT (SELECT count(*) FROM core.workspace_domains), (SELECT count(*) FROM core.billing_accounts),
  (SELECT count(*) FROM core.subscriptions), (SELECT count(*) FROM core.usage_counters) $$,
  $$ VALUES (0::bigint, 0::bigint, 0::bigint, 0::bigint) $$, 'a workspace takes all of its own along');
SELECT results_eq($$ SELECT id FROM core.openai_usage $$, $$ VALUES ('b' COLLATE "C") $$);
SELECT results_eq($$ SELECT id FROM core.workspace_members $$, $$ VALUES ('three' COLLATE "C") $$);
SELECT is((SELECT count(*) FROM core.users), 1::bigint, 'its owner stays');
-- Every foreign key has an index, so that no cascade reads a whole table.
SELECT is_empty($$
  SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
  WHERE c.contype = 'f' AND c.connamespace = 'core'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL) $$);

SELECT * FROM finish();
ROLLBACK;
