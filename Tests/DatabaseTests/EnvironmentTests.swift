import Database
import TestSupport
import Testing

@Suite("The database that the environment names")
struct EnvironmentTests {
  private func info(
    _ environment: [String: String], sqlitePath: String? = nil,
    _ purpose: DatabaseConfiguration.Purpose = .application
  ) throws -> String {
    try Database(environment: environment, sqlitePath: sqlitePath, purpose: purpose).connectionInfo
      .description
  }

  @Test("omnihub: DATABASE_URL and DATABASE_SSL, else its SQLite file")
  func omnihub() throws {
    let url = "postgres://app:secret@db.example.com:5433/omni"
    #expect(
      try info(["DATABASE_URL": url], sqlitePath: "omnihub.db")
        == "postgres, host db.example.com, port 5433, database omni, user app, ssl verify-full (from DATABASE_URL)"
    )
    #expect(
      try info(["DATABASE_URL": url, "DATABASE_SSL": "false"], sqlitePath: "omnihub.db")
        == "postgres, host db.example.com, port 5433, database omni, user app, ssl disable (from DATABASE_URL)"
    )
    #expect(
      try info(["DATABASE_URL": "postgres://localhost/omni", "DATABASE_SSL": "true"])
        == "postgres, host localhost, database omni, ssl require (from DATABASE_URL)")
    #expect(
      try info(["DATABASE_URL": url + "?sslmode=require", "DATABASE_SSL": "false"]).contains("ssl require"))
    #expect(try info([:], sqlitePath: "omnihub.db") == "sqlite, file omnihub.db (from default)")
    #expect(
      try info(["DATABASE_URL": ""], sqlitePath: "omnihub.db") == "sqlite, file omnihub.db (from default)")
  }

  @Test("i2i: the pooled POSTGRES_URL, and POSTGRES_URL_NON_POOLING for migrations")
  func i2i() throws {
    let environment = [
      "POSTGRES_URL": "postgres://u:secret@pool.example.com/i2i?pgbouncer=true",
      "POSTGRES_URL_NON_POOLING": "postgres://u:secret@direct.example.com/i2i",
    ]
    #expect(
      try info(environment)
        == "postgres, host pool.example.com, database i2i, user u, ssl verify-full (from POSTGRES_URL)")
    #expect(
      try info(environment, .migrations)
        == "postgres, host direct.example.com, database i2i, user u, ssl verify-full (from POSTGRES_URL_NON_POOLING)"
    )
    #expect(try info(["POSTGRES_URL": "postgres://h/i2i"], .migrations).hasSuffix("(from POSTGRES_URL)"))
  }

  @Test("motiv8: DB_…, else its SQLite file")
  func motiv8() throws {
    let environment = ["DB_HOST": "10.0.0.5", "DB_USERNAME": "m", "DB_PASSWORD": "secret"]
    #expect(
      try info(environment.merging(["DB_PORT": "5544", "DB_NAME": "motiv8"]) { $1 }, sqlitePath: "motiv8.db")
        == "postgres, host 10.0.0.5, port 5544, database motiv8, user m, ssl verify-full (from DB_HOST)")
    #expect(try info(environment).hasPrefix("postgres, host 10.0.0.5, user m"))
    #expect(try info([:], sqlitePath: "motiv8.db") == "sqlite, file motiv8.db (from default)")
  }

  @Test("SQLITE_PATH names the file where nothing names a server")
  func sqlite() throws {
    #expect(
      try info(["SQLITE_PATH": "/data/app.db"], sqlitePath: "x.db")
        == "sqlite, file /data/app.db (from SQLITE_PATH)")
    #expect(
      try info(["SQLITE_PATH": "/data/app.db", "DATABASE_URL": "postgres://h/d"]).hasPrefix("postgres"))
    #expect(
      try info(["DATABASE_URL": "sqlite:///data/app.db"]) == "sqlite, file /data/app.db (from DATABASE_URL)")
    #expect(try info(["DATABASE_URL": "sqlite:app.db"]) == "sqlite, file app.db (from DATABASE_URL)")
  }

  @Test("sendfx: POSTGRES_URL or DATABASE_URL, or both if they agree")
  func sendfx() throws {
    let url = "postgres://h/sendfx"
    #expect(try info(["POSTGRES_URL": url]).hasSuffix("(from POSTGRES_URL)"))
    #expect(try info(["DATABASE_URL": url]).hasSuffix("(from DATABASE_URL)"))
    #expect(try info(["DATABASE_URL": url, "POSTGRES_URL": url]).hasSuffix("(from DATABASE_URL)"))
  }

  @Test(
    "Partial and contradicting settings are errors that name the variables",
    arguments: [
      (
        ["DATABASE_URL": "postgres://a/b", "POSTGRES_URL": "postgres://a/c"],
        ["DATABASE_URL", "POSTGRES_URL"]
      ),
      (["DB_HOST": "h", "DB_PASSWORD": "secret"], ["DB_HOST", "DB_PASSWORD", "DB_USERNAME isn't"]),
      (["DB_NAME": "n"], ["DB_NAME is set", "DB_HOST, DB_USERNAME, DB_PASSWORD isn't"]),
      (
        ["DB_HOST": "h", "DB_USERNAME": "u", "DB_PASSWORD": "secret", "DATABASE_URL": "postgres://a/b"],
        ["DATABASE_URL", "DB_HOST"]
      ),
      (["DB_HOST": "h", "DB_USERNAME": "u", "DB_PASSWORD": "secret", "DB_PORT": "x"], ["DB_PORT"]),
      (["POSTGRES_URL_NON_POOLING": "postgres://a/b"], ["POSTGRES_URL_NON_POOLING", "POSTGRES_URL "]),
      (["DATABASE_URL": "postgres://a/b", "DATABASE_SSL": "perhaps"], ["DATABASE_SSL"]),
      (["DATABASE_SSL": "perhaps", "SQLITE_PATH": "a.db"], ["DATABASE_SSL"]),
      (["DATABASE_URL": "mysql://u:secret@h/d"], ["DATABASE_URL"]),
      (["POSTGRES_URL": "postgres://u:secret@h:port/d"], ["POSTGRES_URL"]),
      ([:], ["DATABASE_URL", "POSTGRES_URL", "DB_HOST", "SQLITE_PATH"]),
      (["SQLITE_PATH": ":memory:"], ["memory"]),
    ])
  func refused(_ environment: [String: String], _ words: [String]) async throws {
    let error = try await failure { _ = try Database(environment: environment) }
    #expect(error.kind == .configuration)
    for word in words { #expect(error.description.contains(word), "\(error)") }
    #expect(!error.description.contains("secret"))
  }

  @Test("Several servers: libpq's hosts, or several URLs")
  func several() throws {
    #expect(
      try info(["DATABASE_URL": "postgres://u:secret@a:1,b:2/d"])
        == "postgres, host a, port 1, database d, user u, ssl verify-full, else b:2 (from DATABASE_URL)")
    #expect(
      try info(["DATABASE_URL": "postgres://u:secret@a,b/d,postgresql://u:secret@c:3/d"])
        == "postgres, host a, database d, user u, ssl verify-full, else b:5432, c:3 (from DATABASE_URL)")
  }

  @Test("No way of showing it shows the password")
  func secrets() throws {
    let configuration = try DatabaseConfiguration(
      environment: ["DATABASE_URL": "postgres://app:hunter2@a,b/omni?sslpassword=hunter3"])
    let database = try Database(configuration)
    var shown =
      "\(database)" + String(reflecting: database) + "\(configuration)" + String(reflecting: configuration)
    dump(database, to: &shown)
    dump(configuration, to: &shown)
    dump(database.connectionInfo, to: &shown)
    shown += Mirror(reflecting: database).children.map { "\($0)" }.joined()
    #expect(shown.contains("omni"))
    #expect(!shown.contains("hunter"))
  }

  @Test("A test of the connection and a health check say what there is", arguments: DatabaseBackend.allCases)
  func health(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let found = try await test.database.testConnection(deadline: .after(.seconds(60)))
      #expect(found.connection.backend == backend)
      #expect(found.serverVersion.split(separator: ".").count >= 2)
      #expect(found.latency > .zero)
      let health = await test.database.healthCheck(deadline: .after(.seconds(60)))
      #expect(health.isHealthy && health.isReadOnly == false && health.isStandby == false)
      #expect(health.pool.limit == 20 && health.pool.waiting == 0)
      #expect(health.endpoints.count == (backend == .postgres ? 1 : 0))
    }
  }
}

@Suite("Who writes")
struct WriterTests {
  @Test("Sessions say who writes, on every connection of the pool")
  func writer() async throws {
    let server = try PostgresSide()
    let database = try Database(DatabaseConfiguration(.postgres([server.settings])).writing(as: "billing"))
    let row = try await database.one("SELECT current_setting('kedge.writer') AS writer")
    #expect(try row?["writer", as: String.self] == "billing")
    await database.close()
  }
}
