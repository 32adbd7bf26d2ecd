-- What a row has to keep to, whoever writes it. A record of the old store that doesn't goes to quarantine.
-- kedge: allow constraint-not-valid: the tables are empty until the backfill
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
ALTER TABLE public.programs
  ADD CONSTRAINT programs_days_check CHECK (days > 0);
ALTER TABLE public.users
  ADD CONSTRAINT users_email_check CHECK (position('@' IN email) > 1),
  ADD CONSTRAINT users_plan_check CHECK (plan IN ('free', 'pro', 'coach')),
  ADD CONSTRAINT users_balance_check CHECK (balance >= 0),
  ADD CONSTRAINT users_streak_days_check CHECK (streak_days >= 0);
ALTER TABLE public.goals
  ADD CONSTRAINT goals_progress_check CHECK (progress BETWEEN 0 AND 1);
ALTER TABLE public.media_files
  ADD CONSTRAINT media_files_store_check CHECK (store IN ('uploads', 'embeddings', 'generated')),
  -- Relative, and never out of its store.
  ADD CONSTRAINT media_files_path_check CHECK (path !~ '(^/|(^|/)\.\.(/|$))'),
  ADD CONSTRAINT media_files_size_bytes_check CHECK (size_bytes >= 0),
  ADD CONSTRAINT media_files_sides_check CHECK (width > 0 AND height > 0),
  ADD CONSTRAINT media_files_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT media_files_status_check CHECK (status IN ('ready', 'processing', 'failed'));
ALTER TABLE public.generated_items
  ADD CONSTRAINT generated_items_kind_check CHECK (kind IN ('image', 'audio', 'quote')),
  ADD CONSTRAINT generated_items_status_check CHECK (status IN ('queued', 'completed', 'failed')),
  ADD CONSTRAINT generated_items_cost_check CHECK (cost >= 0);
ALTER TABLE public.embeddings
  ADD CONSTRAINT embeddings_dimensions_check CHECK (dimensions > 0),
  ADD CONSTRAINT embeddings_chunks_check CHECK (chunks > 0);
ALTER TABLE public.sessions
  ADD CONSTRAINT sessions_end_check CHECK (expires_at > created_at);

-- kedge: down
ALTER TABLE public.sessions
  DROP CONSTRAINT sessions_end_check;
ALTER TABLE public.embeddings
  DROP CONSTRAINT embeddings_dimensions_check,
  DROP CONSTRAINT embeddings_chunks_check;
ALTER TABLE public.generated_items
  DROP CONSTRAINT generated_items_kind_check,
  DROP CONSTRAINT generated_items_status_check,
  DROP CONSTRAINT generated_items_cost_check;
ALTER TABLE public.media_files
  DROP CONSTRAINT media_files_store_check,
  DROP CONSTRAINT media_files_path_check,
  DROP CONSTRAINT media_files_size_bytes_check,
  DROP CONSTRAINT media_files_sides_check,
  DROP CONSTRAINT media_files_sha256_check,
  DROP CONSTRAINT media_files_status_check;
ALTER TABLE public.goals
  DROP CONSTRAINT goals_progress_check;
ALTER TABLE public.users
  DROP CONSTRAINT users_email_check,
  DROP CONSTRAINT users_plan_check,
  DROP CONSTRAINT users_balance_check,
  DROP CONSTRAINT users_streak_days_check;
ALTER TABLE public.programs
  DROP CONSTRAINT programs_days_check;
