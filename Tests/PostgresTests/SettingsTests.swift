import Testing

@testable import Postgres

@Suite struct SettingsTests {
  @Test func takesAllPartsOfAURL() throws {
    let settings = try PostgresSettings(
      url:
        "postgres://ann:p%40ss@db.example.com:6543/shop?sslmode=require&application_name=x&connect_timeout=3"
        + "&sslrootcert=/ca.pem")
    #expect(settings.hosts == [.init("db.example.com", port: 6543)])
    #expect(settings.user == "ann")
    #expect(settings.password == "p@ss")
    #expect(settings.database == "shop")
    #expect(settings.tlsMode == .require)
    #expect(settings.applicationName == "x")
    #expect(settings.connectTimeout == 3)
    #expect(settings.parameters == ["sslrootcert": "/ca.pem"])
  }

  @Test func takesPartialURLs() throws {
    #expect(try PostgresSettings(url: "postgresql://").hosts.isEmpty)
    #expect(try PostgresSettings(url: "POSTGRES://h").hosts == [.init("h")])
    #expect(try PostgresSettings(url: "postgres:///d").database == "d")
    #expect(try PostgresSettings(url: "postgres://u@/d").user == "u")
    #expect(try PostgresSettings(url: "postgres://[::1]:5/d").hosts == [.init("::1", port: 5)])
    #expect(
      try PostgresSettings(url: "postgres://a:1,b:2/d").hosts == [.init("a", port: 1), .init("b", port: 2)])
    #expect(try PostgresSettings(url: "postgres://u@h/d%2Fe%20f").database == "d/e f")
  }

  @Test func takesSocketFolders() throws {
    let inQuery = try PostgresSettings(url: "postgres://u@/d?host=/run/pg&port=77")
    #expect(inQuery.hosts == [.init("/run/pg", port: 77)])
    #expect(try PostgresSettings(url: "postgres://u@%2Frun%2Fpg:77/d").hosts == [.init("/run/pg", port: 77)])
    #expect(inQuery.effectiveTLSMode(defaults: [:]) == .prefer)
    #expect(try PostgresSettings(url: inQuery.redactedURL) == inQuery)
  }

  @Test(arguments: ["p@ss:w", "a%zz", "100%", "/?#[]@", "sp ace", "ü€🔑", "'\"\\", ":::", "+a+b"])
  func keepsOddPasswords(password: String) throws {
    let url = "postgres://u:\(PostgresSettings.percentEncoded(password))@h/d"
    let settings = try PostgresSettings(url: url)
    #expect(settings.password == password)
    #expect(settings.redactedURL == "postgres://u:***@h/d")
  }

  @Test func takesAnAtSignInAPasswordAsItStands() throws {
    let settings = try PostgresSettings(url: "postgres://u:p@ss@h:1/d")
    #expect(settings.password == "p@ss")
    #expect(settings.hosts == [.init("h", port: 1)])
  }

  @Test(arguments: [
    "postgres://u:hush/hush@h/d", "postgres://u:1/hush@h/d", "postgres://u:1?hush@h/d",
    "postgres://u:1#hush@h/d",
    "postgres://u:hush@h:port/d", "postgres://u:hush%2@h/d", "postgres://u:hush%00@h/d",
    "postgres://u:hush%ff@h/d",
    "mysql://u:hush@h/d", "postgres://u:hush@h/d?sslmode=hush", "postgres://u:hush@h/d/e",
    "postgres://u:hush@h/d#x",
    "postgres://u:hush@h:0/d", "postgres://u:hush@h/d?nonsense=1", "postgres://u:hush@h/d?connect_timeout=0",
    "postgres://u:hush@h/d?port=1,2", "postgres://u:hush@[::1/d", "postgres://u:1/?hush=x@h/d",
  ])
  func refusesMalformedURLsWithoutQuotingThem(url: String) throws {
    let error = try #require(throws: PostgresError.self) { try PostgresSettings(url: url) }
    #expect(error.code == .usage)
    #expect(!error.expandedDescription.contains("hush"))
    #expect(!error.description.contains("hush"))
  }

  @Test func showsNoSecretAnywhere() throws {
    let settings = try PostgresSettings(url: "postgres://u:hush@h/d?sslpassword=hush&sslkey=k")
    var dumped = ""
    dump(settings, to: &dumped)
    for text in [
      settings.description, settings.debugDescription, "\(settings)", String(reflecting: [settings]), dumped,
    ] {
      #expect(!text.contains("hush"))
    }
    #expect(try PostgresSettings(url: "postgres://h/d?password=hush").redactedURL == "postgres://:***@h/d")
  }

  @Test func verifiesOtherMachinesUnlessTold() throws {
    func mode(_ url: String, _ defaults: [String: String] = [:]) throws -> TLSMode {
      try PostgresSettings(url: url).effectiveTLSMode(defaults: defaults)
    }
    #expect(try mode("postgres://db.example.com/d") == .verifyFull)
    #expect(try mode("postgres://10.0.0.1/d") == .verifyFull)
    #expect(try mode("postgres://127.0.0.1.example.com/d") == .verifyFull)
    #expect(try mode("postgres://localhost,db.example.com/d") == .verifyFull)
    #expect(try mode("postgres://db.example.com/d?sslmode=disable") == .disable)
    #expect(try mode("postgres://db.example.com/d?ssl=true") == .require)
    for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", ""] {
      #expect(try mode("postgres://\(host)/d") == .prefer)
    }
    #expect(try mode("postgres:///d", ["host": "db.example.com"]) == .verifyFull)
    #expect(try mode("postgres:///d", ["hostaddr": "10.0.0.1"]) == .verifyFull)
    #expect(try mode("postgres://db.example.com/d", ["hostaddr": "127.0.0.1"]) == .verifyFull)
    #expect(try mode("postgres://localhost/d?hostaddr=10.0.0.1") == .verifyFull)
  }

  @Test func namesTheSystemsAuthoritiesWhenItVerifies() throws {
    let settings = try PostgresSettings(url: "postgres://db.example.com/d?sslrootcert=/my.pem")
    let endpoint = Endpoint(host: settings.hosts[0], address: "10.0.0.1")
    let parameters = LibPQParameters.parameters(of: settings, at: endpoint, defaults: [:])
    #expect(parameters["sslrootcert"] == "/my.pem")
    #expect(parameters["host"] == "db.example.com")
    #expect(parameters["hostaddr"] == "10.0.0.1")
    #expect(parameters["sslmode"] == "verify-full")
    #expect(parameters["application_name"] == "kedge")
  }

  @Test func ignoresWhatPoolersAdd() throws {
    let settings = try PostgresSettings(url: "postgres://h/d?pgbouncer=true&supa=x&sslmode=require")
    #expect(settings.parameters.isEmpty)
    #expect(settings.tlsMode == .require)
  }
}

