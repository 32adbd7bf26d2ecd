import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// Generated rows on their way into a server of the test's own, which may fail in any way.
final class FaultScene {
  /// How many rows there are, in chunks of this size.
  static let rows = 6000
  static let chunk = 1500

  let server: PrivatePostgres
  let source: String
  let folder: TemporaryFolder
  private let isMongo: Bool
  private let stopFile: String

  /// - Parameters:
  ///   - settings: the server's parameters.
  ///   - mongo: the server that the rows come from; nil for a SQLite file.
  init(_ settings: [String: String] = [:], mongo: PrivateMongo? = nil) throws {
    server = try PrivatePostgres(settings: settings)
    folder = try TemporaryFolder()
    isMongo = mongo != nil
    source = mongo?.uri() ?? "sqlite:\(folder.path)/rows.db"
    stopFile = folder.path + "/stop"
    let place = mongo.map { ["--url", $0.uri()] } ?? ["--path", folder.path + "/rows.db"]
    let made = try Program.samples.run(["rows", "--count", "\(Self.rows)"] + place)
    guard made.code == 0 else { throw UnexpectedResult(description: made.errors) }
    try folder.write(
      "set/set.yaml",
      "set: rows\nstores:\n  app: { kind: \(isMongo ? "mongo" : "sqlite"), environment: [KEDGE_NO_SUCH_VARIABLE] }\n"
    )
    try folder.write("set/rows.yaml", isMongo ? Scene.mongoMapping : Scene.sqliteMapping)
  }

  /// Starts a backfill with one worker, unless the options say otherwise.
  ///
  /// - Parameters:
  ///   - options: further options.
  ///   - target: its URL; nil for the server's own.
  ///   - source: its URL; nil for the one that there is.
  ///   - stop: a stop point that holds the process until ``letGo()``.
  func start(
    _ options: String..., target: String? = nil, source: String? = nil, stop: String? = nil
  ) throws -> Program.Running {
    var environment: [String: String] = [:]
    if let stop {
      try folder.write("stop", "")
      environment = ["KEDGE_STOP_POINT": stop + ":block", "KEDGE_STOP_FILE": stopFile]
    }
    let workers = options.contains("--workers") ? [] : ["--workers", "1"]
    // The heartbeat says nothing of its own in between: what goes over the wire is the worker's.
    let lease = options.contains("--lease") ? [] : ["--lease", "600"]
    let running = try Program.kedge.start(
      [
        "backfill", "--json", "--mappings", folder.path + "/set", "--source", source ?? self.source,
        "--target",
        target ?? server.url(), "--chunk-size", "\(Self.chunk)",
      ] + workers + lease + options, environment: environment)
    if let stop {
      let point = stop.prefix { $0 != "@" }
      try waitUntil("the stop point \(stop) is reached") {
        guard running.isRunning else {
          throw UnexpectedResult(description: "it ended: \(try running.errors())")
        }
        return try running.errors().contains("kedge: stop point \(point)\n")
      }
    }
    return running
  }

  /// Lets a held process go on.
  func letGo() throws { try FileManager.default.removeItem(atPath: stopFile) }

  /// Waits for the end, with a limit: a process that hangs fails the test.
  func end(_ running: Program.Running, limit: Double = 90) throws -> Program.Outcome {
    do { try waitUntil("the backfill ends", limit: limit) { !running.isRunning } } catch {
      let errors = try running.errors()
      running.send(SIGKILL)
      _ = try running.finish()
      throw UnexpectedResult(description: "\(error); it said: \(errors)")
    }
    return try running.finish()
  }

  /// The rows of a query by the server's own socket, as ``TestPostgres/rows(_:)``.
  func rows(_ sql: String) throws -> [String] {
    try server.connect().query(sql).map { row in
      (0..<row.count).map { row[$0] ?? "∅" }.joined(separator: " | ")
    }
  }

  /// Expects that a run ended well, and that everything is as after one that met no fault.
  func expectWhole(_ outcome: Program.Outcome, isFirst: Bool = true) throws {
    #expect(outcome.code == 0, "\(outcome.errors)")
    guard outcome.code == 0 else { return }
    let report = try outcome.json()
    let entity = (report["entities"] as? [[String: Any]])?.first ?? [:]
    #expect(entity["read"] as? Int == Self.rows)
    #expect(entity["landed"] as? Int == Self.rows)
    if isFirst { #expect(report["resumed"] as? Bool == false) }
    #expect(try rows(Self.digest) == [try Self.expected(isMongo)])
    #expect(
      try rows("SELECT sum(read), sum(landed), count(*) FILTER (WHERE NOT is_done) FROM kedge.chunks")
        == ["\(Self.rows) | \(Self.rows) | 0"])
    #expect(try rows("SELECT DISTINCT state FROM kedge.runs") == ["done"])
    #expect(try rows("SELECT count(*) FROM kedge.quarantine") == ["0"])
    try waitUntil("no session of the run is left") {
      try rows("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'kedge run %'").isEmpty
    }
  }

  /// Expects one clear error, exit code 1, and a run that isn't left as running where the server can be told.
  func expectFailure(_ outcome: Program.Outcome, says words: String..., state: String? = "failed") throws {
    #expect(outcome.code == 1, "\(outcome.code): \(outcome.errors)")
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    let told = outcome.errors.split(separator: "\n").filter {
      $0.hasPrefix("kedge: ") && !$0.contains("stop point")
    }
    #expect(told.filter { $0.contains("Postgres") || $0.contains("refused") }.count <= 1, "\(outcome.errors)")
    if let state { #expect(try rows("SELECT DISTINCT state FROM kedge.runs") == [state]) }
  }

  /// Runs it again, now that nothing is in the way.
  func expectWholeAfterwards() throws {
    try expectWhole(try end(try start()), isFirst: false)
  }

  private static let digest =
    "SELECT md5(coalesce(string_agg(m, '' ORDER BY m), '')) FROM (SELECT md5(t::text) m FROM core.rows t) s"

  private static let known = Mutex<[Bool: String]>([:])

  /// The digest of the table after a run that met no fault.
  private static func expected(_ isMongo: Bool) throws -> String {
    try known.withLock { known in
      if let digest = known[isMongo] { return digest }
      let scene = try Scene(rows: rows, mongo: isMongo ? try TestMongo() : nil)
      let outcome = try Program.kedge.run(scene.arguments("backfill"))
      guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
      let digest = try scene.target.digest("core.rows")
      known[isMongo] = digest
      return digest
    }
  }
}
