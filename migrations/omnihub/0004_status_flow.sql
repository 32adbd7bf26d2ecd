-- A generation goes from pending to running to completed or failed, and never back. What Kedge itself writes is what the old
-- store says, so it passes.
-- kedge: up
CREATE FUNCTION public.generations_status_flow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('kedge.writer', true) = 'kedge' THEN
    RETURN NEW;
  END IF;
  IF (OLD.status, NEW.status) NOT IN (
    ('pending', 'running'), ('pending', 'completed'), ('pending', 'failed'), ('running', 'completed'), ('running', 'failed')
  ) THEN
    RAISE EXCEPTION 'A generation can''t go from % to %.', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'generations_status_flow';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER generations_status_flow BEFORE UPDATE OF status ON public.generations
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION public.generations_status_flow();

-- kedge: down
DROP TRIGGER generations_status_flow ON public.generations;
DROP FUNCTION public.generations_status_flow();
