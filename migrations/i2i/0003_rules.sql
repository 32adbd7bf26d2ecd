-- What no writer may get wrong, whichever it is.
-- kedge: allow several-locks: the tables were made just now, and nobody uses them yet
-- kedge: allow constraint-not-valid: the tables were made just now, and have no rows to look at
-- kedge: up
ALTER TABLE users
  -- One account for one address: UNIQUE compares what is stored, so only lower case is stored.
  ADD CONSTRAINT users_email_check CHECK (email = lower(btrim(email)) AND email ~ '^[^@\s]+@[^@\s]+$'),
  -- bcrypt, 12 rounds: 22 characters of salt, 31 of hash. No password, and no weaker hash, gets in.
  ADD CONSTRAINT users_password_hash_check CHECK (password_hash ~ '^\$2[aby]\$12\$[./A-Za-z0-9]{53}$'),
  ADD CONSTRAINT users_role_check CHECK (role IN ('user', 'admin'));

ALTER TABLE images
  ADD CONSTRAINT images_kind_check CHECK (kind IN ('original', 'result')),
  ADD CONSTRAINT images_status_check CHECK (status IN ('uploading', 'ready', 'failed')),
  ADD CONSTRAINT images_file_size_check CHECK (file_size >= 0),
  ADD CONSTRAINT images_mime_type_check
    CHECK (mime_type IN ('image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/heic')),
  ADD CONSTRAINT images_size_check
    CHECK ((width IS NULL) = (height IS NULL) AND width > 0 AND height > 0),
  -- A picture that can be shown has been measured.
  ADD CONSTRAINT images_ready_check
    CHECK (status <> 'ready' OR (width IS NOT NULL AND height IS NOT NULL AND file_size > 0));

ALTER TABLE processing_jobs
  ADD CONSTRAINT processing_jobs_status_check
    CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'canceled')),
  ADD CONSTRAINT processing_jobs_parameters_check CHECK (jsonb_typeof(parameters) = 'object'),
  ADD CONSTRAINT processing_jobs_images_check CHECK (result_image_id <> original_image_id),
  ADD CONSTRAINT processing_jobs_result_check CHECK (result_image_id IS NULL OR status = 'completed'),
  ADD CONSTRAINT processing_jobs_error_check CHECK ((status = 'failed') = (error IS NOT NULL)),
  ADD CONSTRAINT processing_jobs_taken_check
    CHECK (status IN ('pending', 'canceled') OR (external_job_id IS NOT NULL AND started_at IS NOT NULL)),
  -- What is over has an end, and only that.
  ADD CONSTRAINT processing_jobs_end_check
    CHECK ((status IN ('completed', 'failed', 'canceled')) = (completed_at IS NOT NULL)),
  ADD CONSTRAINT processing_jobs_order_check CHECK (completed_at >= started_at AND started_at >= created_at);

ALTER TABLE workflow_configs
  ADD CONSTRAINT workflow_configs_id_check CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  ADD CONSTRAINT workflow_configs_endpoint_check CHECK (endpoint ~ '^(/|https://)'),
  ADD CONSTRAINT workflow_configs_default_parameters_check
    CHECK (jsonb_typeof(default_parameters) = 'object');

-- kedge: down
ALTER TABLE workflow_configs
  DROP CONSTRAINT workflow_configs_default_parameters_check,
  DROP CONSTRAINT workflow_configs_endpoint_check,
  DROP CONSTRAINT workflow_configs_id_check;

ALTER TABLE processing_jobs
  DROP CONSTRAINT processing_jobs_order_check,
  DROP CONSTRAINT processing_jobs_end_check,
  DROP CONSTRAINT processing_jobs_taken_check,
  DROP CONSTRAINT processing_jobs_error_check,
  DROP CONSTRAINT processing_jobs_result_check,
  DROP CONSTRAINT processing_jobs_images_check,
  DROP CONSTRAINT processing_jobs_parameters_check,
  DROP CONSTRAINT processing_jobs_status_check;

ALTER TABLE images
  DROP CONSTRAINT images_ready_check,
  DROP CONSTRAINT images_size_check,
  DROP CONSTRAINT images_mime_type_check,
  DROP CONSTRAINT images_file_size_check,
  DROP CONSTRAINT images_status_check,
  DROP CONSTRAINT images_kind_check;

ALTER TABLE users
  DROP CONSTRAINT users_role_check,
  DROP CONSTRAINT users_password_hash_check,
  DROP CONSTRAINT users_email_check;
