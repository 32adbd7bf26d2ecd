internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres
internal import RecordSources

/// Looks afresh at rows that seem to have no record: whether they are still there, and whether the source has their key
/// by now.
final class ExtraLook {
  /// Rows looked at together where the source's ranges tell where a key would stand. Where they don't, all of the source's
  /// keys are read, once for all rows.
  static let batch = 500
  static let table = "pg_temp.kedge_extras"
  /// More places than this are read in one go, from the first to the last.
  private static let separateRanges = 8

  private let plan: EntityPlan
  private let source: FreshSource
  private let connection: PostgresConnection
  private let keys: SourceKeys
  private var isPrepared = false
  private let checkpoint: () throws -> Void

  init(
    _ plan: EntityPlan, context: BackfillContext, connection: PostgresConnection,
    checkpoint: @escaping () throws -> Void
  ) throws {
    self.plan = plan
    self.connection = connection
    self.checkpoint = checkpoint
    source = try FreshSource(plan, context: context)
    keys = SourceKeys(plan, connection: connection)
    try LookTable.prepare(connection)
  }

  var keyNames: String { plan.keyColumns.map { quotedIdentifier($0.name) }.joined(separator: ", ") }

  /// Makes the table of extras, where it isn't there yet for this entity.
  func prepare() throws {
    guard !isPrepared else { return }
    let definitions = plan.keyColumns.map(\.temporaryDefinition).joined(separator: ", ")
    _ = try connection.execute("DROP TABLE IF EXISTS \(Self.table)")
    _ = try connection.execute(
      "CREATE TEMP TABLE kedge_extras (\"kedge.id\" bigint, \"kedge.lower\" bytea, \"kedge.upper\" bytea, \(definitions))"
    )
    try SourceKeys.prepare(plan, connection)
    isPrepared = true
  }

  /// Takes rows as COPY sends them: a number, the locators between which the key would stand, the key.
  func stage(_ rows: RowBuffer) throws {
    try prepare()
    try connection.copyRows(
      rows, into: "\(Self.table) (\"kedge.id\", \"kedge.lower\", \"kedge.upper\", \(keyNames))")
  }

  /// Takes differences that were written down, by a condition on `kedge.audit_differences`.
  func stage(differences condition: String, _ parameters: [PostgresParameter]) throws {
    try prepare()
    let key = plan.keyColumns.enumerated().map { "(key[\($0 + 1)])::\($1.type.base.sql)" }.joined(
      separator: ", ")
    try clear()
    _ = try connection.execute(
      "INSERT INTO \(Self.table) SELECT id, locator, other_locator, \(key) FROM kedge.audit_differences WHERE \(condition)",
      parameters)
  }

  /// Takes differences that were written down, by their numbers.
  func stage(differences ids: [Int]) throws {
    try stage(differences: "id = ANY ($1::bigint[])", [.text(ArrayText.of(ids))])
  }

  /// Fills the ``LookTable`` for all that were staged, inside the caller's transaction: one line for each, with the
  /// verdict `extra`, `present` or `gone`.
  ///
  /// The target is asked first, the source after it: of a record that is written at the source first and then at the
  /// target, the row is never seen without the record.
  func fill() throws {
    let keyText = plan.keyColumns.map { "e.\(quotedIdentifier($0.name))::text" }.joined(separator: ", ")
    _ = try connection.execute("ANALYZE \(Self.table)")
    let here = "t.\(quotedIdentifier(plan.keyColumns[0].name))"
    _ = try connection.execute(
      """
      INSERT INTO \(LookTable.name) (id, locator, other_locator, verdict, key, target_digest)
      SELECT e."kedge.id", e."kedge.lower", e."kedge.upper", CASE WHEN \(here) IS NULL THEN 'gone' ELSE 'extra' END,
        ARRAY[\(keyText)]::text[],
        CASE WHEN \(here) IS NOT NULL THEN \(EvidenceSQL.digest(plan, stages: nil)) END
      FROM \(Self.table) e LEFT JOIN \(plan.table.sql) t ON \(plan.keysMatch("t", "e"))
      """)
    let ranges = try ranges()
    guard !ranges.isEmpty else { return }
    let session = try source.session()
    for range in ranges { try keys.add(range, from: session, checkpoint: checkpoint) }
    _ = try connection.execute("ANALYZE \(SourceKeys.table)")
    _ = try connection.execute(
      """
      UPDATE \(LookTable.name) l SET verdict = 'present' FROM \(Self.table) e
      WHERE l.id = e."kedge.id" AND l.verdict = 'extra'
        AND EXISTS (SELECT FROM \(SourceKeys.table) p WHERE \(plan.keysMatch("p", "e")))
      """)
  }

  /// Empties what was staged, for another look in the same transaction.
  func clear() throws {
    guard isPrepared else { return }
    for table in [Self.table, SourceKeys.table] { _ = try connection.execute("DELETE FROM \(table)") }
  }

  /// Where in the source the keys of those that are still there would stand, in the order of numbers, which within a
  /// chunk is that of keys.
  private func ranges() throws -> [ChunkRange] {
    let rows = try connection.query(
      "SELECT locator, other_locator FROM \(LookTable.name) WHERE verdict = 'extra' AND id IS NOT NULL"
        + " GROUP BY 1, 2 ORDER BY min(id)")
    let ranges = try rows.map {
      ChunkRange(
        lower: try document($0.optionalBytes("locator")),
        upper: try document($0.optionalBytes("other_locator")))
    }
    guard ranges.count > Self.separateRanges, let first = ranges.first, let last = ranges.last else {
      return ranges
    }
    return [ChunkRange(lower: first.lower, upper: last.upper)]
  }

  private func document(_ bytes: [UInt8]?) throws -> BSONDocument? {
    try bytes.map { try BSONDocument(bytes: $0) }
  }
}
