-- What is on offer, with the figures that its owners name.
BEGIN;
SELECT plan(16);
SELECT results_eq('SELECT category, count(*)::int FROM spirits_registry GROUP BY category ORDER BY category',
  $$ VALUES ('business', 3), ('communication', 3), ('creative', 3), ('engineering', 3), ('life', 3), ('research', 3) $$);
SELECT results_eq('SELECT DISTINCT tier, price, points_price FROM spirits_registry ORDER BY price',
  $$ VALUES ('free', 0.00, 0), ('basic', 4.99, 500), ('professional', 9.99, 1000), ('premium', 14.99, 1500) $$, 'one price for each tier');
SELECT results_eq('SELECT legacy_id FROM spirits_registry ORDER BY legacy_id', 'SELECT generate_series(1, 18)');
SELECT is((SELECT count(*)::int FROM spirit_bundles), 7);
SELECT is_empty($$
  SELECT b.id FROM spirit_bundles b JOIN LATERAL (SELECT sum(price) AS whole FROM spirits_registry s WHERE s.id = ANY (b.spirit_ids)) AS parts ON true
  WHERE parts.whole <> b.list_price OR b.saving <> round(100 * (1 - b.price / parts.whole)) $$, 'each saving follows from the prices of the spirits');
SELECT is((SELECT max(round(100 * (1 - price / (SELECT sum(s.price) FROM spirits_registry s WHERE s.id = ANY (spirit_ids)))))::int FROM spirit_bundles), 44,
  'the most that can be saved is 44 %');
SELECT is((SELECT id FROM spirit_bundles ORDER BY saving DESC LIMIT 1), 'pantheon');
SELECT results_eq($$ SELECT id FROM spirits_registry WHERE price > 0 ORDER BY id $$,
  $$ SELECT s COLLATE "C" FROM spirit_bundles, unnest(spirit_ids) AS s WHERE spirit_bundles.id = 'pantheon' ORDER BY 1 $$, 'it holds all that has a price');
SELECT results_eq('SELECT id, tier FROM subscription_plans ORDER BY sort_order',
  $$ VALUES ('free' COLLATE "C", 'free'), ('basic', 'basic'), ('professional', 'professional'), ('premium', 'premium') $$);
SELECT is_empty($$ SELECT id FROM subscription_plans WHERE price_yearly <> 10 * price_monthly $$, 'a year costs ten months');
SELECT is_empty($$ SELECT 1 FROM subscription_plans a JOIN subscription_plans b ON a.sort_order < b.sort_order
  WHERE a.price_monthly >= b.price_monthly OR a.points_monthly >= b.points_monthly OR coalesce(a.minion_limit, 1000000) >= coalesce(b.minion_limit, 1000000) $$,
  'who pays more gets more');
SELECT is((SELECT minion_limit FROM subscription_plans WHERE id = 'premium'), NULL);
SELECT is((SELECT count(*)::int FROM tools_registry), 71);
SELECT is((SELECT count(DISTINCT category)::int FROM tools_registry), 9);
SELECT is_empty($$ SELECT id FROM spirits_registry s WHERE NOT EXISTS (SELECT 1 FROM tools_registry t WHERE t.spirit_id = s.id) $$, 'each spirit brings tools');
SELECT is_empty($$ SELECT id FROM tools_registry WHERE asks_first <> (id ~ '^(delete|send|post|set_price|add|open|run_shell)') $$, 'what sends, spends or deletes asks first');
SELECT * FROM finish();
ROLLBACK;
