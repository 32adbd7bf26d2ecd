-- What is left: the administrator, all workflows, and what a download leads to; each row as it was.
BEGIN;
SELECT plan(16);

SELECT results_eq($$ SELECT * FROM users ORDER BY id $$,
  $$ SELECT * FROM before.users WHERE email IN ('admin@i2i.example', 'ada@example.com', 'cat@example.com') ORDER BY id $$,
  'the administrator, whose job it was, and who lent the picture');
SELECT results_eq($$ SELECT * FROM images ORDER BY id $$, $$ SELECT * FROM before.images WHERE blob_key IN ('key 4', 'key 7') ORDER BY id $$,
  'what went in and what came out');
SELECT results_eq($$ SELECT * FROM processing_jobs $$, $$ SELECT * FROM before.processing_jobs WHERE external_job_id = 'run 4' $$,
  'the job that was downloaded, with its result still in it');
SELECT results_eq($$ SELECT * FROM workflow_configs ORDER BY id $$, $$ SELECT * FROM before.workflow_configs ORDER BY id $$, 'what is kept whole is whole');
SELECT results_eq($$ SELECT id, job_id FROM downloads $$, $$ VALUES (1, '00000000-0000-4000-8000-000000000204'::uuid) $$, 'no cascade took what nobody declares');

SELECT results_eq($$ SELECT object, found, kept, removed FROM kedge.reset_objects ORDER BY object COLLATE "C" $$,
  $$ VALUES ('public.images', 8::bigint, 2::bigint, 6::bigint), ('public.processing_jobs', 3, 1, 2), ('public.users', 4, 3, 1),
    ('public.workflow_configs', 3, 3, 0) $$, 'the figures are those of what went');
-- What refers goes before what it refers to.
SELECT is_empty($$
  SELECT k.conname FROM pg_constraint k JOIN kedge.reset_objects a ON a.object::regclass = k.conrelid JOIN kedge.reset_objects b ON b.object::regclass = k.confrelid
  WHERE k.contype = 'f' AND a.number >= b.number $$);

-- It is over, and nothing is left of it that says who stayed.
SELECT results_eq($$ SELECT state, finished_at IS NOT NULL FROM kedge.resets $$, $$ VALUES ('done', true) $$);
SELECT is_empty($$ SELECT 1 FROM kedge.reset_keys $$);
SELECT is_empty($$ SELECT 1 FROM kedge.reset_records $$);

-- All rules are as they were, and guardrails hold.
SELECT is_empty($$ SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND NOT convalidated $$);
SELECT is_empty($$ SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgenabled = 'D' $$);
SELECT throws_ok($$ DELETE FROM users $$, 'KG003');
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge'; DELETE FROM users $$, 'KG001');
SELECT lives_ok($$ SET LOCAL ROLE i2i_app; INSERT INTO images (user_id, kind, blob_key, blob_url, file_size, mime_type)
  VALUES ('00000000-0000-4000-8000-00000000000a', 'original', 'key 1', 'https://a', 1, 'image/png'); RESET ROLE $$, 'what was taken once can come again');
-- Every foreign key has an index, so that neither a cascade nor the look before a deletion reads a whole table.
SELECT is_empty($$
  SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
  WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL) $$);

SELECT * FROM finish();
ROLLBACK;