@Suite struct SettingsFromEnvironmentTests {
  private func read(_ environment: [String: String], migrations: Bool = false) throws -> PostgresSettings? {
    try PostgresSettings(environment: environment, forMigrations: migrations)
  }

  @Test func prefersTheFirstURL() throws {
    let both = ["DATABASE_URL": "postgres://a/d", "POSTGRES_URL": "postgres://b/d"]
    #expect(try read(both)?.hosts == [.init("a")])
    #expect(try read(["DATABASE_URL": "", "POSTGRES_URL": "postgres://b/d"])?.hosts == [.init("b")])
    let direct = both.merging(["POSTGRES_URL_NON_POOLING": "postgres://c/d"]) { $1 }
    #expect(try read(direct)?.hosts == [.init("a")])
    #expect(try read(direct, migrations: true)?.hosts == [.init("c")])
  }

  @Test func takesParts() throws {
    let settings = try read([
      "DB_HOST": "h", "DB_PORT": "77", "DB_NAME": "d", "DB_USERNAME": "u", "DB_PASSWORD": "p@:/ss",
    ])
    #expect(settings?.hosts == [.init("h", port: 77)])
    #expect(settings?.password == "p@:/ss")
    #expect(settings?.database == "d")
  }

  @Test func isAbsentWhenNothingIsSet() throws {
    #expect(try read([:]) == nil)
    #expect(try read(["DB_PORT": "5432", "DATABASE_SSL": "false"]) == nil)
  }

  @Test func namesWhatIsMissing() throws {
    let error = try #require(throws: PostgresError.self) {
      try read(["DB_HOST": "h", "DB_PASSWORD": "hush"])
    }
    #expect(error.description.contains("DB_USERNAME"))
    #expect(!error.description.contains("hush"))
  }

  @Test func turnsTLSOffAndOn() throws {
    let remote = ["DATABASE_URL": "postgres://db.example.com/d"]
    #expect(try read(remote.merging(["DATABASE_SSL": "false"]) { $1 })?.tlsMode == .disable)
    #expect(try read(remote.merging(["DATABASE_SSL": "true"]) { $1 })?.effectiveTLSMode == .verifyFull)
    let own = ["DATABASE_URL": "postgres://db.example.com/d?sslmode=verify-ca", "DATABASE_SSL": "false"]
    #expect(try read(own)?.tlsMode == .verifyAuthority)
    #expect(
      try read(["DATABASE_URL": "postgres://localhost/d", "DATABASE_SSL": "true"])?.tlsMode == .require)
    #expect(throws: PostgresError.self) { try read(remote.merging(["DATABASE_SSL": "perhaps"]) { $1 }) }
  }

  @Test func namesTheVariableOfAMalformedURL() throws {
    let error = try #require(throws: PostgresError.self) { try read(["POSTGRES_URL": "mysql://u:hush@h"]) }
    #expect(error.description.hasPrefix("POSTGRES_URL"))
    #expect(!error.description.contains("hush"))
  }
}
