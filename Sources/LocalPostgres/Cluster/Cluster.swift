internal import Foundation
internal import Glibc
internal import Postgres

/// The data directory of the private server, and the server on it.
struct Cluster {
  let places: ClusterPlaces
  let environment: [String: String]

  /// The data's major version; nil if there is no data.
  var dataVersion: Int? {
    readFile(places.data + "/PG_VERSION").flatMap { Int($0.prefix(while: \.isNumber)) }
  }

  /// The server that runs on the data; nil if none does.
  var server: RunningServer? {
    guard case .running(let server) = RunningServer.find(data: places.data) else { return nil }
    return server
  }

  /// Makes sure that a server runs and has the database. Needs the lock.
  func up(settings: PostgresSettings) throws {
    if let server {
      if server.socketDirectory == places.socketDirectory, try accepts(settings) {
        try ensureDatabase(settings)
        return
      }
      // The project's folder has moved, or something has removed the socket: a server can't make it anew.
      _ = try stop()
    }
    if dataVersion == nil { try create() }
    try start()
    guard try accepts(settings) else {
      throw LocalPostgresError(
        "The private Postgres has started but takes no connection.", output: logTail(from: 0))
    }
    try ensureDatabase(settings)
  }

  /// Whether the server takes connections; waits for one that is still recovering from a crash.
  private func accepts(_ settings: PostgresSettings) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(300)
    while true {
      do {
        try PostgresConnection(maintenance(settings)).close()
        return true
      } catch let error as PostgresError where error.sqlState == "57P03" && ContinuousClock.now < deadline {
        usleep(100_000)
      } catch let error as PostgresError where error.code == .connection && error.sqlState == nil {
        return false
      }
    }
  }

  private func ensureDatabase(_ settings: PostgresSettings) throws {
    let connection = try PostgresConnection(maintenance(settings))
    defer { connection.close() }
    let name = settings.database ?? "kedge"
    if try connection.query("SELECT 1 FROM pg_database WHERE datname = $1", [.text(name)]).isEmpty {
      try connection.execute("CREATE DATABASE \(quoteIdentifier(name))")
    }
  }

  /// The database that every cluster has.
  private func maintenance(_ settings: PostgresSettings) -> PostgresSettings {
    var settings = settings
    settings.database = "postgres"
    return settings
  }

  /// What the server logged after the byte at `offset`, at most its last 20 lines.
  func logTail(from offset: Int) -> String {
    let text = readFile(places.log, from: max(offset, fileSize(places.log) - (64 << 10))) ?? ""
    return text.split(separator: "\n").suffix(20).joined(separator: "\n")
  }

  /// How the server is doing.
  func status(settings: PostgresSettings) -> LocalPostgres.Status {
    let version = dataVersion
    var status = LocalPostgres.Status(
      state: version == nil ? .notCreated : .stopped, url: settings.redactedURL, dataDirectory: places.data,
      socketDirectory: places.socketDirectory, logFile: places.log, version: version.map(String.init),
      size: version == nil ? nil : dataSize(), note: places.note)
    if version != nil, let server {
      status.state = .running
      status.pid = Int(server.process)
      do {
        let connection = try PostgresConnection(maintenance(settings))
        defer { connection.close() }
        status.version = "\(connection.serverVersion / 10000).\(connection.serverVersion % 10000)"
      } catch {
        // A server that is starting or stopping can't be asked; its data's version stands.
      }
    }
    return status
  }

  private func dataSize() -> Int {
    guard let files = FileManager.default.enumerator(atPath: places.data) else { return 0 }
    // Files may go away meanwhile; those count nothing.
    return files.reduce(0) { sum, file in sum + fileSize(places.data + "/\(file)") }
  }
}
