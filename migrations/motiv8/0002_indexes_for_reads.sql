-- What the application reads often, beyond keys and references.
-- kedge: allow index-not-concurrent: the tables are empty until the backfill
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
-- A user's open goals, the most urgent first.
CREATE INDEX goals_open ON public.goals (user_id, due_on) WHERE NOT is_done;
CREATE INDEX goals_by_tag ON public.goals USING gin (tags);
CREATE INDEX media_files_by_user_and_time ON public.media_files (user_id, uploaded_at DESC);
-- A file has one row.
CREATE UNIQUE INDEX media_files_by_path ON public.media_files (store, path);
CREATE INDEX generated_items_by_user_and_time ON public.generated_items (user_id, created_at DESC);
CREATE INDEX generated_items_queued ON public.generated_items (created_at) WHERE status = 'queued';
CREATE INDEX sessions_by_end ON public.sessions (expires_at);

-- kedge: down
DROP INDEX public.sessions_by_end;
DROP INDEX public.generated_items_queued;
DROP INDEX public.generated_items_by_user_and_time;
DROP INDEX public.media_files_by_path;
DROP INDEX public.media_files_by_user_and_time;
DROP INDEX public.goals_by_tag;
DROP INDEX public.goals_open;
