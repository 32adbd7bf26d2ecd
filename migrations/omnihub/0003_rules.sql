-- What a row has to keep to, whoever writes it. A record of the old store that doesn't goes to quarantine.
-- kedge: allow constraint-not-valid: the tables are empty until the backfill
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
ALTER TABLE public.users
  ADD CONSTRAINT users_email_check CHECK (position('@' IN email) > 1),
  ADD CONSTRAINT users_role_check CHECK (role IN ('user', 'admin')),
  -- A reservation that would go below is refused, however many run at a time.
  ADD CONSTRAINT users_credits_check CHECK (credits >= 0);
ALTER TABLE public.generations
  ADD CONSTRAINT generations_type_check CHECK (type IN ('image', 'video', 'text', 'audio')),
  ADD CONSTRAINT generations_credits_check CHECK (credits >= 0),
  ADD CONSTRAINT generations_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed')),
  ADD CONSTRAINT generations_finished_check CHECK (status IN ('pending', 'running') OR finished_at IS NOT NULL),
  ADD CONSTRAINT generations_duration_check CHECK (duration_ms >= 0);
ALTER TABLE public.logs
  ADD CONSTRAINT logs_level_check CHECK (level IN ('debug', 'info', 'warn', 'error'));
ALTER TABLE public.models
  ADD CONSTRAINT models_type_check CHECK (type IN ('image', 'video', 'text', 'audio')),
  ADD CONSTRAINT models_base_cost_check CHECK (base_cost >= 0);
ALTER TABLE public.model_providers
  ADD CONSTRAINT model_providers_endpoint_check CHECK (endpoint LIKE 'https://_%'),
  ADD CONSTRAINT model_providers_cost_check CHECK (cost >= 0),
  ADD CONSTRAINT model_providers_order_check CHECK (fallback_order > 0);

-- kedge: down
ALTER TABLE public.model_providers
  DROP CONSTRAINT model_providers_endpoint_check,
  DROP CONSTRAINT model_providers_cost_check,
  DROP CONSTRAINT model_providers_order_check;
ALTER TABLE public.models
  DROP CONSTRAINT models_type_check,
  DROP CONSTRAINT models_base_cost_check;
ALTER TABLE public.logs
  DROP CONSTRAINT logs_level_check;
ALTER TABLE public.generations
  DROP CONSTRAINT generations_type_check,
  DROP CONSTRAINT generations_credits_check,
  DROP CONSTRAINT generations_status_check,
  DROP CONSTRAINT generations_finished_check,
  DROP CONSTRAINT generations_duration_check;
ALTER TABLE public.users
  DROP CONSTRAINT users_email_check,
  DROP CONSTRAINT users_role_check,
  DROP CONSTRAINT users_credits_check;
