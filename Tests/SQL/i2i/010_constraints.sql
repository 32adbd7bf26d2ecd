-- What the tables of i2i refuse, each rule once, and what they take.
BEGIN;
SELECT plan(39);

SELECT tables_are('public', ARRAY['users', 'images', 'processing_jobs', 'workflow_configs']);
SELECT col_is_pk('public', 'users', 'id', 'users.id is the key');
SELECT col_is_pk('public', 'workflow_configs', 'id', 'workflow_configs.id is the key');
SELECT col_is_unique('public', 'users', 'email', 'users.email is unique');
SELECT col_is_unique('public', 'images', 'blob_key', 'images.blob_key is unique');
SELECT col_is_unique('public', 'processing_jobs', 'external_job_id', 'processing_jobs.external_job_id is unique');

-- Defaults: a row needs no more than what nobody can guess.
SELECT lives_ok($$ INSERT INTO users (email, password_hash) VALUES ('ada@example.com', '$2b$12$' || repeat('a', 53)) $$);
SELECT results_eq(
  $$ SELECT role, is_whitelisted, id IS NOT NULL, created_at = now(), updated_at = now() FROM users WHERE email = 'ada@example.com' $$,
  $$ VALUES ('user', false, true, true, true) $$);

-- Users: lower case, one account for an address, bcrypt with 12 rounds.
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES ('ada@example.com', '$2b$12$' || repeat('b', 53)) $$, '23505');
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES ('Ada@example.com', '$2b$12$' || repeat('b', 53)) $$, '23514');
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES (' bob@example.com', '$2b$12$' || repeat('b', 53)) $$, '23514');
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES ('bob', '$2b$12$' || repeat('b', 53)) $$, '23514');
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES ('bob@example.com', 'secret') $$, '23514', NULL, 'no password as it is');
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES ('bob@example.com', '$2b$10$' || repeat('b', 53)) $$, '23514', NULL, 'no fewer than 12 rounds');
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES ('bob@example.com', '$2b$12$' || repeat('b', 52)) $$, '23514', NULL, 'no hash that was cut off');
SELECT throws_ok($$ INSERT INTO users (email, password_hash, role) VALUES ('bob@example.com', '$2b$12$' || repeat('b', 53), 'root') $$, '23514');
SELECT throws_ok($$ INSERT INTO users (email) VALUES ('bob@example.com') $$, '23502');

-- Images.
CREATE FUNCTION pg_temp.image(column_name text, value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO images (id, user_id, blob_key, blob_url, file_size, mime_type, width, height, status)
    SELECT '00000000-0000-4000-8000-000000000001', id, 'a', 'https://a', 10, 'image/png', 640, 480, 'ready'
    FROM users WHERE email = 'ada@example.com'
    ON CONFLICT DO NOTHING;
  EXECUTE format('UPDATE images SET %I = %s', column_name, value);
END
$$;
SELECT lives_ok($$ SELECT pg_temp.image('file_name', quote_literal('one.png')) $$);
SELECT is((SELECT kind FROM images), 'original');
SELECT throws_ok($$ SELECT pg_temp.image('file_size', '-1') $$, '23514');
SELECT throws_ok($$ SELECT pg_temp.image('file_size', '0') $$, '23514', NULL, 'what is ready has bytes');
SELECT throws_ok($$ SELECT pg_temp.image('width', 'NULL') $$, '23514', NULL, 'what is ready was measured');
SELECT throws_ok($$ SELECT pg_temp.image('height', '0') $$, '23514');
SELECT throws_ok($$ SELECT pg_temp.image('mime_type', quote_literal('text/html')) $$, '23514');
SELECT throws_ok($$ SELECT pg_temp.image('status', quote_literal('lost')) $$, '23514');
SELECT throws_ok($$ SELECT pg_temp.image('kind', quote_literal('thumbnail')) $$, '23514');
SELECT throws_ok($$ SELECT pg_temp.image('user_id', 'gen_random_uuid()') $$, '23503');

-- Jobs.
SELECT lives_ok($$ INSERT INTO processing_jobs (user_id, workflow_name, original_image_id)
  SELECT user_id, 'mannequin-to-human-v1', id FROM images $$);
SELECT results_eq('SELECT status, parameters FROM processing_jobs', $$ VALUES ('pending', '{}'::jsonb) $$);
SELECT throws_ok($$ UPDATE processing_jobs SET workflow_name = 'mannequin-to-human-v9' $$, '23503');
SELECT throws_ok($$ UPDATE processing_jobs SET parameters = '[]' $$, '23514');
SELECT throws_ok($$ UPDATE processing_jobs SET status = 'processing' $$, '23514', NULL, 'who runs has been taken');
SELECT throws_ok($$ UPDATE processing_jobs SET status = 'canceled' $$, '23514', NULL, 'what is over has an end');
SELECT throws_ok($$ UPDATE processing_jobs SET result_image_id = original_image_id $$, '23514');
SELECT throws_ok($$ UPDATE processing_jobs SET error = 'broken' $$, '23514', NULL, 'an error is that of a failed job');
SELECT lives_ok($$ UPDATE processing_jobs SET status = 'failed', error = 'broken', external_job_id = 'run_1',
  started_at = created_at, completed_at = created_at + interval '1 second' $$);
SELECT throws_ok($$ UPDATE processing_jobs SET completed_at = started_at - interval '1 second' $$, '23514');

-- Workflows.
SELECT throws_ok($$ UPDATE workflow_configs SET endpoint = 'http://plain.example' $$, '23514');
SELECT throws_ok($$ INSERT INTO workflow_configs (id, name, endpoint) VALUES ('Upper Case', 'x', '/x') $$, '23514');

SELECT * FROM finish();
ROLLBACK;
