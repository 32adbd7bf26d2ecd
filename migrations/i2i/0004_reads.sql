-- What the application reads page by page: `WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 50`. An
-- index that ends in created_at and id gives each page without sorting, however deep it is.
-- kedge: allow several-locks: the tables were made just now, and nobody uses them yet
-- kedge: allow index-not-concurrent: the tables were made just now, and have no rows
-- kedge: up
CREATE INDEX users_by_time ON users (created_at, id);
CREATE INDEX images_of_user ON images (user_id, created_at, id);
CREATE INDEX processing_jobs_of_user ON processing_jobs (user_id, created_at, id);
CREATE INDEX processing_jobs_of_workflow ON processing_jobs (workflow_name, created_at, id);
-- What the worker looks through: the few that wait or run, the oldest first.
CREATE INDEX processing_jobs_open ON processing_jobs (status, created_at, id)
  WHERE status IN ('pending', 'processing');
-- Uploads that never arrived are cleared away by age.
CREATE INDEX images_not_ready ON images (status, created_at, id) WHERE status <> 'ready';

-- kedge: down
DROP INDEX images_not_ready;
DROP INDEX processing_jobs_open;
DROP INDEX processing_jobs_of_workflow;
DROP INDEX processing_jobs_of_user;
DROP INDEX images_of_user;
DROP INDEX users_by_time;
