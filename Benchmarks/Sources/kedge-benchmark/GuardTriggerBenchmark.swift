import Foundation
import Postgres
import ResultsPage

/// What the guardrails' triggers cost: the same writes into two tables that differ in nothing but the trigger, one right after
/// the other in alternating order, and the ratios are of such pairs.
struct GuardTriggerBenchmark {
  private let request: Request
  private let database = "kedge_benchmark_guard_\(ProcessInfo.processInfo.processIdentifier)"
  private let folder: String

  init(_ request: Request) {
    self.request = request
    folder = NSTemporaryDirectory() + database
  }

  private enum Table: String, CaseIterable { case plain, guarded }

  /// One way of writing.
  private struct Work {
    let name: String
    /// Rows, or statements of one row, in one measurement.
    let count: Int
    let unit: String
    let body: (PostgresConnection, Table) throws -> Void
    /// The rows that must be there afterwards, and the sum of their small numbers.
    let rows: Int
    let sum: Int
  }

  func run(_ recorder: Recorder) throws {
    let administrator = try PostgresConnection(try PostgresSettings(url: try request.postgres()))
    _ = try administrator.execute("CREATE DATABASE \(database)")
    defer { administrator.close() }
    do {
      try measure(recorder)
      try remove(administrator)
    } catch {
      try remove(administrator)
      throw error
    }
  }

  private func remove(_ administrator: PostgresConnection) throws {
    _ = try administrator.execute("DROP DATABASE \(database) WITH (FORCE)")
    if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
  }

  private func measure(_ recorder: Recorder) throws {
    var settings = try PostgresSettings(url: try request.postgres())
    settings.database = database
    let connection = try PostgresConnection(settings.writing(as: "BenchmarkRepository"))
    defer { connection.close() }
    try install(connection, settings)
    for work in works() {
      try recorder.workload(work.name) { workload in
        // Once unmeasured: it compiles the function, plans its queries, and grows the files.
        for run in -1..<request.runs {
          for table in run % 2 == 0 ? Table.allCases : Table.allCases.reversed() {
            _ = try connection.execute("TRUNCATE core.\(table.rawValue)")
            try fill(connection, table, work)
            let taken = try seconds { try work.body(connection, table) }.0
            try check(connection, table, work)
            if run >= 0 { workload.add(table == .plain ? FigureName.without : FigureName.with, taken) }
          }
        }
      }
    }
  }

  /// Two tables alike. The guarded one is an entity in phase core that names its writers, and is installed by the built kedge.
  private func install(_ connection: PostgresConnection, _ settings: PostgresSettings) throws {
    _ = try connection.execute(
      """
      CREATE SCHEMA core;
      CREATE TABLE core.plain (id bigint PRIMARY KEY, small integer NOT NULL, name text, at timestamptz);
      CREATE TABLE core.guarded (LIKE core.plain INCLUDING ALL)
      """)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "set: benchmark\nstores:\n  app: { kind: sqlite, environment: [KEDGE_NO_SUCH_VARIABLE] }\n".write(
      toFile: folder + "/set.yaml", atomically: true, encoding: .utf8)
    try """
    entity: guarded
    owner: core
    phase: core
    source: { store: app, table: guarded }
    key: [id]
    writers: [BenchmarkRepository]
    fields: { id: bigint, small: { type: integer, required: true }, name: text, at: timestamptz }
    """.write(toFile: folder + "/guarded.yaml", atomically: true, encoding: .utf8)
    let parts = try request.postgres().split(separator: "/", maxSplits: 3).map(String.init)
    guard parts.count == 3 else {
      throw BenchmarkError("The server's URL should be postgres://user@host/database.")
    }
    let url = "\(parts[0])//\(parts[1])/\(database)"
    try ChildProcess(
      request.kedge(),
      ["guard", "install", "--store", "postgres", "--quiet", "--json", "--mappings", folder, "--target", url]
    ).expect("kedge guard install")
    // The trigger is there, and decides: a stranger is refused.
    let stranger = try PostgresConnection(settings.writing(as: "Stranger"))
    defer { stranger.close() }
    do {
      _ = try stranger.execute("DELETE FROM core.guarded")
      throw BenchmarkError("The trigger lets a stranger pass.")
    } catch let error as PostgresError where error.sqlState == "KG003" {}
  }

