import Foundation
import Postgres
import SampleData

/// Where a peer works: a database of its own, and a folder.
struct PeerPlace {
  let target: String
  private let data: BenchmarkData
  private let request: Request
  private let name: String
  private let folder: String
  private let source: String

  /// - Parameters:
  ///   - isAudit: the target is the full one, and nothing is made.
  ///   - comparesWith: of an audit: `postgres` for a copy of the target.
  init(_ data: BenchmarkData, _ request: Request, isAudit: Bool = false, comparesWith: String? = nil) throws {
    (self.data, self.request) = (data, request)
    name = "kedge_benchmark_\(request.tag)_peer"
    folder = data.folder + "/peer"
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let own = BenchmarkData.withDatabase(name, in: try request.postgres())
    target = isAudit ? data.target : own
    source =
      comparesWith == "postgres"
      ? own
      : data.source == .sqlite ? String(data.sourceURL.dropFirst("sqlite:".count)) : data.sourceURL
    if isAudit, comparesWith == "postgres" {
      try administer([
        "DROP DATABASE IF EXISTS \(name) WITH (FORCE)", "CREATE DATABASE \(name) TEMPLATE \(templateName)",
      ])
      // A copy has no statistics of its own yet, and its pages are in nobody's cache.
      try TargetTable(url: own, name: data.table.name).settle()
    }
  }

  var environment: [String: String] {
    [
      "PEER_KIND": data.kind.rawValue, "PEER_ROWS": "\(data.count)", "PEER_SOURCE": source,
      "PEER_TABLE": data.kind.rawValue, "PEER_TARGET": target, "PEER_FOLDER": folder,
    ]
  }

  /// A new database with the empty typed table.
  func empty() throws {
    try administer(["DROP DATABASE IF EXISTS \(name) WITH (FORCE)", "CREATE DATABASE \(name)"])
    let schema = try ChildProcess(request.kedge(), ["schema", "--mappings", data.folder])
    try schema.expect("kedge schema")
    let connection = try PostgresConnection(try PostgresSettings(url: target))
    defer { connection.close() }
    _ = try connection.execute(schema.output)
    _ = try connection.execute("CHECKPOINT")
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func check(_ script: PeerScript, isTyped: Bool, isAudit: Bool) throws {
    if isTyped, !isAudit { return try checkTyped() }
    let counts = try script.verify(environment)
    guard counts.rows == data.count, counts.different ?? 0 == 0 else {
      throw BenchmarkError(
        "\(counts.rows) rows instead of \(data.count), \(counts.different ?? 0) of them different")
    }
    guard !isAudit else { return }
    let column = data.kind == .users ? "login_count" : "tokens"
    let connection = try data.table.connect()
    defer { connection.close() }
    let sum = try connection.query("SELECT sum(\(column))::text AS sum FROM \(data.table.name)").first?.text(
      "sum")
    guard let found = counts.sums?[column], found == sum else {
      throw BenchmarkError(
        "the sum of \(column) is \(counts.sums?[column] ?? "missing") instead of \(sum ?? "")")
    }
  }

  func checkTyped() throws {
    let found = try TargetTable(url: target, name: data.table.name).fingerprint()
    guard found == data.truth else {
      throw BenchmarkError("it left other rows: \(found), not \(data.truth ?? "")")
    }
  }

  /// As far as it can be; whatever is left goes with the run's data.
  func remove() {
    try? administer(["DROP DATABASE IF EXISTS \(name) WITH (FORCE)"])
    try? FileManager.default.removeItem(atPath: folder)
  }

  private var templateName: String {
    data.target.split(separator: "/").last.map { String($0.prefix { $0 != "?" }) } ?? ""
  }

  private func administer(_ statements: [String]) throws {
    let administrator = try PostgresConnection(try PostgresSettings(url: try request.postgres()))
    defer { administrator.close() }
    for statement in statements { _ = try administrator.execute(statement) }
  }
}
