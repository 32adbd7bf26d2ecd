-- What the tables of omnihub refuse, each rule once, and what a new row has when nobody says it.
BEGIN;
SELECT plan(30);

SELECT tables_are('public', ARRAY['users', 'generations', 'settings', 'logs', 'models', 'model_providers']);
SELECT lives_ok($$ INSERT INTO users (email, password_hash, credits) VALUES ('ada@example.com', 'x', 10) $$);
SELECT results_eq($$ SELECT id, role, is_active FROM users $$, $$ VALUES (1::bigint, 'user', true) $$, 'what a new account has');
SELECT lives_ok($$ INSERT INTO generations (user_id, type, model, prompt, credits) VALUES (1, 'image', 'sdxl', 'a harbour', 2) $$);
SELECT is((SELECT status FROM generations), 'pending', 'a new generation waits');
SELECT lives_ok($$ INSERT INTO logs (level, message) VALUES ('info', 'hello') $$);

SELECT throws_ok($$ UPDATE users SET credits = credits - 11 $$, '23514', NULL, 'nobody spends credits that aren''t there');
SELECT lives_ok($$ UPDATE users SET credits = credits - 10 $$, 'down to nothing');
SELECT throws_ok($$ UPDATE users SET role = 'root' $$, '23514');
SELECT throws_ok($$ UPDATE users SET email = 'nobody' $$, '23514');
SELECT throws_ok($$ INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'y') $$, '23505', NULL, 'one account for an address');
SELECT throws_ok($$ UPDATE generations SET credits = -1 $$, '23514');
SELECT throws_ok($$ UPDATE generations SET type = 'img' $$, '23514');
SELECT throws_ok($$ UPDATE generations SET duration_ms = -1 $$, '23514');
SELECT throws_ok($$ UPDATE generations SET user_id = 99 $$, '23503');
SELECT throws_ok($$ UPDATE logs SET level = 'warning' $$, '23514');

-- Forward, and never back.
SELECT throws_ok($$ UPDATE generations SET status = 'completed' $$, '23514', NULL, 'what is over has an end');
SELECT lives_ok($$ UPDATE generations SET status = 'running' $$);
SELECT throws_ok($$ UPDATE generations SET status = 'pending' $$, '23514', 'A generation can''t go from running to pending.');
SELECT lives_ok($$ UPDATE generations SET status = 'completed', finished_at = now(), result = '{"urls": []}' $$);
SELECT throws_ok($$ UPDATE generations SET status = 'failed' $$, '23514', 'A generation can''t go from completed to failed.');
SELECT throws_ok($$ UPDATE generations SET status = 'running' $$, '23514');
SELECT lives_ok($$ SET LOCAL kedge.writer = 'kedge'; UPDATE generations SET status = 'running'; RESET kedge.writer $$,
  'what the old store says is taken as it is');

-- The registry.
SELECT throws_ok($$ UPDATE models SET type = 'smell' $$, '23514');
SELECT throws_ok($$ UPDATE models SET base_cost = -1 $$, '23514');
SELECT throws_ok($$ UPDATE model_providers SET endpoint = 'http://example.com' $$, '23514', NULL, 'endpoints are called over TLS');
SELECT throws_ok($$ UPDATE model_providers SET cost = -1 $$, '23514');
SELECT throws_ok($$ UPDATE model_providers SET fallback_order = 0 $$, '23514');
SELECT throws_ok($$ UPDATE model_providers SET fallback_order = 1 WHERE model = 'sdxl' $$, '23505', NULL, 'one provider is tried first');
SELECT throws_ok($$ INSERT INTO model_providers VALUES ('ghost', 'fal', 'https://fal.run/ghost', 1, 1) $$, '23503');

SELECT * FROM finish();
ROLLBACK;
