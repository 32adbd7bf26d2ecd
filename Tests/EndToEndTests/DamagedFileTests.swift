import Foundation
import SQLite
import TestSupport
import Testing

/// SQLite files that a disk, a copy or a program has damaged: one clear error, and what was finished is whole.
@Suite("Damaged SQLite files")
struct DamagedFileTests {
  /// What was done to the file's bytes. Pages are of 1,024 bytes.
  struct Damage: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var apply: @Sendable (inout Data) -> Void
    /// Words of the error.
    var says: String
    init(_ name: String, says: String, _ apply: @escaping @Sendable (inout Data) -> Void) {
      (testDescription, self.says, self.apply) = (name, says, apply)
    }
  }

  static let damages = [
    Damage("cut in the middle", says: "malformed") { $0 = $0.prefix($0.count / 2048 * 1024) },
    Damage("cut inside a page", says: "malformed") { $0 = $0.prefix($0.count / 2 + 300) },
    Damage("cut inside the header", says: "malformed") { $0 = $0.prefix(50) },
    Damage("another magic word", says: "not a SQLite database") { $0[0] ^= 0x20 },
    Damage("another page size", says: "malformed") { $0.replaceSubrange(16..<18, with: [0x10, 0x00]) },
    Damage("a schema page of zeros", says: "malformed") {
      $0.replaceSubrange(100..<1024, with: Data(count: 924))
    },
    Damage("the last page of zeros", says: "malformed") {
      $0.replaceSubrange(($0.count - 1024)..., with: Data(count: 1024))
    },
    Damage("two pages that have changed places", says: "out of order") { data in
      let (one, other) = (data[2048..<3072], data[(data.count - 1024)...])
      let (first, second) = (Data(one), Data(other))
      data.replaceSubrange(2048..<3072, with: second)
      data.replaceSubrange((data.count - 1024)..., with: first)
    },
  ]

  private func database(_ folder: TemporaryFolder) throws -> String {
    let path = folder.path + "/app.db"
    let connection = try SQLiteConnection(path: path, mode: .create)
    try connection.execute(
      """
      PRAGMA page_size = 1024;
      CREATE TABLE rows (id INTEGER PRIMARY KEY, name TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO rows SELECT i, 'the name of row number ' || i FROM n;
      """)
    try folder.write(
      "set/set.yaml",
      "set: damaged\nstores:\n  app: { kind: sqlite, environment: [KEDGE_NO_SUCH_VARIABLE] }\n")
    try folder.write(
      "set/rows.yaml",
      """
      entity: rows
      owner: core
      source: { store: app, table: rows }
      key: [id]
      fields: { id: bigint, name: text }
      """)
    return path
  }

  private func backfill(_ folder: TemporaryFolder, _ path: String, _ target: TestPostgres) throws
    -> Program.Outcome
  {
    try Program.kedge.run([
      "backfill", "--mappings", folder.path + "/set", "--source", "sqlite:" + path, "--target", target.url,
      "--chunk-size", "100", "--workers", "2",
    ])
  }

  @Test(
    "a backfill ends with one clear error, and every row that is there has its checkpoint", arguments: damages
  )
  func damaged(damage: Damage) throws {
    let (folder, target) = (try TemporaryFolder(), try TestPostgres())
    let path = try database(folder)
    let sound = try Data(contentsOf: URL(filePath: path))
    var bytes = sound
    damage.apply(&bytes)
    try bytes.write(to: URL(filePath: path))

    let outcome = try backfill(folder, path, target)
    #expect(outcome.code == 1, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.errors.contains(path))
    #expect(outcome.errors.contains(damage.says), "\(outcome.errors)")
    #expect(outcome.errors.components(separatedBy: "error: ").count == 2, "\(outcome.errors)")
    // Each row belongs to a chunk that is done, and each chunk that is done is whole.
    let isThere = "to_regclass('core.rows') IS NOT NULL AND to_regclass('kedge.chunks') IS NOT NULL"
    if try target.value("SELECT \(isThere)") == "t" {
      let landed = try target.value("SELECT count(*) FROM core.rows WHERE name = \(Self.name)")
      #expect(try target.value("SELECT count(*) FROM core.rows") == landed)
      let counted = "SELECT coalesce(sum(landed), 0) FROM kedge.chunks WHERE is_done"
      #expect(try target.value(counted) == landed)
    }

    // The file is restored: the same command goes on, and all is there.
    try sound.write(to: URL(filePath: path))
    let restored = try backfill(folder, path, target)
    #expect(restored.code == 0, "\(restored.errors)")
    let figures = try target.rows(
      "SELECT count(*), min(id), max(id) FROM core.rows WHERE name = \(Self.name)")
    #expect(figures == ["2000 | 1 | 2000"])
  }

  /// What the row's name is, in SQL.
  private static let name = "'the name of row number ' || id"
}
