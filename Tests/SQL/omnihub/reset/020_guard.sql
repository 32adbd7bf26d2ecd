-- SQLite owns the tables. Nobody empties their copies but a reset; the registry has always lived here.
BEGIN;
SELECT plan(12);

SELECT throws_ok($$ DELETE FROM logs $$, 'KG001', NULL, 'a copy is written by Kedge alone');
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM logs $$, 'KG001', NULL, 'nor by its administrator');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; DELETE FROM logs $$, 'KG001', NULL, 'the setting alone opens nothing');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'logs'; DELETE FROM logs $$, 'KG001', NULL, 'and no writer has a use for it');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge'; DELETE FROM models $$, 'KG001', NULL,
  'no move writes over the owner''s rows');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; DELETE FROM models $$, 'KG003', NULL, 'whoever writes the registry says who it is');
SELECT is((SELECT count(*) FROM logs), 3::bigint, 'nothing is gone');

-- As a reset does it.
SET LOCAL kedge.writer = 'kedge-admin';
SET LOCAL kedge.reset = 'on';
SELECT lives_ok($$ DELETE FROM settings $$);
SELECT throws_ok($$ DELETE FROM generations $$, '23503', NULL, 'what was printed can''t go');
SELECT throws_ok($$ DELETE FROM users $$, '23503', NULL, 'nor whose it is');
-- Its statements would change rows of other tables: so it has to look before it deletes.
SELECT lives_ok($$ DELETE FROM users WHERE id = 2 $$, 'with what the database takes along from other copies');
SELECT results_eq($$ SELECT (SELECT count(*) FROM generations), (SELECT count(*) FROM logs WHERE user_id IS NULL) $$, $$ VALUES (3::bigint, 2::bigint) $$);

SELECT * FROM finish();
ROLLBACK;
