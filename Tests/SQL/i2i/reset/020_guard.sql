-- It all lives in Postgres: its administrator may empty it, whoever moves data may not, and nobody else can pass for either.
BEGIN;
SELECT plan(13);

SELECT throws_ok($$ DELETE FROM processing_jobs $$, 'KG003', NULL, 'whoever writes says who it is');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; DELETE FROM processing_jobs $$, 'KG003', NULL, 'a reset, too');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge'; DELETE FROM processing_jobs $$, 'KG001', NULL,
  'no move writes over the owner''s rows');
SELECT throws_ok($$ SET LOCAL ROLE i2i_app; SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM users $$, 'KG003', NULL,
  'the application can''t pass for a reset');
SELECT throws_ok($$ SET LOCAL ROLE i2i_worker; SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM users $$, '42501');
SELECT throws_ok($$ SET LOCAL ROLE i2i_reports; SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM images $$, '42501');
SELECT throws_ok($$ SET LOCAL ROLE i2i_app; TRUNCATE processing_jobs $$, '42501');
SELECT is((SELECT count(*) FROM processing_jobs), 3::bigint, 'nothing is gone');

-- As a reset does it.
SET LOCAL kedge.writer = 'kedge-admin';
SET LOCAL kedge.reset = 'on';
SELECT throws_ok($$ DELETE FROM workflow_configs $$, '23503', NULL, 'a workflow with a history stays');
SELECT lives_ok($$ DELETE FROM users WHERE email = 'bob@example.com' $$);
SELECT is((SELECT count(*) FROM images), 6::bigint, 'a user takes pictures along');
-- Its statements would take rows along that nobody declares: so it has to look before it deletes.
SELECT lives_ok($$ DELETE FROM users WHERE email = 'cat@example.com' $$);
SELECT is_empty($$ SELECT 1 FROM downloads $$, 'a cascade knows no declarations');

SELECT * FROM finish();
ROLLBACK;
