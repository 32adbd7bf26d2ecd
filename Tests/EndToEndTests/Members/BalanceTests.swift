import Foundation
import Postgres
import TestSupport
import Testing

/// Work that isn't spread evenly over its entities.
@Suite("Balance")
struct BalanceTests {
  private static let tiny = 1000
  private static let huge = 60_000

  @Test("one huge entity and a thousand tiny ones, two processes of two workers", .timeLimit(.minutes(10)))
  func hugeAndTiny() throws {
    let folder = try TemporaryFolder()
    let source = try TestSQLite("BEGIN")
    try folder.write(
      "set/set.yaml",
      "set: many\nstores:\n  app: { kind: sqlite, environment: [KEDGE_NO_SUCH_VARIABLE] }\n")
    // In the middle of the others by name and by load order.
    let names = (0..<Self.tiny).map { "t\($0)" } + ["t500_huge"]
    for name in names {
      try folder.write(
        "set/\(name).yaml",
        "entity: \(name)\nowner: core\nsource: { store: app, table: \(name) }\nkey: [id]\nfields: { id: bigint, v: text }\n"
      )
      let count = name.hasSuffix("huge") ? Self.huge : 3
      try source.execute(
        """
        CREATE TABLE \(name) (id INTEGER PRIMARY KEY, v);
        WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < \(count))
        INSERT INTO \(name) SELECT i, '\(name) ' || i FROM s
        """)
    }
    try source.execute("COMMIT")
    let target = try TestPostgres()
    try target.execute("ALTER DATABASE \(target.settings.database ?? "") SET synchronous_commit TO off")
    let arguments = [
      "backfill", "--mappings", folder.path + "/set", "--source", "sqlite:" + source.path, "--target",
      target.url,
      "--workers", "2", "--chunk-size", "5000", "--json",
    ]
    let file = try folder.write("hold", "")
    // Each begins to work only when both are there.
    let both = try (0..<2).map { _ in
      try Program.kedge.start(
        arguments, environment: ["KEDGE_STOP_POINT": "before-read:block", "KEDGE_STOP_FILE": file])
    }
    for process in both {
      try waitUntil("the process stands before its first chunk") {
        guard process.isRunning else {
          throw UnexpectedResult(description: "it ended before: \(try process.finish().errors)")
        }
        return try process.errors().contains("kedge: stop point ")
      }
    }
    try FileManager.default.removeItem(atPath: file)
    for process in both {
      let outcome = try process.finish()
      #expect(outcome.code == 0, "\(outcome.errors)")
      let entities = try outcome.json()["entities"] as? [[String: Any]] ?? []
      #expect(entities.count == names.count)
      #expect(entities.allSatisfy { $0["read"] as? Int == $0["landed"] as? Int })
    }
    for name in ["t0", "t500", "t999", "t500_huge"] {
      let count = name.hasSuffix("huge") ? Self.huge : 3
      #expect(
        try target.value("SELECT count(*) FROM core.\(name) WHERE v = '\(name) ' || id") == "\(count)")
    }
    #expect(
      try target.rows("SELECT sum(read), sum(landed), bool_and(is_done) FROM kedge.chunks")
        == ["\(Self.tiny * 3 + Self.huge) | \(Self.tiny * 3 + Self.huge) | t"])
    let shares = try target.rows("SELECT count(*) FROM kedge.chunks GROUP BY member")
    #expect(shares.count == 2, "\(shares)")
    let wanted = names.map { "\($0) | \($0.hasSuffix("huge") ? Self.huge : 3)" }.sorted()
    #expect(
      try target.rows(
        "SELECT entity, sum(landed) FROM kedge.chunks GROUP BY entity"
      ).sorted() == wanted)
  }
}
