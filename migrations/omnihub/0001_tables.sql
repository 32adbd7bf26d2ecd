-- The tables of omnihub, as 'kedge schema' prints them: those that mappings/omnihub fills, and the registry of models.
-- kedge: up
CREATE TABLE public.users (
  id bigint NOT NULL,
  email text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  display_name text,
  credits numeric(12,2) NOT NULL,
  role text NOT NULL,
  is_active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  last_login_at timestamptz,
  PRIMARY KEY (id)
);

CREATE TABLE public.generations (
  id uuid NOT NULL,
  user_id bigint NOT NULL,
  type text NOT NULL,
  model text NOT NULL,
  provider text,
  prompt text NOT NULL,
  credits numeric(12,2) NOT NULL,
  status text NOT NULL,
  result jsonb,
  error text,
  duration_ms integer,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (id),
  CONSTRAINT generations_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE
);
CREATE INDEX generations_user_id_idx ON public.generations (user_id);

CREATE TABLE public.logs (
  id bigint NOT NULL,
  user_id bigint,
  level text NOT NULL,
  message text NOT NULL,
  context jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE SET NULL
);
CREATE INDEX logs_user_id_idx ON public.logs (user_id);

CREATE TABLE public.models (
  name text COLLATE "C" NOT NULL,
  type text NOT NULL,
  base_cost numeric(12,2) NOT NULL,
  default_provider text NOT NULL,
  is_enabled boolean NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE public.model_providers (
  model text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  endpoint text NOT NULL,
  cost numeric(12,6) NOT NULL,
  fallback_order integer NOT NULL,
  PRIMARY KEY (model, provider),
  CONSTRAINT model_providers_model_fkey FOREIGN KEY (model) REFERENCES public.models (name) ON DELETE CASCADE
);

CREATE TABLE public.settings (
  key text COLLATE "C" NOT NULL,
  value text,
  updated_at timestamptz,
  PRIMARY KEY (key)
);

-- kedge: down
DROP TABLE public.settings;
DROP TABLE public.model_providers;
DROP TABLE public.models;
DROP TABLE public.logs;
DROP TABLE public.generations;
DROP TABLE public.users;
