-- A row that changes says when, whoever changes it. A writer that sets updated_at itself is believed.
-- kedge: up
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN NEW.updated_at := now(); END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER users_touch BEFORE UPDATE ON users
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER images_touch BEFORE UPDATE ON images
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER processing_jobs_touch BEFORE UPDATE ON processing_jobs
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER workflow_configs_touch BEFORE UPDATE ON workflow_configs
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- kedge: down
DROP TRIGGER workflow_configs_touch ON workflow_configs;
DROP TRIGGER processing_jobs_touch ON processing_jobs;
DROP TRIGGER images_touch ON images;
DROP TRIGGER users_touch ON users;
DROP FUNCTION touch_updated_at();
