import Audit
import Backfill
import Catalog
import Codec
import Mapping
import TestSupport

/// Entities that are moved together and read back one by one.
struct MatrixScene {
  let target: TestPostgres
  let counts: [String: [Int]]
  private let refusals: [String: [QuarantineEntry]]

  init(mongo: TestMongo? = nil, sqlite: TestSQLite? = nil, _ entities: [String]) throws {
    target = try TestPostgres()
    try target.execute("CREATE SCHEMA core")
    try target.execute("CREATE DOMAIN core.word AS text")
    let engine = try Engine(mongo: mongo, sqlite: sqlite, into: target, entities)
    let report = try engine.backfill()
    counts = Dictionary(
      uniqueKeysWithValues: report.entities.compactMap { entity in
        report.counts(entity.entity).map { (entity.entity, $0) }
      })
    refusals = Dictionary(
      grouping: try Catalog(target.connection).quarantined(set: engine.set.name, limit: 1_000_000),
      by: \.entity)
    let audit = try engine.audit()
    guard audit.differences.isEmpty else {
      throw UnexpectedResult(description: "the audit doesn't agree: \(audit.differences)")
    }
  }

  /// Why an entity's record was refused; nil where no record has this `_id` or rowid.
  func reason(_ entity: String, id: Int) throws -> String? {
    for entry in refusals[entity] ?? [] {
      let locator = try BSONDocument(bytes: entry.locator)
      if (locator["_id"] ?? locator["k"]?.elements?.first)?.integer == id { return entry.reason }
    }
    return nil
  }

  /// Records read, landed and quarantined, then what psql prints for `columns` in the order of the first; reasons stand
  /// behind it.
  func summary(_ entity: String, table: String? = nil, columns: String) throws -> [String] {
    let printed = try PSQL.rows(["SELECT \(columns) FROM core.\(table ?? entity) ORDER BY 1"], target.url)
    let rows = printed.map { "`" + $0.map { $0.isEmpty ? "∅" : $0 }.joined(separator: " · ") + "`" }
    let reasons = (refusals[entity] ?? []).map { entry in
      "*\(entry.reason)*" + (entry.path.map { " (`\($0)`)" } ?? "")
    }
    guard let counts = counts[entity] else { throw UnexpectedResult(description: "no report of \(entity)") }
    return [
      "\(counts[0])", "\(counts[1])", "\(counts[3])", (rows + reasons.sorted()).joined(separator: "<br>"),
    ]
  }
}
