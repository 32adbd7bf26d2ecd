internal import Codec
internal import Foundation
internal import Glibc
internal import Mongo
internal import Postgres
internal import Synchronization

/// Makes and removes the databases that tests are handed.
enum TestDatabases {
  // MARK: Postgres

  static func makePostgres(prepared sql: String?) throws -> TemporaryPostgres {
    let server = try PostgresServer.current()
    let template = try sql.map { try self.template(for: $0, on: server) }
    let name: String
    if server.isPrivate {
      name = try SpareDatabases.take(copying: template, on: server)
    } else {
      name = DatabaseURL.uniqueName()
      try administer(server) { try create(name, copying: template, $0) }
    }
    return TemporaryPostgres(url: server.url(name), networkURL: server.networkURL(name), name: name)
  }

  static func drop(_ database: TemporaryPostgres) throws {
    let server = try PostgresServer.current()
    if server.isPrivate { return SpareDatabases.drop(database.name, on: server) }
    try administer(server) {
      try $0.execute("DROP DATABASE IF EXISTS \(database.name) WITH (FORCE)")
    }
  }

  static func create(_ name: String, copying template: String?, _ connection: PostgresConnection)
    throws
  {
    try connection.execute("CREATE DATABASE \(name) TEMPLATE \(template ?? "template1")")
  }

  /// Databases that statements have been run in, by those statements.
  private static let templates = Mutex<[String: String]>([:])

  private static func template(for sql: String, on server: PostgresServer) throws -> String {
    try templates.withLock { templates in
      if let known = templates[sql] { return known }
      let name = DatabaseURL.uniqueName() + "_t"
      try administer(server) { try create(name, copying: nil, $0) }
      do {
        let connection = try PostgresConnection(PostgresSettings(url: server.url(name)))
        defer { connection.close() }
        try connection.execute(sql)
      } catch {
        try administer(server) { try $0.execute("DROP DATABASE \(name) WITH (FORCE)") }
        throw error
      }
      if templates.isEmpty { atexit { TestDatabases.dropTemplates() } }
      templates[sql] = name
      return name
    }
  }

  /// On a server that isn't ours, they would stay.
  private static func dropTemplates() {
    guard ProcessInfo.processInfo.environment["KEDGE_TEST_POSTGRES_URL"]?.isEmpty == false else { return }
    for name in templates.withLock({ $0.values }) {
      do {
        try administer(try PostgresServer.current()) {
          try $0.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        }
      } catch {
        print("The tests' database \(name) is left behind: \(error)")
      }
    }
  }

  static func administer(_ server: PostgresServer, _ body: (PostgresConnection) throws -> Void) throws {
    let connection = try PostgresConnection(server.administration)
    defer { connection.close() }
    try body(connection)
  }

  // MARK: MongoDB

  static func makeMongo(caller: String) throws -> TemporaryMongo {
    let name = DatabaseURL.uniqueName()
    return TemporaryMongo(uri: try MongoServer.current(caller: caller).uri(name), name: name)
  }

  static func drop(_ database: TemporaryMongo) throws { try database.connect().dropDatabase() }

  // MARK: SQLite

  /// Removed at the process' end, of whatever kind.
  private static let files = Mutex<ServerFolder?>(nil)

  static func makeSQLite() throws -> TemporarySQLite {
    let base = try files.withLock { known in
      if let known { return known.path }
      let folder = try ServerFolder("sqlite")
      known = folder
      return folder.path
    }
    let folder = base + "/" + DatabaseURL.uniqueName()
    guard mkdir(folder, 0o700) == 0 else { throw ServerFolder.failure("make the folder \(folder)") }
    return TemporarySQLite(path: folder + "/test.sqlite")
  }

  static func remove(_ database: TemporarySQLite) throws {
    try FileManager.default.removeItem(atPath: (database.path as NSString).deletingLastPathComponent)
  }
}
