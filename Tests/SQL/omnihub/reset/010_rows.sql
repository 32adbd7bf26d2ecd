-- What a reset has to tell apart: rows of every table, numbered by their sequences, and a table that no entity declares.
BEGIN;

INSERT INTO users (email, password_hash, credits) VALUES ('ada@example.com', 'x', 10), ('bob@example.com', 'x', 0.01), ('cat@example.com', 'x', 3);
INSERT INTO generations (id, user_id, type, model, prompt, credits, status, result, finished_at)
  SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, 1 + (n - 1) % 2, 'image', 'sdxl', 'a', 1, 'completed', '{"urls": []}', now()
  FROM generate_series(1, 5) AS n;
INSERT INTO logs (user_id, level, message) VALUES (1, 'info', 'one'), (2, 'info', 'two'), (NULL, 'error', 'three');
INSERT INTO settings (key, value) VALUES ('theme', 'dark'), ('limit', '10'), ('motd', '');

-- Nobody declares it, so it stays, and what was printed does; a print that is ordered keeps its generation from going.
CREATE TABLE prints (id integer PRIMARY KEY, generation_id uuid NOT NULL REFERENCES generations, paid numeric(6,2));
CREATE INDEX ON prints (generation_id);
INSERT INTO prints VALUES (1, '00000000-0000-4000-8000-000000000003', 4.50);
-- While the reset takes the logs, somebody is noted: a row that refers comes to a user who was to go.
CREATE TABLE complaints (user_id bigint REFERENCES users ON DELETE CASCADE, at timestamptz DEFAULT now());
CREATE FUNCTION complain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.complaints VALUES (3);
  RETURN NULL;
END
$$;
CREATE TRIGGER complain AFTER DELETE ON logs FOR EACH ROW WHEN (OLD.level = 'error') EXECUTE FUNCTION complain();

-- As it was, to compare with.
CREATE SCHEMA before;
CREATE TABLE before.users AS TABLE users;
CREATE TABLE before.generations AS TABLE generations;
CREATE TABLE before.models AS TABLE models;
CREATE TABLE before.model_providers AS TABLE model_providers;

COMMIT;
