-- What goes with what: everything of a user goes along; what was generated outlives its goal and its file.
BEGIN;
SELECT plan(11);

INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'bob@example.com');
INSERT INTO goals (id, user_id, program, title) VALUES (1, 1, 'run-5k', 'Run'), (2, 2, NULL, 'Rest');
INSERT INTO media_files (id, user_id, store, path, size_bytes)
  SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, 1 + n % 2, 'uploads', n || '.png', 1 FROM generate_series(1, 4) AS n;
INSERT INTO generated_items (id, user_id, goal_id, media_id, kind, prompt, model)
  VALUES (1, 1, 1, '00000000-0000-4000-8000-000000000002', 'image', 'a', 'sdxl'), (2, 2, 2, '00000000-0000-4000-8000-000000000001', 'image', 'b', 'sdxl');
INSERT INTO embeddings (id, source_id, file_id, model, dimensions)
  VALUES (1, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000003', 'clip', 512);
INSERT INTO sessions (token, user_id) VALUES ('a', 1), ('b', 2);
INSERT INTO settings (user_id, name) VALUES (1, 'theme'), (2, 'theme');

SELECT throws_ok($$ DELETE FROM programs WHERE code = 'run-5k' $$, '23503', NULL, 'a program that somebody follows stays');
SELECT lives_ok($$ DELETE FROM goals WHERE id = 2 $$);
SELECT is((SELECT goal_id FROM generated_items WHERE id = 2), NULL);
SELECT lives_ok($$ DELETE FROM media_files WHERE path = '1.png' $$);
SELECT is((SELECT media_id FROM generated_items WHERE id = 2), NULL);
SELECT is((SELECT count(*) FROM embeddings), 0::bigint, 'vectors go with what they were made from');
SELECT lives_ok($$ DELETE FROM users WHERE id = 1 $$);
SELECT results_eq($$ SELECT (SELECT string_agg(path, ',') FROM media_files), (SELECT string_agg(token COLLATE "C", ',') FROM sessions),
  (SELECT count(*) FROM settings), (SELECT count(*) FROM goals), (SELECT count(*) FROM generated_items) $$,
  $$ VALUES ('3.png'::text, 'b' COLLATE "C", 1::bigint, 0::bigint, 1::bigint) $$, 'everything of a user goes along');
SELECT lives_ok($$ DELETE FROM programs WHERE code = 'run-5k' $$);
SELECT is((SELECT count(*) FROM users), 1::bigint);
-- Every foreign key has an index, so that no cascade reads a whole table.
SELECT is_empty($$
  SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
  WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL) $$);

SELECT * FROM finish();
ROLLBACK;
