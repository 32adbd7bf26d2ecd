-- What a new row has when its writer says nothing. SQLite's AUTOINCREMENT becomes sequences: before the application writes
-- here, set them behind the rows that came (the runbook says how).
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
CREATE SEQUENCE public.users_id_seq OWNED BY public.users.id;
CREATE SEQUENCE public.logs_id_seq OWNED BY public.logs.id;
ALTER TABLE public.users
  ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'), ALTER COLUMN credits SET DEFAULT 0,
  ALTER COLUMN role SET DEFAULT 'user', ALTER COLUMN is_active SET DEFAULT true, ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE public.generations
  ALTER COLUMN id SET DEFAULT gen_random_uuid(), ALTER COLUMN status SET DEFAULT 'pending',
  ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE public.logs
  ALTER COLUMN id SET DEFAULT nextval('public.logs_id_seq'), ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE public.settings
  ALTER COLUMN updated_at SET DEFAULT now();
ALTER TABLE public.models
  ALTER COLUMN is_enabled SET DEFAULT true;

-- kedge: down
ALTER TABLE public.models
  ALTER COLUMN is_enabled DROP DEFAULT;
ALTER TABLE public.settings
  ALTER COLUMN updated_at DROP DEFAULT;
ALTER TABLE public.logs
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE public.generations
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN status DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE public.users
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN credits DROP DEFAULT,
  ALTER COLUMN role DROP DEFAULT, ALTER COLUMN is_active DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT;
DROP SEQUENCE public.logs_id_seq;
DROP SEQUENCE public.users_id_seq;
