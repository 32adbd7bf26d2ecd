internal import Codec
internal import Mapping
internal import Postgres

/// References that seem to lead nowhere, in a temporary table, so that memory stays the same however many there are. One
/// that is found by two looks, at the same place and with the same value, stands.
struct OrphanSuspects {
  static let table = "pg_temp.kedge_orphans"
  private static let keys = "pg_temp.kedge_orphan_keys"
  let connection: PostgresConnection

  func create() throws {
    _ = try connection.execute("DROP TABLE IF EXISTS \(Self.table)")
    _ = try connection.execute(
      """
      CREATE TEMP TABLE kedge_orphans (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, look int NOT NULL,
        reference int NOT NULL, key text[] NOT NULL, place text, element int, value text[] NOT NULL, locator bytea,
        seen timestamptz NOT NULL DEFAULT clock_timestamp(), stands boolean NOT NULL DEFAULT false)
      """)
    _ = try connection.execute("CREATE INDEX kedge_orphans_look ON kedge_orphans (reference, look, id)")
  }

  /// Looks up every reference of these rows. Returns how many there are, and how many of them lead nowhere.
  func look(
    _ look: Int, _ rows: ReferringRows, _ target: ReferredRelation, keys: String? = nil
  ) throws -> (checked: Int, found: Int) {
    let sql = rows.sql(keys: keys)
    let checked = try connection.query("SELECT count(*) AS n FROM (\(sql)) r").first?.int("n") ?? 0
    let values = rows.plan.columns.indices.map { "r.v\($0)::text" }.joined(separator: ", ")
    let found = try connection.execute(
      """
      INSERT INTO \(Self.table) (look, reference, key, place, element, value, locator)
      SELECT \(look), \(rows.plan.number), r.key, r.place, r.element, ARRAY[\(values)], r.locator
      FROM (\(sql)) r WHERE \(rows.isOrphan(target))
      """)
    return (checked, found)
  }

  /// A table of the keys of the records that a reference's suspects are in.
  func suspectedKeys(_ plan: ReferencePlan) throws -> String {
    _ = try connection.execute("DROP TABLE IF EXISTS \(Self.keys)")
    _ = try connection.execute(
      "CREATE TEMP TABLE kedge_orphan_keys AS SELECT DISTINCT key FROM \(Self.table)"
        + " WHERE reference = \(plan.number) AND look = 1")
    _ = try connection.execute("ANALYZE \(Self.keys)")
    return Self.keys
  }

  /// Keeps what both looks found. Returns how many stand, and how many were in flight.
  func settle(_ plan: ReferencePlan) throws -> (standing: Int, inFlight: Int) {
    _ = try connection.execute("ANALYZE \(Self.table)")
    let standing = try connection.execute(
      """
      UPDATE \(Self.table) f SET stands = true WHERE f.reference = \(plan.number) AND f.look = 1
        AND EXISTS (SELECT FROM \(Self.table) s WHERE s.reference = f.reference AND s.look = 2 AND s.key = f.key
          AND s.place IS NOT DISTINCT FROM f.place AND s.element IS NOT DISTINCT FROM f.element
          AND s.value = f.value AND s.locator IS NOT DISTINCT FROM f.locator)
      """)
    let gone = try connection.execute(
      "DELETE FROM \(Self.table) WHERE reference = \(plan.number) AND look = 1 AND NOT stands")
    _ = try connection.execute("DELETE FROM \(Self.table) WHERE reference = \(plan.number) AND look = 2")
    return (standing, gone)
  }

  /// Takes back what was written down of an entity's orphans.
  func forget(_ entity: String, run: Int) throws {
    _ = try connection.execute(
      "DELETE FROM kedge.audit_differences WHERE run = $1 AND entity = $2 AND kind = 'orphan'",
      [.integer(run), .text(entity)])
  }

  /// Writes the standing orphans down as differences.
  func record(_ plan: ReferencePlan, run: Int) throws {
    let rows = ReferringRows(plan: plan, staging: nil)
    let labels = plan.columns.map(rows.label)
    let side = plan.entity.owner == .feature ? "source" : "target"
    let evidence = labels.enumerated().map { index, label in
      let value = "s.value[\(index + 1)]"
      let shown =
        plan.isPersonal ? "'sha256:' || left(encode(sha256(convert_to(\(value), 'UTF8')), 'hex'), 12)" : value
      return "\(label), jsonb_build_object('\(side)', \(shown))"
    }.joined(separator: ", ")
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, kind, key, columns, locator, evidence, reference, first_seen,
        looks)
      SELECT $1, $2, 'orphan', s.key, ARRAY[\(labels.joined(separator: ", "))], s.locator,
        jsonb_build_object(\(evidence)), $3, s.seen, 2
      FROM \(Self.table) s WHERE s.reference = \(plan.number) AND s.stands ORDER BY s.id
      """, [.integer(run), .text(plan.entity.name), .text(plan.name)])
  }

  /// How many records of an entity have an orphan.
  func records(of plans: [ReferencePlan]) throws -> Int {
    guard !plans.isEmpty else { return 0 }
    let numbers = plans.map { String($0.number) }.joined(separator: ", ")
    return try connection.query(
      "SELECT count(DISTINCT (key, locator)) AS n FROM \(Self.table) WHERE reference IN (\(numbers)) AND stands"
    ).first?.int("n") ?? 0
  }
}