  private func works() -> [Work] {
    // A trigger costs the same for each statement, however many rows there are in all.
    let rows = max(1000, request.rows / 5)
    let statements = max(1, rows / 50)
    let transactions = max(1, rows / 500)
    func sum(_ count: Int) -> Int { (0..<count).reduce(0) { $0 + $1 % 100 } }
    return [
      Work(
        name: "COPY of \(rows) rows", count: rows, unit: "rows", body: { try copy($0, $1, rows) }, rows: rows,
        sum: sum(rows)),
      Work(
        name: "INSERT of \(rows) rows, 1000 in a statement", count: (rows + 999) / 1000, unit: "statements",
        body: { try insertMany($0, $1, rows) }, rows: rows, sum: sum(rows)),
      Work(
        name: "\(statements) prepared INSERTs of a row, one transaction", count: statements,
        unit: "statements",
        body: { connection, table in
          try single(connection, table, statements, isOneTransaction: true, "insert_row(%@)")
        }, rows: statements, sum: sum(statements)),
      Work(
        name: "\(transactions) prepared INSERTs of a row, a transaction each", count: transactions,
        unit: "statements",
        body: { connection, table in
          try single(connection, table, transactions, isOneTransaction: false, "insert_row(%@)")
        }, rows: transactions, sum: sum(transactions)),
      Work(
        name: "\(statements) prepared UPDATEs of a row, one transaction", count: statements,
        unit: "statements",
        body: { connection, table in
          try single(connection, table, statements, isOneTransaction: true, "update_row(%@)")
        }, rows: statements, sum: sum(statements) + statements),
      Work(
        name: "\(transactions) prepared UPDATEs of a row, a transaction each", count: transactions,
        unit: "statements",
        body: { connection, table in
          try single(connection, table, transactions, isOneTransaction: false, "update_row(%@)")
        }, rows: transactions, sum: sum(transactions) + transactions),
    ]
  }

  /// Updates need rows that are there.
  private func fill(_ connection: PostgresConnection, _ table: Table, _ work: Work) throws {
    if work.name.contains("UPDATE") {
      _ = try connection.execute(
        "INSERT INTO core.\(table.rawValue) SELECT i, i % 100, 'name ' || i, now() FROM generate_series(0, \(work.rows - 1)) i"
      )
      _ = try connection.execute("VACUUM ANALYZE core.\(table.rawValue)")
    }
    _ = try connection.execute("CHECKPOINT")
  }

  private func copy(_ connection: PostgresConnection, _ table: Table, _ rows: Int) throws {
    try connection.beginCopyIn("COPY core.\(table.rawValue) FROM STDIN")
    var buffer: [UInt8] = []
    for row in 0..<rows {
      buffer.append(contentsOf: "\(row)\t\(row % 100)\tname \(row)\t2026-01-01 00:00:00+00\n".utf8)
      if buffer.count > 1 << 18 || row == rows - 1 {
        try buffer.withUnsafeBytes { try connection.putCopyData($0) }
        buffer.removeAll(keepingCapacity: true)
      }
    }
    guard try connection.endCopyIn() == rows else {
      throw BenchmarkError("The COPY took fewer rows than were sent.")
    }
  }

  private func insertMany(_ connection: PostgresConnection, _ table: Table, _ rows: Int) throws {
    var start = 0
    while start < rows {
      let end = min(rows, start + 1000)
      let values = (start..<end).map { "(\($0),\($0 % 100),'name \($0)','2026-01-01')" }.joined(
        separator: ",")
      _ = try connection.execute("INSERT INTO core.\(table.rawValue) VALUES \(values)")
      start = end
    }
  }

  private func single(
    _ connection: PostgresConnection, _ table: Table, _ count: Int, isOneTransaction: Bool, _ call: String
  ) throws {
    _ = try connection.execute(
      """
      DEALLOCATE ALL;
      PREPARE insert_row (bigint) AS INSERT INTO core.\(table.rawValue) VALUES ($1, $1 % 100, 'name ' || $1, now());
      PREPARE update_row (bigint) AS UPDATE core.\(table.rawValue) SET small = small + 1 WHERE id = $1
      """)
    if isOneTransaction { _ = try connection.execute("BEGIN") }
    for row in 0..<count {
      _ = try connection.execute("EXECUTE " + call.replacingOccurrences(of: "%@", with: "\(row)"))
    }
    if isOneTransaction { _ = try connection.execute("COMMIT") }
  }

  /// A figure counts only for what was really written.
  private func check(_ connection: PostgresConnection, _ table: Table, _ work: Work) throws {
    let row = try connection.query(
      "SELECT count(*) AS rows, coalesce(sum(small), 0)::bigint AS sum, count(DISTINCT id) AS ids FROM core.\(table.rawValue)"
    ).first
    guard let row, try row.int("rows") == work.rows, try row.int("ids") == work.rows,
      try row.int("sum") == work.sum
    else {
      throw BenchmarkError("\(work.name) left something else in core.\(table.rawValue) than was written.")
    }
  }
}
