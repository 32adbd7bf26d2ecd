import Codec
import Foundation
import Mongo
import Postgres
import SampleData

/// Generated records in a source, and their copy in a database of PostgreSQL. All sections of one run use the same.
struct BenchmarkData {
  let source: Request.Source
  let kind: MeasuredKind
  let count: Int
  let target: String
  let sourceURL: String
  let folder: String
  /// The fingerprint of the right rows; nil where the target isn't filled.
  let truth: String?
  private let request: Request
  private let name: String

  var table: TargetTable { TargetTable(url: target, name: "core.\(kind.rawValue)") }

  /// Makes the records by the project's own generator, and moves them; or takes what another section has left, after a look whether
  /// it still is what it was.
  init(
    _ request: Request, source: Request.Source, kind: MeasuredKind, count: Int? = nil, isFilled: Bool = true
  ) throws {
    self.request = request
    self.source = source
    self.kind = kind
    self.count = count ?? request.count(of: kind)
    name = Self.prefix(request) + "\(source.rawValue)_\(kind.rawValue)_\(self.count)"
    folder = NSTemporaryDirectory() + name
    target = Self.withDatabase(name, in: try request.postgres())
    sourceURL =
      source == .mongo ? Self.withDatabase(name, in: try request.mongo()) : "sqlite:\(folder)/rows.db"
    let truthFile = folder + "/truth"
    if !FileManager.default.fileExists(atPath: folder + "/ready") {
      try Self.remove(name, request)
      try Self.make(name, folder, request)
      try Self.generate(self.count, kind, source, sourceURL, folder, request)
      try Data().write(to: URL(filePath: folder + "/ready"))
    }
    guard isFilled else {
      truth = nil
      return
    }
    let table = TargetTable(url: target, name: "core.\(kind.rawValue)")
    let known = try? String(contentsOfFile: truthFile, encoding: .utf8)
    if let known, try table.exists(), try table.fingerprint() == known {
      truth = known
      return
    }
    try table.drop()
    try ChildProcess(
      request.kedge(),
      ["backfill", "--quiet", "--new", "--mappings", folder, "--source", sourceURL, "--target", target]
    ).expect("kedge backfill")
    try table.settle()
    let found = try table.fingerprint()
    guard known ?? found == found else {
      throw BenchmarkError("the backfill made \(found) of what was \(known ?? "") before")
    }
    try found.write(toFile: truthFile, atomically: true, encoding: .utf8)
    truth = found
  }

  /// - Throws: if the rows aren't the right ones.
  func check(_ what: String) throws {
    guard let truth else { return }
    let found = try table.fingerprint()
    guard found == truth else { throw BenchmarkError("\(what) left other rows: \(found), not \(truth)") }
  }

  func arguments(_ command: String...) -> [String] {
    command + ["--mappings", folder, "--source", sourceURL, "--target", target]
  }

  /// Where sections share their data, it is left to them.
  func done() throws {
    if !request.keepsData { try Self.remove(name, request) }
  }

  /// Nobody else wants it.
  func discard() throws { try Self.remove(name, request) }

  // MARK: Making and removing

  private static func make(_ name: String, _ folder: String, _ request: Request) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let administrator = try PostgresConnection(try PostgresSettings(url: try request.postgres()))
    defer { administrator.close() }
    _ = try administrator.execute("CREATE DATABASE \(name)")
  }

  private static func generate(
    _ count: Int, _ kind: MeasuredKind, _ source: Request.Source, _ url: String, _ folder: String,
    _ request: Request
  ) throws {
    let place = source == .mongo ? ["--url", url] : ["--path", folder + "/rows.db"]
    try ChildProcess(
      request.samples(), ["rows", "--drop", "--kind", kind.rawValue, "--count", "\(count)"] + place
    ).expect("kedge-samples")
    let store = "app: { kind: \(source.rawValue), environment: [KEDGE_NO_SUCH_VARIABLE] }"
    try "set: rows\nstores:\n  \(store)\n".write(
      toFile: folder + "/set.yaml", atomically: true, encoding: .utf8)
    try kind.mapping(isDocument: source == .mongo).write(
      toFile: folder + "/rows.yaml", atomically: true, encoding: .utf8)
  }

  private static func remove(_ name: String, _ request: Request) throws {
    let folder = NSTemporaryDirectory() + name
    if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
    if name.contains("_mongo_") {
      try MongoConnection(try MongoSettings(url: withDatabase(name, in: try request.mongo()))).dropDatabase()
    }
    let administrator = try PostgresConnection(try PostgresSettings(url: try request.postgres()))
    defer { administrator.close() }
    _ = try administrator.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }

  /// All of a run's data.
  static func removeAll(_ request: Request) throws {
    let administrator = try PostgresConnection(try PostgresSettings(url: try request.postgres()))
    let names = try administrator.query(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [.text(prefix(request))]
    ).map { try $0.text("datname") }
    administrator.close()
    for name in names { try remove(name, request) }
  }

  private static func prefix(_ request: Request) -> String { "kedge_benchmark_\(request.tag)_" }

  /// The URL with another database.
  static func withDatabase(_ name: String, in url: String) -> String {
    let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var server = String(parts[0])
    if let scheme = server.range(of: "://"), let slash = server[scheme.upperBound...].firstIndex(of: "/") {
      server = String(server[..<slash])
    }
    return server + "/" + name + (parts.count > 1 ? "?" + parts[1] : "")
  }
}
