import Testing

@testable import Postgres

@Suite struct ConnectingTests {
  private func refusal(_ change: (inout PostgresSettings) -> Void) throws -> PostgresError {
    var settings = try TestDatabase.server()
    change(&settings)
    return try #require(throws: PostgresError.self) { try PostgresConnection(settings) }
  }

  @Test func knowsTheServer() throws {
    try TestDatabase.with { connection throws in
      #expect(connection.serverVersion >= 140_000)
      #expect(connection.isAlive)
      #expect(try connection.query("SHOW application_name")[0][0] == "kedge")
      #expect(try connection.query("SHOW TimeZone")[0][0] == "UTC")
      #expect(try connection.query("SHOW client_encoding")[0][0] == "UTF8")
      connection.close()
      connection.close()
      let error = try #require(throws: PostgresError.self) { try connection.query("SELECT 1") }
      #expect(error.code == .usage)
    }
  }

  @Test func saysThatADatabaseIsMissing() throws {
    let error = try refusal { $0.database = "no_such_database" }
    #expect(error.sqlState == "3D000")
    #expect(error.code == .connection)
    #expect(!error.isRetryable)
    #expect(!error.isConnectionLost)
    #expect(error.description.contains("CREATE DATABASE"))
    #expect(error.description.contains("no_such_database"))
    #expect(!error.description.contains("LOCATION"))
  }

  @Test func saysThatTheServerIsDown() throws {
    let refused = try refusal { $0.hosts = [.init("127.0.0.1", port: 1)] }
    #expect(refused.sqlState == nil)
    #expect(refused.isRetryable)
    #expect(refused.description.contains("host and port"))
    let socket = try refusal { $0.hosts = [.init("/nonexistent")] }
    #expect(socket.code == .connection)
    let name = try refusal { $0.hosts = [.init("no-such-host.invalid")] }
    #expect(name.description.contains("no-such-host.invalid"))
  }

  @Test func triesTheNextHost() throws {
    var settings = try TestDatabase.server()
    settings.hosts.insert(.init("127.0.0.1", port: 1), at: 0)
    let connection = try PostgresConnection(settings)
    #expect(connection.isAlive)
  }

  @Test func refusesAServerWithoutTLSWhereItMustBeVerified() throws {
    let error = try refusal { $0.tlsMode = .verifyFull }
    #expect(error.code == .connection)
    #expect(error.description.contains("sslmode=disable"))
    #expect(!error.isRetryable)
  }

  @Test func saysThatThePasswordIsWrong() throws {
    // As the server words it, in two languages.
    for text in [
      "connection to server at \"h\", port 1 failed: FATAL:  28P01: password authentication failed for user \"u\"\n"
        + "LOCATION:  auth_failed, auth.c:326\n",
      "connection to server at \"h\", port 1 failed: ВАЖНО:  28P01: пользователь \"u\" не прошёл проверку\n",
    ] {
      let error = ConnectionAttempt.refusal(text: text)
      #expect(error.sqlState == "28P01")
      #expect(error.description.contains("Check the user name and the password."))
      #expect(!error.description.contains("auth.c"))
      #expect(!error.isRetryable)
    }
  }

  @Test func hidesPasswordsShouldLibPQShowOne() {
    let error = ConnectionAttempt.redacted(
      PostgresError(.connection, "could not use hu%2Fsh or hu/sh", hint: "hu/sh"),
      secrets: ["hu/sh", "hu%2Fsh"])
    #expect(!error.expandedDescription.contains("sh or"))
    #expect(error.message == "could not use *** or ***")
    #expect(error.hint == "***")
  }

  @Test func showsNoPasswordWhenRefused() throws {
    for change: (inout PostgresSettings) -> Void in [
      { $0.database = "nowhere" }, { $0.hosts = [.init("127.0.0.1", port: 1)] },
      { $0.user = "nobody-at-all" },
      { $0.parameters["sslmode"] = "hush-hush" }, { $0.hosts = [.init("nowhere.invalid")] },
    ] {
      var settings = try TestDatabase.server()
      settings.password = "hush-hush"
      change(&settings)
      do {
        _ = try PostgresConnection(settings)
      } catch let error as PostgresError {
        #expect(!error.expandedDescription.contains("hush-hush"))
      }
    }
  }
}
