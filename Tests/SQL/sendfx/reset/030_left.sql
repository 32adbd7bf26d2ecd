-- What is left: whom the rules name, what others refer to, and all that this refers to; each row as it was.
BEGIN;
SELECT plan(24);

SELECT results_eq($$ SELECT * FROM core.users ORDER BY id $$,
  $$ SELECT * FROM before.users WHERE id IN ('admin', 'again', 'ada', 'eve') ORDER BY id $$, 'the administrators, and who owns what stays');
SELECT results_eq($$ SELECT * FROM core.tiers ORDER BY id $$,
  $$ SELECT * FROM before.tiers WHERE id IN ('team', 'lone', 'pro', 'free') ORDER BY id $$, 'the tiers of users and workspaces that stay');
SELECT results_eq($$ SELECT * FROM core.user_addresses ORDER BY user_id, position $$,
  $$ SELECT * FROM before.user_addresses WHERE user_id IN ('admin', 'ada') ORDER BY user_id, position $$, 'parts stay with their record');
SELECT results_eq($$ SELECT * FROM core.workspaces ORDER BY id $$,
  $$ SELECT * FROM before.workspaces WHERE id IN ('shop', 'late') ORDER BY id $$, 'a contract keeps its workspace, one of the last minute, too');
SELECT results_eq($$ SELECT * FROM core.workspace_domains ORDER BY workspace_id, position $$,
  $$ SELECT * FROM before.workspace_domains WHERE workspace_id = 'shop' ORDER BY workspace_id, position $$);
SELECT results_eq($$ SELECT id, workspace_id, note FROM core.contracts ORDER BY id $$,
  $$ VALUES (1, 'shop' COLLATE "C", 'signed'), (2, NULL, 'a draft'), (3, 'late', 'in the last minute') $$, 'no cascade took what nobody declares');
SELECT results_eq($$ SELECT * FROM core.model_prices ORDER BY model, valid_from $$, $$ SELECT * FROM before.model_prices ORDER BY model, valid_from $$,
  'what is kept whole is whole');
SELECT is_empty($$ SELECT id FROM core.workspace_members $$);
SELECT is_empty($$ SELECT id FROM core.billing_accounts $$);
SELECT is_empty($$ SELECT id FROM core.subscriptions $$);
SELECT is_empty($$ SELECT id FROM core.usage_counters $$);
SELECT is_empty($$ SELECT id FROM core.openai_usage $$);

-- In both stores the same was decided, whichever of them said so; a collection that nobody declares doesn't count.
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'app' AND found > 0 ORDER BY object $$,
  $$ VALUES ('adminlogsettings', 1::bigint, 1::bigint, 0::bigint), ('flows', 2, 0, 2), ('openaiusages', 1, 0, 1), ('tiers', 3, 2, 1),
    ('users', 4, 2, 2), ('workspaces', 2, 1, 1) $$, 'MongoDB keeps what Postgres keeps');
SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects WHERE store = 'core' AND found > 0 ORDER BY object $$,
  $$ VALUES ('core.billing_accounts', 2::bigint, 0::bigint, 2::bigint), ('core.model_prices', 9, 9, 0), ('core.openai_usage', 12, 0, 12),
    ('core.subscriptions', 2, 0, 2), ('core.tiers', 5, 4, 1), ('core.usage_counters', 12, 0, 12), ('core.user_addresses', 5, 3, 2),
    ('core.users', 6, 4, 2), ('core.workspace_domains', 4, 2, 2), ('core.workspace_members', 4, 0, 4), ('core.workspaces', 4, 2, 2) $$,
  'and the figures are those of what went');
-- What refers goes before what it refers to.
SELECT is_empty($$
  SELECT k.conname FROM pg_constraint k JOIN kedge.reset_objects a ON a.object::regclass = k.conrelid JOIN kedge.reset_objects b ON b.object::regclass = k.confrelid
  WHERE k.contype = 'f' AND a.store = 'core' AND b.store = 'core' AND a.number >= b.number $$);

-- It is over, and nothing is left of it that says who stayed.
SELECT results_eq($$ SELECT state, finished_at IS NOT NULL FROM kedge.resets $$, $$ VALUES ('done', true) $$);
SELECT is_empty($$ SELECT 1 FROM kedge.reset_keys $$);
SELECT is_empty($$ SELECT 1 FROM kedge.reset_records $$);
SELECT is_empty($$ SELECT 1 FROM kedge.quarantine $$);

-- All rules are as they were, and guardrails hold.
SELECT is_empty($$ SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'core'::regnamespace AND NOT convalidated $$);
SELECT is_empty($$ SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgenabled = 'D' $$);
SELECT throws_ok($$ INSERT INTO core.workspaces (name, slug, owner_id) VALUES ('Bar', 'bar', 'ada') $$, 'KG001');
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM core.users $$, 'KG001', NULL, 'the reset''s leave ended with it');
SELECT lives_ok($$ SET LOCAL kedge.writer = 'kedge'; INSERT INTO core.workspaces (name, slug, owner_id) VALUES ('Bar', 'bar', 'ada') $$,
  'what was taken once can come again');

SELECT * FROM finish();
ROLLBACK;
