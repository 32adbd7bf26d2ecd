-- What a row has where nobody says otherwise.
-- kedge: allow several-locks: the tables were made just now, and nobody uses them yet
-- kedge: up
ALTER TABLE users
  ALTER COLUMN id SET DEFAULT gen_random_uuid(),
  ALTER COLUMN role SET DEFAULT 'user',
  ALTER COLUMN is_whitelisted SET DEFAULT false,
  ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN updated_at SET DEFAULT now();

ALTER TABLE images
  ALTER COLUMN id SET DEFAULT gen_random_uuid(),
  ALTER COLUMN kind SET DEFAULT 'original',
  ALTER COLUMN status SET DEFAULT 'uploading',
  ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN updated_at SET DEFAULT now();

ALTER TABLE processing_jobs
  ALTER COLUMN id SET DEFAULT gen_random_uuid(),
  ALTER COLUMN parameters SET DEFAULT '{}',
  ALTER COLUMN status SET DEFAULT 'pending',
  ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN updated_at SET DEFAULT now();

ALTER TABLE workflow_configs
  ALTER COLUMN default_parameters SET DEFAULT '{}',
  ALTER COLUMN enabled SET DEFAULT true,
  ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN updated_at SET DEFAULT now();

-- kedge: down
ALTER TABLE users
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN role DROP DEFAULT,
  ALTER COLUMN is_whitelisted DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN updated_at DROP DEFAULT;

ALTER TABLE images
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN kind DROP DEFAULT,
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN updated_at DROP DEFAULT;

ALTER TABLE processing_jobs
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN parameters DROP DEFAULT,
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN updated_at DROP DEFAULT;

ALTER TABLE workflow_configs
  ALTER COLUMN default_parameters DROP DEFAULT,
  ALTER COLUMN enabled DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN updated_at DROP DEFAULT;
