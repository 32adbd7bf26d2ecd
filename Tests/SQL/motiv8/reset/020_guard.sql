-- SQLite owns the tables. Nobody empties their copies but a reset; what has always lived here is its administrator's.
BEGIN;
SELECT plan(13);

SELECT throws_ok($$ DELETE FROM sessions $$, 'KG001', NULL, 'a copy is written by Kedge alone');
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM sessions $$, 'KG001', NULL, 'nor by its administrator');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; DELETE FROM sessions $$, 'KG001', NULL, 'the setting alone opens nothing');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'SessionRepository'; DELETE FROM sessions $$, 'KG001', NULL,
  'and no repository has a use for it');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'off'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM sessions $$, 'KG001');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge'; DELETE FROM programs $$, 'KG001', NULL,
  'no move writes over the owner''s rows');
SELECT is((SELECT count(*) FROM sessions), 3::bigint, 'nothing is gone');

-- As a reset does it.
SET LOCAL kedge.writer = 'kedge-admin';
SET LOCAL kedge.reset = 'on';
SELECT lives_ok($$ DELETE FROM sessions $$);
SELECT throws_ok($$ DELETE FROM programs WHERE code = 'run-5k' $$, '23503', NULL, 'a program that somebody follows stays');
-- Its statements would change rows that nobody declares: so it has to look before it deletes.
SELECT lives_ok($$ DELETE FROM users WHERE id = 2 $$, 'with what the database takes along from other copies');
SELECT is_empty($$ SELECT 1 FROM goals WHERE user_id = 2 $$);
SELECT is((SELECT item_id FROM reviews WHERE id = 1), NULL, 'a foreign key knows no declarations');
SELECT is((SELECT goal_id FROM generated_items WHERE id = 2), 2::bigint, 'and what is another''s is untouched');

SELECT * FROM finish();
ROLLBACK;
