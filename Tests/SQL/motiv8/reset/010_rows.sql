-- What a reset has to tell apart: rows of every table, numbered by their sequences, and a table that no entity declares.
BEGIN;

INSERT INTO users (email, is_admin, preferences) VALUES ('admin@motiv8.example', true, '{"theme": "dark"}'), ('ada@example.com', false, NULL),
  ('bob@example.com', false, NULL), ('cat@example.com', false, '[]'), ('dan@example.com', false, NULL);
INSERT INTO goals (user_id, program, title, tags) VALUES (2, 'run-5k', 'Run', '{a,NULL}'), (3, NULL, 'Rest', NULL), (1, 'run-5k', 'Rule', NULL);
INSERT INTO media_files (id, user_id, store, path, size_bytes)
  SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, n + 1, 'uploads', n || '.png', n FROM generate_series(1, 3) AS n;
INSERT INTO generated_items (user_id, goal_id, media_id, kind, prompt, model) VALUES
  (2, 1, '00000000-0000-4000-8000-000000000001', 'image', 'a', 'sdxl'), (3, 2, '00000000-0000-4000-8000-000000000002', 'image', 'b', 'sdxl'),
  (1, 3, NULL, 'quote', 'c', 'gpt-4o');
INSERT INTO embeddings (source_id, file_id, model, dimensions)
  SELECT '00000000-0000-4000-8000-000000000001', ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'clip', 512 FROM generate_series(1, 3) AS n;
INSERT INTO sessions (token, user_id, ip) VALUES ('a', 1, '10.0.0.1'), ('b', 2, NULL), ('c', 2, NULL);
INSERT INTO settings (user_id, name) SELECT n, 'theme' FROM generate_series(1, 5) AS n;

-- Nobody declares it, so it stays, and what is reviewed does, though the review would only lose it.
CREATE TABLE reviews (id integer PRIMARY KEY, item_id bigint REFERENCES generated_items ON DELETE SET NULL);
CREATE INDEX ON reviews (item_id);
INSERT INTO reviews VALUES (1, 1), (2, NULL);

-- As it was, to compare with.
CREATE SCHEMA before;
CREATE TABLE before.users AS TABLE users;
CREATE TABLE before.goals AS TABLE goals;
CREATE TABLE before.media_files AS TABLE media_files;
CREATE TABLE before.generated_items AS TABLE generated_items;
CREATE TABLE before.programs AS TABLE programs;

COMMIT;
