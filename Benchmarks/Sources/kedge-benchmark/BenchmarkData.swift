import Codec
import Foundation
import Mongo
import Postgres
import SampleData

/// Generated records in a source, and their copy in a database of Postgres; both go with `remove`.
struct BenchmarkData {
  let source: Request.Source
  let kind: MeasuredKind
  let count: Int
  let target: String
  let sourceURL: String
  let folder: String
  private let request: Request
  private let name = "kedge_benchmark_\(ProcessInfo.processInfo.processIdentifier)"

  /// Makes the records by the project's own generator, and moves them.
  init(_ request: Request, source: Request.Source, kind: MeasuredKind = .rows, count: Int? = nil) throws {
    self.request = request
    self.source = source
    self.kind = kind
    self.count = count ?? request.rows
    let database = "\(name)_\(source.rawValue)"
    folder = NSTemporaryDirectory() + database
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let administrator = try PostgresConnection(try PostgresSettings(url: request.postgres))
    _ = try administrator.execute("CREATE DATABASE \(database)")
    administrator.close()
    target = Self.withDatabase(database, in: request.postgres)
    sourceURL =
      source == .mongo ? Self.withDatabase(database, in: request.mongo) : "sqlite:\(folder)/rows.db"
    let place = source == .mongo ? ["--url", sourceURL] : ["--path", folder + "/rows.db"]
    try Self.expect(
      ChildProcess(request.samples, ["rows", "--kind", kind.rawValue, "--count", "\(self.count)"] + place),
      "kedge-samples")
    let store = "app: { kind: \(source.rawValue), environment: [KEDGE_NO_SUCH_VARIABLE] }"
    let mapping = kind.mapping(of: source)
    try "set: rows\nstores:\n  \(store)\n".write(
      toFile: folder + "/set.yaml", atomically: true, encoding: .utf8)
    try mapping.write(toFile: folder + "/rows.yaml", atomically: true, encoding: .utf8)
    try Self.expect(ChildProcess(request.kedge, arguments("backfill", "--quiet")), "kedge backfill")
    // As a table is that has been there for a while.
    let connection = try PostgresConnection(try PostgresSettings(url: target))
    _ = try connection.execute("VACUUM (ANALYZE, FREEZE) core.\(kind.rawValue)")
    _ = try connection.execute("CHECKPOINT")
    connection.close()
  }

  func arguments(_ command: String...) -> [String] {
    command + ["--mappings", folder, "--source", sourceURL, "--target", target]
  }

  func remove() throws {
    try FileManager.default.removeItem(atPath: folder)
    if source == .mongo { try MongoConnection(try MongoSettings(url: sourceURL)).dropDatabase() }
    let administrator = try PostgresConnection(try PostgresSettings(url: request.postgres))
    defer { administrator.close() }
    _ = try administrator.execute("DROP DATABASE \(name)_\(source.rawValue) WITH (FORCE)")
  }

  static func expect(_ process: ChildProcess, _ what: String, code: Int32 = 0) throws {
    guard process.code == code else {
      throw BenchmarkError("\(what) ended with exit code \(process.code): \(process.output)")
    }
  }

  /// The URL with another database.
  private static func withDatabase(_ name: String, in url: String) -> String {
    let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var server = String(parts[0])
    if let scheme = server.range(of: "://"), let slash = server[scheme.upperBound...].firstIndex(of: "/") {
      server = String(server[..<slash])
    }
    return server + "/" + name + (parts.count > 1 ? "?" + parts[1] : "")
  }
}
