-- The three workflows, and what each begins with.
BEGIN;
SELECT plan(5);
SELECT results_eq('SELECT id, enabled FROM workflow_configs ORDER BY id',
  $$ VALUES ('apparel-enhancement' COLLATE "C", false), ('mannequin-to-human-v1', true), ('mannequin-to-human-v2', true) $$);
SELECT results_eq(
  $$ SELECT id, jsonb_typeof(default_parameters), default_parameters ? 'model', jsonb_typeof(default_parameters #> '{output,count}')
     FROM workflow_configs ORDER BY id $$,
  $$ VALUES ('apparel-enhancement' COLLATE "C", 'object', true, 'number'), ('mannequin-to-human-v1', 'object', true, 'number'), ('mannequin-to-human-v2', 'object', true, 'number') $$);
SELECT is((SELECT default_parameters ->> 'guidance_scale' FROM workflow_configs WHERE id = 'mannequin-to-human-v1'), '7.5');
SELECT is((SELECT default_parameters -> 'refine' FROM workflow_configs WHERE id = 'mannequin-to-human-v2'), '["face", "hands"]');
SELECT is((SELECT default_parameters #> '{relight,enabled}' FROM workflow_configs WHERE id = 'apparel-enhancement'), 'true');
SELECT * FROM finish();
ROLLBACK;
