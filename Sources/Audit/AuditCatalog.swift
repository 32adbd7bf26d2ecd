internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// What an audit writes down: suspected extras in a temporary table, confirmed differences in `kedge.audit_differences`.
/// Memory stays the same however many there are.
final class AuditCatalog {
  let run: Int
  private let connection: PostgresConnection
  private let plan: EntityPlan
  private let extras = RowBuffer()
  private static let suspects = "pg_temp.kedge_suspects"
  private static let seen = "pg_temp.kedge_seen"
  private var hasSuspects = false

  init(_ connection: PostgresConnection, run: Int, plan: EntityPlan) {
    self.connection = connection
    self.run = run
    self.plan = plan
  }

  /// Takes back what was recorded of the entity.
  func forget() throws {
    extras.removeAll()
    _ = try connection.execute("DROP TABLE IF EXISTS \(Self.suspects)")
    hasSuspects = false
    _ = try connection.execute(
      "DELETE FROM kedge.audit_differences WHERE run = $1 AND entity = $2",
      [.integer(run), .text(plan.entity.name)])
  }

  func record(kind: String, key: [String], columns: [String], locator: [UInt8]?) throws {
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, kind, key, columns, locator)
      VALUES ($1, $2, $3, $4::text[], $5::text[], $6)
      """,
      [
        .integer(run), .text(plan.entity.name), .text(kind), .text(arrayLiteral(key)),
        .text(arrayLiteral(columns)), locator.map { .bytes($0) } ?? .null,
      ])
  }

  /// An array as Postgres reads it.
  private func arrayLiteral(_ texts: [String]) -> String {
    let quoted = texts.map { text in
      "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
    return "{" + quoted.joined(separator: ",") + "}"
  }

  // MARK: Extras

  private var keyColumns: String { plan.keyColumns.map { quotedIdentifier($0.name) }.joined(separator: ", ") }

  private func createKeys(_ name: String) throws {
    let definitions = plan.keyColumns.map(\.temporaryDefinition).joined(separator: ", ")
    _ = try connection.execute("DROP TABLE IF EXISTS \(name)")
    _ = try connection.execute("CREATE TEMP TABLE \(name.dropFirst("pg_temp.".count)) (\(definitions))")
  }

  /// Notes a target row that has no source record.
  func suspectExtra(_ key: [UnsafeRawBufferPointer]) throws {
    extras.bytes.appendBigEndian(Int16(key.count))
    for field in key {
      extras.bytes.appendBigEndian(Int32(field.count))
      extras.bytes.append(field)
    }
    extras.count += 1
    if extras.bytes.count > 1 << 18 { try flushExtras() }
  }

  private func flushExtras() throws {
    if !hasSuspects {
      try createKeys(Self.suspects)
      hasSuspects = true
    }
    try copy(extras, into: Self.suspects)
  }

  private func copy(_ rows: RowBuffer, into table: String) throws {
    guard rows.count > 0 else { return }
    try connection.beginCopyIn("COPY \(table) (\(keyColumns)) FROM STDIN (FORMAT binary)")
    try CopyBinary.header.withUnsafeBytes { try connection.putCopyData($0) }
    try connection.putCopyData(rows.bytes.bytes)
    try CopyBinary.trailer.withUnsafeBytes { try connection.putCopyData($0) }
    _ = try connection.endCopyIn()
    rows.removeAll()
  }

  /// Extras that are still there now are drift; the others were in flight.
  func confirmExtras(_ tally: inout AuditTally) throws {
    try flushExtras()
    let texts = plan.keyColumns.map { "s.\(quotedIdentifier($0.name))::text" }.joined(separator: ", ")
    let all = try connection.query("SELECT count(*) AS n FROM \(Self.suspects)").first?.int("n") ?? 0
    let standing = try connection.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, kind, key)
      SELECT $1, $2, 'extra', ARRAY[\(texts)] FROM \(Self.suspects) s
      WHERE EXISTS (SELECT FROM \(plan.table.sql) t WHERE \(plan.keysMatch("t", "s")))
      """, [.integer(run), .text(plan.entity.name)])
    tally.extra += standing
    tally.inFlight += all - standing
  }

  // MARK: Keys seen in the source, for sides that can't be merged

  func createSeenKeys() throws { try createKeys(Self.seen) }

  func addSeenKeys(from stage: String, refused: RowBuffer) throws {
    _ = try connection.execute("INSERT INTO \(Self.seen) SELECT \(keyColumns) FROM \(stage)")
    try copy(refused, into: Self.seen)
  }

  /// Suspects every target row whose key was not seen.
  func suspectUnseen() throws {
    try flushExtras()
    _ = try connection.execute("ANALYZE \(Self.seen)")
    _ = try connection.execute(
      "INSERT INTO \(Self.suspects) SELECT \(keyColumns) FROM \(plan.table.sql) t"
        + " WHERE NOT EXISTS (SELECT FROM \(Self.seen) s WHERE \(plan.keysMatch("t", "s")))")
  }
}
