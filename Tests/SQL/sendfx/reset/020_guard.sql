-- MongoDB owns the core. Nobody empties its copies but a reset, and no other role can pass for one.
BEGIN;
SELECT plan(17);

SELECT throws_ok($$ DELETE FROM core.openai_usage $$, 'KG001', NULL, 'a copy is written by Kedge alone');
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM core.openai_usage $$, 'KG001', NULL, 'nor by its administrator');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; DELETE FROM core.openai_usage $$, 'KG001', NULL, 'the setting alone opens nothing');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'OpenAIUsageRepository'; DELETE FROM core.openai_usage $$, 'KG001',
  NULL, 'and no repository has a use for it');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'true'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM core.openai_usage $$, 'KG001',
  NULL, 'it is said in one way only');
SELECT throws_ok($$ SET LOCAL ROLE sendfx_app; SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM core.openai_usage $$,
  'KG001', NULL, 'the application can''t pass for a reset');
SELECT throws_ok($$ SET LOCAL ROLE sendfx_reports; SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM core.users $$,
  '42501', NULL, 'reports have no right to try');
SELECT throws_ok($$ SET LOCAL ROLE sendfx_app; TRUNCATE core.openai_usage $$, '42501');
SELECT is((SELECT count(*) FROM core.openai_usage), 12::bigint, 'nothing is gone');

-- As a reset does it, and in no order but this: what refers goes first.
SET LOCAL kedge.writer = 'kedge-admin';
SET LOCAL kedge.reset = 'on';
SELECT throws_ok($$ DELETE FROM core.tiers $$, '23503', NULL, 'a tier in use stays');
SELECT throws_ok($$ DELETE FROM core.users $$, '23503', NULL, 'who owns a workspace stays');
SELECT lives_ok($$ DELETE FROM core.openai_usage $$);
SELECT lives_ok($$ DELETE FROM core.workspaces WHERE id = 'bar' $$, 'with what the database takes along from other copies');
SELECT is((SELECT count(*) FROM core.workspace_members WHERE workspace_id = 'bar'), 0::bigint);
-- Its statements would take rows along that nobody declares: so it has to look before it deletes.
SELECT lives_ok($$ DELETE FROM core.workspaces WHERE id = 'shop' $$);
SELECT is_empty($$ SELECT 1 FROM core.contracts WHERE id = 1 $$, 'a cascade knows no declarations');
-- What Postgres owns is its administrator's anyway.
SELECT lives_ok($$ DELETE FROM core.model_prices $$);

SELECT * FROM finish();
ROLLBACK;
