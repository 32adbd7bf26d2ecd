-- What a reset has to tell apart: rows of every table, and a table that no entity declares.
BEGIN;

DO $$ BEGIN CREATE ROLE i2i_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE i2i_worker; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE i2i_operators; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE i2i_reports; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;

INSERT INTO users (id, email, password_hash, role) SELECT id::uuid, name || '@' || CASE name WHEN 'admin' THEN 'i2i.example' ELSE 'example.com' END,
    '$2b$12$' || repeat('a', 53), CASE name WHEN 'admin' THEN 'admin' ELSE 'user' END
  FROM (VALUES ('00000000-0000-4000-8000-000000000001', 'admin'), ('00000000-0000-4000-8000-00000000000a', 'ada'),
    ('00000000-0000-4000-8000-00000000000b', 'bob'), ('00000000-0000-4000-8000-00000000000c', 'cat')) AS u (id, name);
-- Pictures 1 to 4 are ada's, 5 and 6 bob's, 7 cat's, 8 the administrator's; odd ones are originals.
INSERT INTO images (id, user_id, kind, blob_key, blob_url, file_size, mime_type)
  SELECT ('00000000-0000-4000-8000-00000000010' || n)::uuid,
    ('00000000-0000-4000-8000-00000000000' || CASE WHEN n <= 4 THEN 'a' WHEN n <= 6 THEN 'b' WHEN n = 7 THEN 'c' ELSE '1' END)::uuid,
    CASE WHEN n % 2 = 1 THEN 'original' ELSE 'result' END, 'key ' || n, 'https://a', n, 'image/png'
  FROM generate_series(1, 8) AS n;
-- Job 4 is ada's, and works on a picture that cat lent her.
INSERT INTO processing_jobs (id, user_id, workflow_name, status, external_job_id, original_image_id, result_image_id, started_at, completed_at)
  SELECT ('00000000-0000-4000-8000-00000000020' || n)::uuid, ('00000000-0000-4000-8000-00000000000' || CASE n WHEN 3 THEN 'b' ELSE 'a' END)::uuid,
    'mannequin-to-human-v1', 'completed', 'run ' || n, ('00000000-0000-4000-8000-00000000010' || original)::uuid,
    ('00000000-0000-4000-8000-00000000010' || result)::uuid, now(), now()
  FROM (VALUES (1, 1, NULL), (3, 5, 6), (4, 7, 4)) AS j (n, original, result);

-- Nobody declares it, so it stays, though its rows would go with their job.
CREATE TABLE downloads (id integer PRIMARY KEY, job_id uuid NOT NULL REFERENCES processing_jobs ON DELETE CASCADE);
CREATE INDEX ON downloads (job_id);
INSERT INTO downloads VALUES (1, '00000000-0000-4000-8000-000000000204');

-- As it was, to compare with.
CREATE SCHEMA before;
CREATE TABLE before.users AS TABLE users;
CREATE TABLE before.images AS TABLE images;
CREATE TABLE before.processing_jobs AS TABLE processing_jobs;
CREATE TABLE before.workflow_configs AS TABLE workflow_configs;

COMMIT;
