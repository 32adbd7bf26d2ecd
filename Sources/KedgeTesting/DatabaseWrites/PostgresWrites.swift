internal import Guardrails
public import Mapping
internal import Postgres

extension TemporaryPostgres: WriteObservable {
  public var kind: Store.Kind { .postgres }

  /// Watches by triggers of statements on every table of the database, and on those that are made meanwhile. They see every
  /// session and role, COPY, and what foreign keys delete; `session_replication_role` doesn't silence them.
  public func observeWrites() throws -> any WriteObservation {
    let connection = try connect()
    defer { connection.close() }
    try connection.execute(PostgresObservation.installation)
    return PostgresObservation(database: self)
  }
}

private struct PostgresObservation: WriteObservation {
  let database: TemporaryPostgres

  func finish() throws -> [DatabaseWrite] {
    let connection = try database.connect()
    defer { connection.close() }
    let rows = try connection.query("SELECT name, operation, rows FROM kedge_testing.writes")
    let writes = rows.compactMap { row -> DatabaseWrite? in
      guard let name = row[0], let operation = row[1].flatMap(WriteOperation.init(rawValue:)),
        let count = row[2].flatMap({ Int($0) })
      else { return nil }
      return DatabaseWrite(collection: name, operation: operation, count: count)
    }
    try connection.execute(Self.removal)
    return summed(writes)
  }

  /// A trigger with rows of its own (`changed`) is for one event. A statement that met no row has written nothing.
  static let installation = #"""
    CREATE SCHEMA kedge_testing;
    CREATE TABLE kedge_testing.writes (name text, operation text, rows bigint);
    CREATE FUNCTION kedge_testing.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO kedge_testing.writes VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, 'truncate', 1);
      ELSE
        INSERT INTO kedge_testing.writes
          SELECT TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, lower(TG_OP), count(*) FROM changed;
      END IF;
      RETURN NULL;
    END $$;
    CREATE PROCEDURE kedge_testing.watch(relation regclass) LANGUAGE plpgsql AS $$
    DECLARE
      event text;
      rows_of text;
    BEGIN
      FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
        rows_of := CASE event WHEN 'TRUNCATE' THEN '' WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS changed'
          ELSE 'REFERENCING NEW TABLE AS changed' END;
        EXECUTE format('CREATE TRIGGER kedge_testing_%s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION kedge_testing.note()',
          lower(event), event, relation, rows_of);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER kedge_testing_%s', relation, lower(event));
      END LOOP;
    END $$;
    DO $$
    DECLARE relation regclass;
    BEGIN
      FOR relation IN
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'kedge_testing')
          AND n.nspname NOT LIKE 'pg\_%'
      LOOP
        CALL kedge_testing.watch(relation);
      END LOOP;
    END $$;
    CREATE FUNCTION kedge_testing.on_table() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE made record;
    BEGIN
      FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
        IF made.command_tag IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') AND made.object_type = 'table'
          AND made.schema_name IS DISTINCT FROM 'pg_temp' THEN
          CALL kedge_testing.watch(made.objid);
          IF made.command_tag <> 'CREATE TABLE' THEN
            EXECUTE format('INSERT INTO kedge_testing.writes SELECT %L, ''insert'', count(*) FROM %s',
              made.object_identity, made.objid::regclass);
          END IF;
        END IF;
      END LOOP;
    END $$;
    CREATE EVENT TRIGGER kedge_testing_tables ON ddl_command_end
      WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') EXECUTE FUNCTION kedge_testing.on_table();
    """#

  /// The triggers go with their function.
  static let removal = """
    DROP EVENT TRIGGER kedge_testing_tables;
    SET client_min_messages = warning;
    DROP SCHEMA kedge_testing CASCADE;
    """
}
