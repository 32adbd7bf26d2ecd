-- What the tables of motiv8 refuse, each rule once, and what a new row has when nobody says it.
BEGIN;
SELECT plan(36);

SELECT tables_are('public', ARRAY['users', 'programs', 'goals', 'media_files', 'generated_items', 'embeddings', 'sessions', 'settings']);
SELECT is((SELECT count(*) FROM programs), 8::bigint);
SELECT lives_ok($$ INSERT INTO users (email) VALUES ('ada@example.com') $$);
SELECT results_eq($$ SELECT id, is_admin, plan, balance, streak_days FROM users $$, $$ VALUES (1::bigint, false, 'free', 0.00, 0) $$, 'what a new account has');
SELECT lives_ok($$ INSERT INTO goals (user_id, program, title) VALUES (1, 'run-5k', 'Run') $$);
SELECT results_eq($$ SELECT id, progress, is_done FROM goals $$, $$ VALUES (1::bigint, 0.0000, false) $$);
SELECT lives_ok($$ INSERT INTO media_files (id, user_id, store, path, size_bytes) VALUES ('00000000-0000-4000-8000-000000000001', 1, 'uploads', '2025/01/a.png', 10) $$);
SELECT is((SELECT status FROM media_files), 'processing');
SELECT lives_ok($$ INSERT INTO generated_items (user_id, kind, prompt, model) VALUES (1, 'quote', 'go on', 'gpt-4o') $$);
SELECT lives_ok($$ INSERT INTO embeddings (source_id, file_id, model, dimensions)
  VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'clip', 512) $$);
SELECT lives_ok($$ INSERT INTO sessions (token, user_id) VALUES ('t', 1) $$);
SELECT ok((SELECT expires_at = created_at + interval '7 days' FROM sessions), 'a session lasts a week');

SELECT throws_ok($$ INSERT INTO users (email) VALUES ('ada@example.com') $$, '23505', NULL, 'one account for an address');
SELECT throws_ok($$ UPDATE users SET email = 'nobody' $$, '23514');
SELECT throws_ok($$ UPDATE users SET plan = 'PRO' $$, '23514');
SELECT throws_ok($$ UPDATE users SET balance = -0.01 $$, '23514');
SELECT throws_ok($$ UPDATE users SET streak_days = -1 $$, '23514');
SELECT throws_ok($$ UPDATE programs SET days = 0 $$, '23514');
SELECT throws_ok($$ UPDATE goals SET progress = 1.0001 $$, '23514');
SELECT throws_ok($$ UPDATE goals SET program = 'keep-calm' $$, '23503');
SELECT throws_ok($$ UPDATE goals SET user_id = 9 $$, '23503');
SELECT throws_ok($$ UPDATE media_files SET store = 'tmp' $$, '23514');
SELECT throws_ok($$ UPDATE media_files SET path = '/etc/passwd' $$, '23514', NULL, 'a path is relative');
SELECT throws_ok($$ UPDATE media_files SET path = '2025/../../passwd' $$, '23514', NULL, 'and stays in its store');
SELECT lives_ok($$ UPDATE media_files SET path = '2025/01/a..b.png' $$, 'dots in a name are no way out');
SELECT throws_ok($$ INSERT INTO media_files (user_id, store, path, size_bytes) VALUES (1, 'uploads', '2025/01/a..b.png', 1) $$, '23505', NULL, 'a file has one row');
SELECT throws_ok($$ UPDATE media_files SET size_bytes = -1 $$, '23514');
SELECT throws_ok($$ UPDATE media_files SET width = 0 $$, '23514');
SELECT throws_ok($$ UPDATE media_files SET sha256 = 'abc' $$, '23514');
SELECT throws_ok($$ UPDATE media_files SET status = 'ok' $$, '23514');
SELECT throws_ok($$ UPDATE generated_items SET kind = 'text' $$, '23514');
SELECT throws_ok($$ UPDATE generated_items SET status = 'done' $$, '23514');
SELECT throws_ok($$ UPDATE generated_items SET cost = -1 $$, '23514');
SELECT throws_ok($$ UPDATE embeddings SET dimensions = 0 $$, '23514');
SELECT throws_ok($$ UPDATE embeddings SET chunks = 0 $$, '23514');
SELECT throws_ok($$ UPDATE sessions SET expires_at = created_at $$, '23514');

SELECT * FROM finish();
ROLLBACK;
