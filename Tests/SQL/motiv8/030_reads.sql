-- The application's reads go by an index.
BEGIN;
SELECT plan(7);

INSERT INTO users (id, email) SELECT n, n || '@example.com' FROM generate_series(1, 200) AS n;
INSERT INTO goals (user_id, title, is_done, due_on, tags) SELECT 1 + n % 200, 'a', n % 10 > 0, '2024-01-01'::date + n % 365, ARRAY['tag' || n % 500] FROM generate_series(1, 10000) AS n;
INSERT INTO media_files (user_id, store, path, size_bytes, uploaded_at)
  SELECT 1 + n % 200, 'uploads', n || '.png', 1, '2024-01-01Z'::timestamptz + n * interval '1 minute' FROM generate_series(1, 10000) AS n;
INSERT INTO generated_items (user_id, kind, prompt, model, status, created_at)
  SELECT 1 + n % 200, 'quote', 'a', 'gpt-4o', CASE WHEN n % 100 = 0 THEN 'queued' ELSE 'completed' END, '2024-01-01Z'::timestamptz + n * interval '1 minute'
  FROM generate_series(1, 10000) AS n;
INSERT INTO sessions (token, user_id, created_at, expires_at)
  SELECT n, 1 + n % 200, '2024-01-01Z', '2024-01-02Z'::timestamptz + n * interval '1 minute' FROM generate_series(1, 10000) AS n;
ANALYZE users, goals, media_files, generated_items, sessions;

CREATE FUNCTION pg_temp.uses(index_name text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  whole text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP whole := whole || line || E'\n'; END LOOP;
  RETURN matches(whole, '(using|on) ' || index_name || '(\s|$)', index_name || ' is used');
END
$$;
SELECT pg_temp.uses('goals_open', 'SELECT * FROM goals WHERE user_id = 7 AND NOT is_done ORDER BY due_on');
SELECT pg_temp.uses('goals_by_tag', 'SELECT * FROM goals WHERE tags @> ARRAY[''tag7'']');
SELECT pg_temp.uses('media_files_by_user_and_time', 'SELECT * FROM media_files WHERE user_id = 7 ORDER BY uploaded_at DESC LIMIT 20');
SELECT pg_temp.uses('media_files_by_path', 'SELECT * FROM media_files WHERE store = ''uploads'' AND path = ''7.png''');
SELECT pg_temp.uses('generated_items_by_user_and_time', 'SELECT * FROM generated_items WHERE user_id = 7 ORDER BY created_at DESC LIMIT 20');
SELECT pg_temp.uses('generated_items_queued', 'SELECT id FROM generated_items WHERE status = ''queued'' ORDER BY created_at LIMIT 10');
SELECT pg_temp.uses('sessions_by_end', 'SELECT token FROM sessions WHERE expires_at < ''2024-01-02 01:00Z''');

SELECT * FROM finish();
ROLLBACK;
