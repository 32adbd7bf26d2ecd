-- References that a mapping can't declare: those of an array's elements, and of a child table's rows.
-- kedge: allow several-locks: the tables were made just now, and nobody uses them yet
-- kedge: allow constraint-not-valid: the tables were made just now, and have no rows to look at
-- kedge: up
-- A bundle holds spirits that there are, each once.
CREATE FUNCTION check_bundle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unknown text;
BEGIN
  SELECT held.id INTO unknown FROM unnest(NEW.spirit_ids) AS held (id)
    WHERE NOT EXISTS (SELECT 1 FROM spirits_registry s WHERE s.id = held.id) LIMIT 1;
  IF unknown IS NOT NULL THEN
    RAISE foreign_key_violation USING
      MESSAGE = format('bundle "%s" holds the spirit "%s", which isn''t there', NEW.id, unknown),
      TABLE = 'spirit_bundles', CONSTRAINT = 'spirit_bundles_spirits_exist';
  END IF;
  IF cardinality(NEW.spirit_ids) <> (SELECT count(DISTINCT held.id) FROM unnest(NEW.spirit_ids) AS held (id)) THEN
    RAISE check_violation USING
      MESSAGE = format('bundle "%s" holds a spirit twice', NEW.id),
      TABLE = 'spirit_bundles', CONSTRAINT = 'spirit_bundles_spirits_once';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER spirit_bundles_contents BEFORE INSERT OR UPDATE OF spirit_ids ON spirit_bundles
  FOR EACH ROW EXECUTE FUNCTION check_bundle();

-- A spirit that a bundle holds stays.
CREATE FUNCTION keep_bundled_spirits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bundle text;
BEGIN
  SELECT id INTO bundle FROM spirit_bundles WHERE spirit_ids @> ARRAY[OLD.id] LIMIT 1;
  IF bundle IS NOT NULL THEN
    RAISE foreign_key_violation USING
      MESSAGE = format('spirit "%s" is part of bundle "%s"', OLD.id, bundle),
      TABLE = 'spirits_registry', CONSTRAINT = 'spirits_registry_in_bundles';
  END IF;
  RETURN OLD;
END
$$;
CREATE TRIGGER spirits_registry_in_bundles BEFORE DELETE ON spirits_registry
  FOR EACH ROW EXECUTE FUNCTION keep_bundled_spirits();

-- What a minion carries goes with the minion; a spirit that is carried stays.
ALTER TABLE minion_spirits
  ADD CONSTRAINT minion_spirits_spirit_id_fkey
    FOREIGN KEY (spirit_id) REFERENCES spirits_registry (id) ON DELETE RESTRICT;

-- kedge: down
ALTER TABLE minion_spirits DROP CONSTRAINT minion_spirits_spirit_id_fkey;
DROP TRIGGER spirits_registry_in_bundles ON spirits_registry;
DROP FUNCTION keep_bundled_spirits();
DROP TRIGGER spirit_bundles_contents ON spirit_bundles;
DROP FUNCTION check_bundle();
