-- What a new row has when its writer says nothing. Before the application writes here, set the sequences behind the rows that
-- came (the runbook says how).
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
CREATE SEQUENCE public.users_id_seq OWNED BY public.users.id;
CREATE SEQUENCE public.goals_id_seq OWNED BY public.goals.id;
CREATE SEQUENCE public.generated_items_id_seq OWNED BY public.generated_items.id;
CREATE SEQUENCE public.embeddings_id_seq OWNED BY public.embeddings.id;
ALTER TABLE public.programs
  ALTER COLUMN is_active SET DEFAULT true;
ALTER TABLE public.users
  ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'), ALTER COLUMN is_admin SET DEFAULT false,
  ALTER COLUMN plan SET DEFAULT 'free', ALTER COLUMN balance SET DEFAULT 0, ALTER COLUMN streak_days SET DEFAULT 0,
  ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE public.goals
  ALTER COLUMN id SET DEFAULT nextval('public.goals_id_seq'), ALTER COLUMN progress SET DEFAULT 0,
  ALTER COLUMN is_done SET DEFAULT false, ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE public.media_files
  ALTER COLUMN id SET DEFAULT gen_random_uuid(), ALTER COLUMN status SET DEFAULT 'processing',
  ALTER COLUMN uploaded_at SET DEFAULT now();
ALTER TABLE public.generated_items
  ALTER COLUMN id SET DEFAULT nextval('public.generated_items_id_seq'), ALTER COLUMN status SET DEFAULT 'queued',
  ALTER COLUMN cost SET DEFAULT 0, ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE public.embeddings
  ALTER COLUMN id SET DEFAULT nextval('public.embeddings_id_seq'), ALTER COLUMN chunks SET DEFAULT 1,
  ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE public.sessions
  ALTER COLUMN created_at SET DEFAULT now(), ALTER COLUMN expires_at SET DEFAULT now() + interval '7 days';
ALTER TABLE public.settings
  ALTER COLUMN updated_at SET DEFAULT now();

-- kedge: down
ALTER TABLE public.settings
  ALTER COLUMN updated_at DROP DEFAULT;
ALTER TABLE public.sessions
  ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN expires_at DROP DEFAULT;
ALTER TABLE public.embeddings
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN chunks DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE public.generated_items
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN status DROP DEFAULT, ALTER COLUMN cost DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE public.media_files
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN status DROP DEFAULT, ALTER COLUMN uploaded_at DROP DEFAULT;
ALTER TABLE public.goals
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN progress DROP DEFAULT, ALTER COLUMN is_done DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE public.users
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN is_admin DROP DEFAULT, ALTER COLUMN plan DROP DEFAULT,
  ALTER COLUMN balance DROP DEFAULT, ALTER COLUMN streak_days DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE public.programs
  ALTER COLUMN is_active DROP DEFAULT;
DROP SEQUENCE public.embeddings_id_seq;
DROP SEQUENCE public.generated_items_id_seq;
DROP SEQUENCE public.goals_id_seq;
DROP SEQUENCE public.users_id_seq;
