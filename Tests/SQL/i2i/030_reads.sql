-- The application's reads go by an index, the first page and the thousandth alike, without sorting.
BEGIN;
SELECT plan(13);

-- Enough rows that an index is worth it.
INSERT INTO users (email, password_hash, created_at)
  SELECT 'user' || n || '@example.com', '$2b$12$' || repeat('a', 53), '2024-01-01Z'::timestamptz + n * interval '1 minute'
  FROM generate_series(1, 2000) AS n;
INSERT INTO images (user_id, blob_key, blob_url, file_size, mime_type, width, height, status, created_at)
  SELECT (SELECT id FROM users WHERE email = 'user' || 1 + n % 20 || '@example.com'), 'key ' || n, 'https://a', 10, 'image/png', 10, 10,
    CASE WHEN n % 100 = 0 THEN 'uploading' ELSE 'ready' END, '2024-01-01Z'::timestamptz + n * interval '1 second'
  FROM generate_series(1, 4000) AS n;
INSERT INTO processing_jobs (user_id, workflow_name, original_image_id, status, external_job_id, started_at, completed_at, created_at)
  SELECT user_id, 'mannequin-to-human-v2', id, CASE WHEN row_number() OVER () % 100 = 0 THEN 'processing' ELSE 'completed' END, id::text, created_at,
    CASE WHEN row_number() OVER () % 100 = 0 THEN NULL ELSE created_at END, created_at
  FROM images;
ANALYZE users, images, processing_jobs;

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
PREPARE someone AS SELECT id FROM users WHERE email = 'user7@example.com';
SELECT pg_temp.uses('images_of_user', format(
  'SELECT * FROM images WHERE user_id = %L AND (created_at, id) < (''2024-01-01 00:30Z'', %L) ORDER BY created_at DESC, id DESC LIMIT 20', id, id))
  FROM users WHERE email = 'user7@example.com';
SELECT pg_temp.uses('processing_jobs_of_user', format(
  'SELECT * FROM processing_jobs WHERE user_id = %L AND (created_at, id) < (''2024-01-01 00:30Z'', %L) ORDER BY created_at DESC, id DESC LIMIT 20', id, id))
  FROM users WHERE email = 'user7@example.com';
SELECT pg_temp.uses('users_by_time', format(
  'SELECT * FROM users WHERE (created_at, id) < (''2024-01-01 12:00Z'', %L) ORDER BY created_at DESC, id DESC LIMIT 20', id))
  FROM users WHERE email = 'user7@example.com';
SELECT pg_temp.uses('processing_jobs_open',
  'SELECT * FROM processing_jobs WHERE status = ''processing'' ORDER BY created_at, id LIMIT 5');
SELECT pg_temp.uses('images_not_ready',
  'SELECT id FROM images WHERE status = ''uploading'' AND created_at < ''2024-01-02Z'' ORDER BY created_at, id LIMIT 100');
SELECT matches(pg_temp.plan_of('SELECT 1 FROM users WHERE email = ''user7@example.com'''), 'users_email_key');
-- Every foreign key has an index, so that no cascade reads a whole table.
SELECT is_empty($$
  SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
  WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL) $$);
-- Pages by key meet every row once.
SELECT results_eq($$
  WITH RECURSIVE page AS (
    SELECT 1 AS number, (SELECT array_agg(i) FROM (SELECT i FROM images i ORDER BY created_at, id LIMIT 700) f) AS rows
    UNION ALL
    SELECT number + 1, (SELECT array_agg(i) FROM (SELECT i FROM images i
        WHERE (created_at, id) > (rows[cardinality(rows)].created_at, rows[cardinality(rows)].id) ORDER BY created_at, id LIMIT 700) f)
    FROM page WHERE cardinality(rows) = 700)
  SELECT count(DISTINCT (r).id)::int, count(*)::int FROM page, unnest(rows) AS r $$, 'VALUES (4000, 4000)');

SELECT * FROM finish();
ROLLBACK;
