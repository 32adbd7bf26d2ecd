-- The tables of motiv8, as 'kedge schema' prints them: those that mappings/motiv8 fills, and the programs.
-- kedge: up
CREATE TABLE public.users (
  id bigint NOT NULL,
  email text NOT NULL UNIQUE,
  password_hash text,
  name text,
  is_admin boolean NOT NULL,
  plan text NOT NULL,
  balance numeric(12,2) NOT NULL,
  streak_days integer NOT NULL,
  preferences jsonb,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz,
  PRIMARY KEY (id)
);

CREATE TABLE public.media_files (
  id uuid NOT NULL,
  user_id bigint NOT NULL,
  store text NOT NULL,
  path text NOT NULL,
  mime_type text,
  size_bytes bigint NOT NULL,
  width integer,
  height integer,
  sha256 text,
  status text NOT NULL,
  uploaded_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT media_files_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE
);
CREATE INDEX media_files_user_id_idx ON public.media_files (user_id);

CREATE TABLE public.embeddings (
  id bigint NOT NULL,
  source_id uuid NOT NULL,
  file_id uuid NOT NULL,
  model text NOT NULL,
  dimensions integer NOT NULL,
  chunks integer NOT NULL,
  norm double precision,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT embeddings_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.media_files (id) ON DELETE CASCADE,
  CONSTRAINT embeddings_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.media_files (id) ON DELETE CASCADE
);
CREATE INDEX embeddings_source_id_idx ON public.embeddings (source_id);
CREATE INDEX embeddings_file_id_idx ON public.embeddings (file_id);

CREATE TABLE public.programs (
  code text COLLATE "C" NOT NULL,
  title text NOT NULL,
  category text NOT NULL,
  days integer NOT NULL,
  is_active boolean NOT NULL,
  PRIMARY KEY (code)
);

CREATE TABLE public.goals (
  id bigint NOT NULL,
  user_id bigint NOT NULL,
  program text,
  title text NOT NULL,
  target numeric(12,3),
  progress numeric(5,4) NOT NULL,
  is_done boolean NOT NULL,
  tags text[],
  due_on date,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT goals_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
  CONSTRAINT goals_program_fkey FOREIGN KEY (program) REFERENCES public.programs (code) ON DELETE RESTRICT
);
CREATE INDEX goals_user_id_idx ON public.goals (user_id);
CREATE INDEX goals_program_idx ON public.goals (program);

CREATE TABLE public.generated_items (
  id bigint NOT NULL,
  user_id bigint NOT NULL,
  goal_id bigint,
  media_id uuid,
  kind text NOT NULL,
  prompt text NOT NULL,
  model text NOT NULL,
  cost numeric(10,4) NOT NULL,
  parameters jsonb,
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT generated_items_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
  CONSTRAINT generated_items_goal_id_fkey FOREIGN KEY (goal_id) REFERENCES public.goals (id) ON DELETE SET NULL,
  CONSTRAINT generated_items_media_id_fkey FOREIGN KEY (media_id) REFERENCES public.media_files (id) ON DELETE SET NULL
);
CREATE INDEX generated_items_user_id_idx ON public.generated_items (user_id);
CREATE INDEX generated_items_goal_id_idx ON public.generated_items (goal_id);
CREATE INDEX generated_items_media_id_idx ON public.generated_items (media_id);

CREATE TABLE public.sessions (
  token text COLLATE "C" NOT NULL,
  user_id bigint NOT NULL,
  ip inet,
  user_agent text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (token),
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE
);
CREATE INDEX sessions_user_id_idx ON public.sessions (user_id);

CREATE TABLE public.settings (
  user_id bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text,
  updated_at timestamptz,
  PRIMARY KEY (user_id, name),
  CONSTRAINT settings_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE
);

-- kedge: down
DROP TABLE public.settings;
DROP TABLE public.sessions;
DROP TABLE public.generated_items;
DROP TABLE public.goals;
DROP TABLE public.programs;
DROP TABLE public.embeddings;
DROP TABLE public.media_files;
DROP TABLE public.users;
