-- Nothing is orphaned: what goes takes along what means nothing without it, and leaves what does.
BEGIN;
SELECT plan(16);

INSERT INTO users (id, email, password_hash) VALUES
  ('00000000-0000-4000-8000-00000000000a', 'ada@example.com', '$2b$12$' || repeat('a', 53)),
  ('00000000-0000-4000-8000-00000000000b', 'bob@example.com', '$2b$12$' || repeat('b', 53));
INSERT INTO images (id, user_id, kind, blob_key, blob_url, file_size, mime_type)
  SELECT ('00000000-0000-4000-8000-0000000001' || lpad(n::text, 2, '0'))::uuid,
    CASE WHEN n <= 6 THEN '00000000-0000-4000-8000-00000000000a' ELSE '00000000-0000-4000-8000-00000000000b' END::uuid,
    CASE WHEN n % 2 = 1 THEN 'original' ELSE 'result' END, 'key ' || n, 'https://a', n, 'image/png'
  FROM generate_series(1, 8) AS n;
-- Job n makes image 2n of image 2n - 1.
INSERT INTO processing_jobs (id, user_id, workflow_name, status, external_job_id, original_image_id, result_image_id, started_at, completed_at)
  SELECT ('00000000-0000-4000-8000-00000000020' || n)::uuid,
    (SELECT user_id FROM images WHERE blob_key = 'key ' || 2 * n), 'mannequin-to-human-v1', 'completed', 'run ' || n,
    (SELECT id FROM images WHERE blob_key = 'key ' || 2 * n - 1), (SELECT id FROM images WHERE blob_key = 'key ' || 2 * n),
    now(), now()
  FROM generate_series(1, 4) AS n;

-- A result goes: the job stays, without it, and says when that was.
UPDATE processing_jobs SET updated_at = now() - interval '1 day' WHERE external_job_id = 'run 1';
SELECT lives_ok($$ DELETE FROM images WHERE blob_key = 'key 2' $$);
SELECT results_eq(
  $$ SELECT status, result_image_id IS NULL, original_image_id IS NOT NULL, updated_at = now() FROM processing_jobs WHERE external_job_id = 'run 1' $$,
  $$ VALUES ('completed', true, true, true) $$);

-- An original goes: so does its job, and the result stays for its owner.
SELECT lives_ok($$ DELETE FROM images WHERE blob_key = 'key 3' $$);
SELECT is_empty($$ SELECT 1 FROM processing_jobs WHERE external_job_id = 'run 2' $$);
SELECT isnt_empty($$ SELECT 1 FROM images WHERE blob_key = 'key 4' $$);

-- A user goes: with everything, and nobody else's.
SELECT lives_ok($$ DELETE FROM users WHERE email = 'ada@example.com' $$);
SELECT is_empty($$ SELECT 1 FROM images WHERE user_id = '00000000-0000-4000-8000-00000000000a' $$);
SELECT is_empty($$ SELECT 1 FROM processing_jobs WHERE user_id = '00000000-0000-4000-8000-00000000000a' $$);
SELECT results_eq('SELECT external_job_id FROM processing_jobs', ARRAY['run 4']);
SELECT is((SELECT count(*) FROM images)::int, 2);
SELECT is_empty($$ SELECT 1 FROM processing_jobs j LEFT JOIN images i ON i.id = j.original_image_id WHERE i.id IS NULL $$);

-- A workflow with a history stays; one without can go.
SELECT throws_ok($$ DELETE FROM workflow_configs WHERE id = 'mannequin-to-human-v1' $$, '23503');
SELECT lives_ok($$ UPDATE workflow_configs SET enabled = false WHERE id = 'mannequin-to-human-v1' $$);
SELECT lives_ok($$ DELETE FROM workflow_configs WHERE id = 'apparel-enhancement' $$);

-- Who changes nothing touches nothing; who says when is believed.
UPDATE users SET updated_at = '2020-01-01Z' WHERE email = 'bob@example.com';
UPDATE users SET display_name = display_name;
SELECT is((SELECT updated_at FROM users), '2020-01-01Z'::timestamptz);
UPDATE users SET display_name = 'Bob';
SELECT is((SELECT updated_at FROM users), now());

SELECT * FROM finish();
ROLLBACK;
