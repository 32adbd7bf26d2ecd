import CoreSchema
import Foundation
import Mapping
import Migrations
import Postgres
import Schema
import TestSupport

/// A database that migrations alone make, and mappings that want something of it.
final class DraftScene {
  let path: String
  let database: TestPostgres

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/kedge-drafts-\(UUID().uuidString)/app"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    database = try TestPostgres()
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) } catch {
      print("The folder \(path) is left behind: \(error)")
    }
  }

  /// What entities, one to a text, need.
  static func plan(_ entities: [String]) throws -> SchemaPlan {
    let set = try MappingSet.parse(
      files: [("set.yaml", "set: app\nstores: { main: { kind: postgres, environment: [DATABASE_URL] } }\n")]
        + entities.enumerated().map { ("\($0.offset).yaml", $0.element) })
    return SchemaPlan(
      try set.coreInLoadOrder.map { try EntityPlan($0, source: set.sourceKind(of: $0)) }, set: set)
  }

  func folder() throws -> MigrationFolder { try MigrationFolder(path: path) }

  func runner() throws -> MigrationRunner { try MigrationRunner(database.connection, try folder()) }

  /// Drafts and writes what the plan needs beyond what the database has.
  @discardableResult
  func write(_ name: String, _ plan: SchemaPlan) throws -> MigrationDrafter {
    let draft = try MigrationDrafter(plan, from: database.connection)
    _ = try folder().write(draft.files(named: name, set: "app"))
    return draft
  }

  /// Everything that the database has in schema core, in words.
  func everything() throws -> [String] {
    try database.rows(
      """
      SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity, a.attgenerated, pg_get_expr(e.adbin, e.adrelid), l.collname)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
      LEFT JOIN pg_attrdef e ON (e.adrelid, e.adnum) = (a.attrelid, a.attnum)
      WHERE c.relnamespace = to_regnamespace('core') AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
      UNION ALL SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = to_regnamespace('core')
      UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) || i.indisvalid::text FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = to_regnamespace('core')
      UNION ALL SELECT 'type ' || t.typname || ' ' || coalesce(string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder), '')
      FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid
      WHERE t.typnamespace = to_regnamespace('core') AND t.typtype = 'e' GROUP BY t.typname
      UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname = 'core'
      UNION ALL SELECT 'extension ' || extname FROM pg_extension ORDER BY 1
      """)
  }

  /// What the linter says of the migrations behind a number.
  func warnings(after number: Int) throws -> [String] {
    Linter.findings(in: try folder().files.filter { $0.number > number }).map(\.description)
  }
}
