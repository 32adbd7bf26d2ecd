-- MongoDB owns what people have, Postgres what is on offer. Nobody empties either but who may, and no role can pass for a reset.
BEGIN;
SELECT plan(18);

SELECT throws_ok($$ DELETE FROM spirit_mastery $$, 'KG001', NULL, 'a copy is written by Kedge alone');
SELECT throws_ok($$ SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM spirit_mastery $$, 'KG001', NULL, 'nor by its administrator');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; DELETE FROM spirit_mastery $$, 'KG001', NULL, 'the setting alone opens nothing');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'SpiritMasteryRepository'; DELETE FROM spirit_mastery $$, 'KG001',
  NULL, 'and no repository has a use for it');
SELECT throws_ok($$ SET LOCAL ROLE spirits_app; SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM spirit_mastery $$,
  'KG001', NULL, 'the application can''t pass for a reset');
SELECT throws_ok($$ SET LOCAL ROLE spirits_catalogue; SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge-admin'; DELETE FROM tools_registry $$,
  'KG003', NULL, 'nor can who puts tools on offer');
SELECT throws_ok($$ SET LOCAL ROLE spirits_catalogue; SET LOCAL kedge.reset = 'on'; DELETE FROM user_points $$, '42501');
SELECT throws_ok($$ SET LOCAL ROLE spirits_app; TRUNCATE user_points CASCADE $$, '42501');
SELECT throws_ok($$ SET LOCAL kedge.reset = 'on'; SET LOCAL kedge.writer = 'kedge'; DELETE FROM tools_registry $$, 'KG001', NULL,
  'no move writes over the owner''s rows');
SELECT is((SELECT count(*) FROM spirit_mastery), 3::bigint, 'nothing is gone');

-- As a reset does it.
SET LOCAL kedge.writer = 'kedge-admin';
SET LOCAL kedge.reset = 'on';
SELECT lives_ok($$ DELETE FROM spirit_mastery WHERE minion_id = 'm' $$);
SELECT lives_ok($$ DELETE FROM user_points WHERE user_id = 'cat' $$, 'with what the database takes along from other copies');
SELECT is_empty($$ SELECT 1 FROM points_transactions WHERE user_id = 'cat' $$);
SELECT throws_ok($$ DELETE FROM user_spirit_access $$, '23503', NULL, 'what was invoiced can''t go');
-- Its statements would change rows that nobody declares, and copies that stay: so it has to look before it deletes.
SELECT lives_ok($$ DELETE FROM user_spirit_purchases WHERE id = 'one' $$);
SELECT is((SELECT purchase_id FROM user_spirit_access WHERE id = 'open'), NULL, 'what was opened forgets by which purchase');
SELECT lives_ok($$ DELETE FROM spirit_minions WHERE id = 'n' $$);
SELECT is_empty($$ SELECT 1 FROM duels $$, 'a cascade knows no declarations');

SELECT * FROM finish();
ROLLBACK;
