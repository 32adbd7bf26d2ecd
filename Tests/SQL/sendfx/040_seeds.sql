-- What the seeds say, and what is made of it.
BEGIN;
SELECT plan(7);

SELECT is((SELECT count(*) FROM core.model_prices), 9::bigint);
SELECT is(core.estimated_cost('gpt-4o', 1000000, 0, '2024-08-05 23:59:59Z'), 5.000000, 'the day before the price fell');
SELECT is(core.estimated_cost('gpt-4o', 1000000, 0, '2024-08-06 00:00:00Z'), 2.500000, 'the day of the new price');
SELECT is(core.estimated_cost('gpt-4o-mini', 1000, 500, '2025-01-01Z'), 0.000450, 'both kinds of tokens');
SELECT is(core.estimated_cost('gpt-3.5-turbo', 12, 34, '2023-05-01Z'), 0.000092);
SELECT is(core.estimated_cost('gpt-4', 1, 1, '2020-01-01Z'), NULL, 'no price yet');
SELECT is(core.estimated_cost('gpt-9', 1, 1, '2025-01-01Z'), NULL, 'no such model');

SELECT * FROM finish();
ROLLBACK;
