-- What goes with what: generations go with their user, logs stay without, providers go with their model.
BEGIN;
SELECT plan(6);

INSERT INTO users (id, email, password_hash) VALUES (1, 'ada@example.com', 'x'), (2, 'bob@example.com', 'x');
INSERT INTO generations (user_id, type, model, prompt, credits) VALUES (1, 'image', 'sdxl', 'a', 1), (1, 'text', 'gpt-4o', 'b', 1), (2, 'image', 'sdxl', 'c', 1);
INSERT INTO logs (user_id, level, message) VALUES (1, 'info', 'one'), (2, 'info', 'two'), (NULL, 'error', 'three');
SELECT lives_ok($$ DELETE FROM users WHERE id = 1 $$);
SELECT results_eq($$ SELECT user_id, prompt FROM generations $$, $$ VALUES (2::bigint, 'c') $$);
SELECT results_eq($$ SELECT message, user_id FROM logs ORDER BY id $$, $$ VALUES ('one', NULL::bigint), ('two', 2), ('three', NULL) $$);
SELECT lives_ok($$ DELETE FROM models WHERE name = 'flux-pro' $$);
SELECT is((SELECT count(*) FROM model_providers WHERE model = 'flux-pro'), 0::bigint);
-- Every foreign key has an index, so that no cascade reads a whole table.
SELECT is_empty($$
  SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
  WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL) $$);

SELECT * FROM finish();
ROLLBACK;
