-- The application's reads go by an index.
BEGIN;
SELECT plan(6);

INSERT INTO users (id, email, password_hash) SELECT n, n || '@example.com', 'x' FROM generate_series(1, 2000) AS n;
INSERT INTO generations (user_id, type, model, prompt, credits, status, created_at, finished_at)
  SELECT 1 + n % 200, 'image', 'model' || n % 20, 'a', 1, CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'completed' END,
    '2024-01-01Z'::timestamptz + n * interval '1 minute', CASE WHEN n % 100 > 0 THEN '2025-01-01Z'::timestamptz END
  FROM generate_series(1, 20000) AS n;
INSERT INTO logs (level, message, created_at) SELECT CASE WHEN n % 100 = 0 THEN 'error' ELSE 'info' END, 'a', '2024-01-01Z'::timestamptz + n * interval '1 minute'
  FROM generate_series(1, 5000) AS n;
ANALYZE users, generations, logs;

CREATE FUNCTION pg_temp.uses(index_name text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  whole text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP whole := whole || line || E'\n'; END LOOP;
  RETURN matches(whole, '(using|on) ' || index_name || ' ', index_name || ' is used');
END
$$;
SELECT pg_temp.uses('generations_by_user_and_time', 'SELECT * FROM generations WHERE user_id = 7 ORDER BY created_at DESC LIMIT 20');
SELECT pg_temp.uses('generations_unfinished', 'SELECT id FROM generations WHERE status IN (''pending'', ''running'') ORDER BY created_at LIMIT 10');
SELECT pg_temp.uses('generations_by_model_and_time', 'SELECT count(*) FROM generations WHERE model = ''model7'' AND created_at >= ''2024-01-14Z''');
SELECT pg_temp.uses('logs_errors', 'SELECT message FROM logs WHERE level = ''error'' ORDER BY created_at DESC LIMIT 20');
SELECT pg_temp.uses('users_email_key', 'SELECT id FROM users WHERE email = ''7@example.com''');
SELECT results_eq($$ SELECT provider FROM model_providers WHERE model = 'veo-2' ORDER BY fallback_order $$,
  $$ VALUES ('google' COLLATE "C"), ('fal'), ('replicate') $$, 'the order in which providers are tried');

SELECT * FROM finish();
ROLLBACK;
