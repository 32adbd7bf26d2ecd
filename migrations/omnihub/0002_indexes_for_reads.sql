-- What the application reads often, beyond keys and references.
-- kedge: allow index-not-concurrent: the tables are empty until the backfill
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
-- A user's gallery, the latest first.
CREATE INDEX generations_by_user_and_time ON public.generations (user_id, created_at DESC);
-- What waits for a provider, the oldest first: few rows of many.
CREATE INDEX generations_unfinished ON public.generations (created_at) WHERE status IN ('pending', 'running');
CREATE INDEX generations_by_model_and_time ON public.generations (model, created_at);
CREATE INDEX logs_errors ON public.logs (created_at) WHERE level = 'error';
CREATE INDEX logs_by_time ON public.logs USING brin (created_at);
CREATE UNIQUE INDEX model_providers_by_order ON public.model_providers (model, fallback_order);

-- kedge: down
DROP INDEX public.model_providers_by_order;
DROP INDEX public.logs_by_time;
DROP INDEX public.logs_errors;
DROP INDEX public.generations_by_model_and_time;
DROP INDEX public.generations_unfinished;
DROP INDEX public.generations_by_user_and_time;
