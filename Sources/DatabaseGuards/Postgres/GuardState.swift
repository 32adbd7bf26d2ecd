internal import Guardrails
internal import Mapping
internal import Postgres

/// What there is of a set's rules in a Postgres database.
struct GuardState {
  /// A trigger that calls our function.
  struct Trigger {
    let oid: Int
    let table: TableName
    let name: String
    let arguments: [String]
    /// When it fires, as the bits of `pg_trigger.tgtype`; no condition and no columns are meant to be there.
    let isAsWanted: Bool
    /// `A` for always.
    let enabled: String
  }

  /// A table that an entity lives in, or a part of one.
  struct Table {
    let name: TableName
    let oid: Int
    let entity: Int
  }

  var functionBody: String?
  var isFunctionAsWanted = false
  var triggers: [Trigger] = []
  var tables: [Table] = []
  /// Tables that the mapping names and the database hasn't.
  var absent: [(table: TableName, entity: Int)] = []
  var recorded: [RecordedObject] = []

  func recorded(_ kind: String, _ object: String) -> RecordedObject? {
    recorded.first { $0.kind == kind && $0.object == object }
  }

  static func read(_ store: PostgresGuard) throws -> GuardState {
    var state = GuardState()
    let connection = store.connection
    let function = try connection.query(
      """
      SELECT p.prosrc, p.prosecdef AND p.proconfig::text = $1
        AND p.proowner IN (SELECT r.oid FROM pg_roles r WHERE pg_has_role(r.oid, n.nspowner, 'MEMBER')) AS as_wanted
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'kedge' AND p.proname = 'guard_write' AND p.pronargs = 0
      """, [.text(GuardFunction.settings)]
    ).first
    state.functionBody = try function?["prosrc"]
    state.isFunctionAsWanted = try function?.bool("as_wanted") ?? false
    state.recorded = try store.recorded()
    state.triggers = try readTriggers(connection).filter { $0.arguments.first == store.plan.set }
    try state.readTables(store)
    return state
  }

  private static func readTriggers(_ connection: PostgresConnection) throws -> [Trigger] {
    // 62: BEFORE, INSERT, DELETE, UPDATE, TRUNCATE; not for each row.
    try connection.query(
      """
      SELECT t.oid::bigint, c.relname, n.nspname, t.tgname, t.tgargs, t.tgenabled,
        t.tgtype = 62 AND t.tgqual IS NULL AND t.tgattr::text = '' AS as_wanted
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
      WHERE f.nspname = 'kedge' AND p.proname = 'guard_write' AND NOT t.tgisinternal
      ORDER BY n.nspname, c.relname
      """
    ).map { row in
      // Each argument ends with a NUL.
      let arguments = try row.bytes("tgargs").split(separator: 0, omittingEmptySubsequences: false)
        .dropLast().map { String(decoding: $0, as: UTF8.self) }
      return Trigger(
        oid: try row.int("oid"),
        table: TableName(schema: try row.text("nspname"), name: try row.text("relname")),
        name: try row.text("tgname"), arguments: arguments, isAsWanted: try row.bool("as_wanted"),
        enabled: try row.text("tgenabled"))
    }
  }

  /// The tables that the plan names, with their partitions and what inherits from them: a write to such a part by its own
  /// name fires no trigger of the whole.
  mutating func readTables(_ store: PostgresGuard) throws {
    for index in store.guarded(nil) {
      let names = store.tables(of: index)
      for name in names {
        let parts = try store.connection.query(
          """
          WITH RECURSIVE parts AS (
            SELECT c.oid FROM pg_class c WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p')
            UNION SELECT i.inhrelid FROM pg_inherits i JOIN parts p ON p.oid = i.inhparent)
          SELECT c.oid::bigint, n.nspname, c.relname FROM parts p JOIN pg_class c ON c.oid = p.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') ORDER BY c.oid <> to_regclass($1)::oid, n.nspname, c.relname
          """, [.text(name.sql)])
        if parts.isEmpty { absent.append((name, index)) }
        for part in parts {
          let table = TableName(schema: try part.text("nspname"), name: try part.text("relname"))
          if !tables.contains(where: { $0.name == table }) {
            tables.append(Table(name: table, oid: try part.int("oid"), entity: index))
          }
        }
      }
    }
  }
}

extension PostgresGuard {
  /// The tables of an entity that are in this store.
  func tables(of index: Int) -> [TableName] {
    let entity = plan.entities[index]
    if entity.target == storeIndex { return entity.tables }
    // A table is named with its schema; without one it is where Postgres looks first.
    let halves = entity.collection.split(separator: ".", maxSplits: 1).map(String.init)
    return halves.count == 2
      ? [TableName(schema: halves[0], name: halves[1])]
      : [TableName(schema: "public", name: entity.collection)]
  }
}
