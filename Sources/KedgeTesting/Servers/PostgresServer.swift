internal import Foundation
internal import Glibc
internal import LocalPostgres
internal import Postgres
internal import Synchronization

/// The Postgres server of this test process: the one that `KEDGE_TEST_POSTGRES_URL` names, else a private one, which is started by
/// the first that needs it and ends with the process.
struct PostgresServer: Sendable {
  /// Whether it is ours alone, and ends with us.
  let isPrivate: Bool
  /// Where databases are made from.
  let administration: PostgresSettings
  /// Builds the URL of a database.
  let url: @Sendable (_ database: String) -> String
  /// The same by TCP, for drivers that know no Unix sockets.
  let networkURL: @Sendable (_ database: String) -> String

  private static let shared = Mutex<Result<PostgresServer, TestServerError>?>(nil)

  /// The server, started if it has to be.
  static func current() throws -> PostgresServer {
    try shared.withLock { known in
      if let known { return try known.get() }
      do {
        let server = try make()
        known = .success(server)
        return server
      } catch let error as TestServerError {
        known = .failure(error)
        throw error
      } catch {
        let failure = TestServerError("No Postgres server for the tests: \(error)")
        known = .failure(failure)
        throw failure
      }
    }
  }

  private static func make() throws -> PostgresServer {
    let environment = ProcessInfo.processInfo.environment
    if let url = environment["KEDGE_TEST_POSTGRES_URL"], !url.isEmpty {
      return PostgresServer(
        isPrivate: false, administration: try PostgresSettings(url: url),
        url: { DatabaseURL.replace(in: url, by: $0) },
        networkURL: { DatabaseURL.replace(in: url, by: $0) })
    }
    return try start(environment)
  }

  private static func start(_ environment: [String: String]) throws -> PostgresServer {
    let account: ServerAccount
    let binaries: ServerBinaries
    do {
      account = try .forServer(environment)
      binaries = try .find(version: nil, environment: environment)
    } catch {
      throw TestServerError(
        "\(error) Or set KEDGE_TEST_POSTGRES_URL to a server whose user may create databases.")
    }
    let template = try template(binaries, account)
    let folder = try ServerFolder("pg")
    let socket = try folder.makeFolder("socket", for: account)
    let data = try folder.makeFolder("data", for: account) + "/pg"
    let log = folder.path + "/log"
    try SpawnedProgram.run(account.prefix + ["/bin/cp", "-a", "--reflink=auto", template, data], log: log)
    let port = try startOnFreePort { port in
      let server = try SpawnedProgram(
        account.prefix + [
          binaries.directory + "/postgres", "-D", data, "-k", socket, "-p", "\(port)", "-c",
          "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c",
          "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=200",
          // In its folder, so that it goes with it also where the server is killed.
          "-c", "dynamic_shared_memory_type=mmap",
        ], log: log)
      try folder.guards(server.pid, signal: "QUIT")
      try wait(for: server, log: log) {
        do {
          try PostgresConnection(settings(socket, port)).close()
          return true
        } catch let error as PostgresError {
          return error.sqlState != nil && error.sqlState != "57P03"
        }
      }
    }
    // By TCP every user of this machine could come, so there a password is asked for. The socket's folder is closed.
    let password =
      String(UInt64.random(in: 0 ... .max), radix: 36) + String(UInt64.random(in: 0 ... .max), radix: 36)
    let administration = settings(socket, port)
    let connection = try PostgresConnection(administration)
    defer { connection.close() }
    try connection.execute("ALTER ROLE kedge PASSWORD '\(password)'")
    let path = socket.replacing("/", with: "%2F")
    return PostgresServer(
      isPrivate: true, administration: administration,
      url: { "postgres://kedge@/\($0)?host=\(path)&port=\(port)&sslmode=disable" },
      networkURL: { "postgres://kedge:\(password)@127.0.0.1:\(port)/\($0)?sslmode=disable" })
  }

  private static func settings(_ socket: String, _ port: Int) -> PostgresSettings {
    var settings = PostgresSettings(host: socket, port: port, database: "postgres", user: "kedge")
    settings.tlsMode = .disable
    return settings
  }

  /// Data as initdb makes it, which takes seconds: made once for each version on this machine, and copied from then on.
  private static func template(_ binaries: ServerBinaries, _ account: ServerAccount) throws -> String {
    let base = try ServerFolder.base()
    let template = base + "/postgres-\(binaries.version)-\(account.user)-1"
    return try ServerFolder.whileAlone(in: base) {
      let data = template + "/data"
      if FileManager.default.fileExists(atPath: data + "/done") { return data + "/pg" }
      if FileManager.default.fileExists(atPath: template) {
        try FileManager.default.removeItem(atPath: template)
      }
      guard mkdir(template, 0o711) == 0 else { throw ServerFolder.failure("make the folder \(template)") }
      try account.own(data)
      let log = template + "/log"
      try SpawnedProgram.run(
        account.prefix + [
          binaries.directory + "/initdb", "--auth-local=trust", "--auth-host=scram-sha-256",
          "--username=kedge",
          "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata=\(data)/pg",
        ], log: log)
      try SpawnedProgram.run(account.prefix + ["/bin/touch", data + "/done"], log: log)
      return data + "/pg"
    }
  }
}
