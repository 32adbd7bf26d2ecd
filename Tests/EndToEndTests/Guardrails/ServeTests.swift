import Foundation
import Glibc
import Guardrails
import Mapping
import Postgres
import TestSupport
import Testing

/// `kedge guard serve` as a process.
@Suite("guard serve")
struct GuardServeTests {
  private let scenes: GuardTarget
  private let path: String

  init() throws {
    scenes = try GuardTarget()
    path = scenes.folder.path + "/s"
  }

  private static let users = #""entity":"users","operation":"insert","writer":"UserRepository""#

  private func serve(_ scene: String, _ options: String..., environment: [String: String] = [:]) throws
    -> Program.Running
  {
    let running = try Program.kedge.start(
      scenes.arguments(scene, "serve", "--socket", path, "--refresh", "50ms") + options,
      environment: environment)
    try waitUntil("it serves") {
      guard running.isRunning else { throw UnexpectedResult(description: try running.finish().errors) }
      return try running.errorsSoFar().contains("serving the mapping set")
    }
    return running
  }

  @discardableResult
  private func stop(_ running: Program.Running) throws -> Program.Outcome {
    running.send(SIGTERM)
    let outcome = try running.finish()
    #expect(outcome.code == 0, "\(outcome.errors)")
    return outcome
  }

  @Test("every row of the table, from several clients at once")
  func table() throws {
    for scene in GuardCases.scenes {
      let service = try serve(scene.name)
      let cases = try GuardCases.cases(of: scene.name)
      let clients = try (0..<4).map { _ in try SocketClient(path) }
      // All are asked before the first answer is read.
      for (number, row) in cases.enumerated() { clients[number % 4].send(try row.request() + "\n") }
      for (number, row) in cases.enumerated() {
        let answer = try object(try #require(try clients[number % 4].line()))
        #expect(answer["id"] as? Int == row.number && answer["phases"] as? String == "live")
        #expect(
          answer["reason"] as? String == row.reason && answer["allowed"] as? Bool == row.allowed, "\(row)")
      }
      try stop(service)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test("phases are followed; a unit of work that began before is stale")
  func phases() throws {
    let service = try serve("core-enforce")
    let client = try SocketClient(path)
    #expect(
      try client.ask("{\(Self.users),\"store\":\"core\",\"unit\":\"u\"}")["reason"] as? String == "owner")
    try scenes.set("legacy", 6, of: "users", in: "core-enforce")
    try waitUntil("the phase is followed") {
      try client.ask("{\(Self.users),\"store\":\"core\"}")["reason"] as? String == "not_owner"
    }
    let moved = try client.ask("{\(Self.users),\"store\":\"app\"}")
    #expect(moved["reason"] as? String == "owner" && moved["epoch"] as? Int == 6)
    #expect(
      try client.ask("{\(Self.users),\"store\":\"app\",\"unit\":\"u\"}")["reason"] as? String == "stale_fence"
    )
    #expect(try client.ask(#"{"end":"u"}"#)["ended"] as? Bool == true)
    let plan = try #require(try client.ask(#"{"ask":"plan"}"#)["plan"] as? [String: Any])
    #expect(plan["epoch"] as? Int == 6)
    let outcome = try stop(service)
    #expect(outcome.errors.contains("a phase was set, fence 6"), "\(outcome.errors)")
  }

  @Test("while nobody knows the phases every write is refused; a connection that was cut is made again")
  func unavailable() throws {
    let service = try serve("core-enforce")
    let client = try SocketClient(path)
    let request = "{\"id\":1,\(Self.users),\"store\":\"core\"}"
    #expect(try client.ask(request)["allowed"] as? Bool == true)
    try scenes.target.execute("ALTER TABLE kedge.phases RENAME COLUMN epoch TO hidden")
    try waitUntil("writes are refused") {
      try client.ask(request)["reason"] as? String == "phases_unavailable"
    }
    let refused = try client.ask(request)
    #expect(refused["reason"] as? String == "phases_unavailable" && refused["id"] as? Int == 1)
    try scenes.target.execute("ALTER TABLE kedge.phases RENAME COLUMN hidden TO epoch")
    try waitUntil("writes go on") { try client.ask(request)["allowed"] as? Bool == true }
    // Schema kedge has gone: the mapping's phases don't count again.
    try scenes.target.execute("ALTER SCHEMA kedge RENAME TO gone")
    try waitUntil("writes are refused") {
      try client.ask(request)["reason"] as? String == "phases_unavailable"
    }
    try scenes.target.execute("ALTER SCHEMA gone RENAME TO kedge")
    try waitUntil("writes go on") { try client.ask(request)["allowed"] as? Bool == true }
    let backends = """
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
      """
    #expect(try scenes.target.value(backends) != "0")
    try scenes.set("legacy", 6, of: "users", in: "core-enforce")
    try waitUntil("the phase is followed") { try client.ask(request)["reason"] as? String == "not_owner" }
    let outcome = try stop(service)
    #expect(outcome.errors.contains("every write is refused from now on"))
    #expect(outcome.errors.contains("the phases can be read again, fence 5"))
  }

  @Test(
    "a target that hangs: what it said counts for some seconds, and then every write is refused; it stops none the less"
  )
  func hanging() throws {
    let service = try serve("core-enforce")
    let client = try SocketClient(path)
    let request = "{\(Self.users),\"store\":\"core\"}"
    let blocker = try PostgresConnection(scenes.target.settings)
    try blocker.execute("BEGIN")
    try blocker.execute("LOCK TABLE kedge.phases IN ACCESS EXCLUSIVE MODE")
    #expect(try client.ask(request)["allowed"] as? Bool == true)
    try waitUntil("writes are refused") {
      try client.ask(request)["reason"] as? String == "phases_unavailable"
    }
    #expect(
      (try client.ask(request)["message"] as? String)?.contains("hasn't answered for 5 seconds") == true)
    try blocker.execute("ROLLBACK")
    try waitUntil("writes go on") { try client.ask(request)["allowed"] as? Bool == true }
    try blocker.execute("BEGIN")
    try blocker.execute("LOCK TABLE kedge.phases IN ACCESS EXCLUSIVE MODE")
    try waitUntil("the service waits for the lock") {
      try blocker.query(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
      ).count == 1
    }
    try stop(service)
    #expect(!FileManager.default.fileExists(atPath: path))
    blocker.close()
  }

  @Test("what is observed is written down, each time once, with writer and caller")
  func observed() throws {
    let service = try serve("core-observe", "--json")
    let client = try SocketClient(path)
    for number in 0..<30 {
      let caller = number < 10 ? "signup.py:7" : "nul\\u0000 byte"
      let answer = try client.ask("{\(Self.users),\"store\":\"app\",\"caller\":\"\(caller)\"}")
      #expect(answer["observed"] as? Bool == true && answer["allowed"] as? Bool == true)
    }
    #expect(try client.ask("{\(Self.users),\"store\":\"attic\"}")["allowed"] as? Bool == false)
    let outcome = try stop(service)
    let summary = try outcome.json()
    #expect(summary["answered"] as? Int == 31 && summary["observed"] as? Int == 30, "\(summary)")
    #expect(summary["refused"] as? Int == 1 && summary["unwritten"] as? Int == 0)
    #expect(
      try scenes.target.rows(
        """
        SELECT set_name, entity, store, operation, reason, writer, caller, seen_by, sum(times)
        FROM kedge.guard_observations GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY sum(times)
        """) == [
          "core-observe | users | app | insert | not_owner | UserRepository | signup.py:7 | socket | 10",
          "core-observe | users | app | insert | not_owner | UserRepository | nul\u{FFFD} byte | socket | 20",
        ])
    // It says that it watched, too, so that nothing seen of another entity means something.
    #expect(
      try scenes.target.rows(
        "SELECT set_name, entity, seen_by, started_at <= heard_at FROM kedge.guard_watches ORDER BY entity")
        == [
          "core-observe | flows | socket | t", "core-observe | notes | socket | t",
          "core-observe | orders | socket | t", "core-observe | users | socket | t",
        ])
    #expect(
      try scenes.target.value("SELECT count(DISTINCT batch) = count(*) FROM kedge.guard_observations") == "t")
    #expect(
      try scenes.target.value(
        "SELECT bool_and(first_seen <= last_seen AND last_seen > now() - interval '1 h') FROM kedge.guard_observations"
      )
        == "t")
  }

  @Test("SIGTERM: what was sent is answered, the socket goes, and the service manager hears of it")
  func stopping() throws {
    let manager = try DatagramReceiver(scenes.folder.path + "/n")
    let service = try serve("core-enforce", environment: ["NOTIFY_SOCKET": scenes.folder.path + "/n"])
    let client = try SocketClient(path)
    let idle = try SocketClient(path)
    client.send((0..<300).map { "{\"id\":\($0),\(Self.users),\"store\":\"core\"}\n" }.joined())
    #expect(try object(try #require(try client.line()))["id"] as? Int == 0)
    service.send(SIGTERM)
    for number in 1..<300 { #expect(try object(try #require(try client.line()))["id"] as? Int == number) }
    #expect(try client.line() == nil && idle.line() == nil)
    #expect(try service.finish().code == 0)
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try manager.next() == "READY=1")
    #expect(try manager.next().hasPrefix("STOPPING=1"))
  }

  @Test("an abandoned socket is replaced; one that is served isn't, and another file is left alone")
  func sockets() throws {
    let killed = try serve("core-enforce")
    killed.send(SIGKILL)
    try killed.finish()
    #expect(FileManager.default.fileExists(atPath: path))
    let service = try serve("core-enforce", "--mode", "0660")
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
    let second = try Program.kedge.run(scenes.arguments("core-enforce", "serve", "--socket", path))
    #expect(second.code == 1 && second.errors.contains("serves on \(path) already"), "\(second.errors)")
    #expect(try SocketClient(path).ask("{\(Self.users),\"store\":\"core\"}")["allowed"] as? Bool == true)
    try stop(service)
    let file = try scenes.folder.write("plain", "kept")
    for (socket, code, words) in [
      (file, 2, "isn't a socket"), (scenes.folder.path + "/none/s", 1, "folder of the socket"),
      (scenes.folder.path + "/" + String(repeating: "x", count: 120), 2, "and the system takes 107"),
    ] {
      let outcome = try Program.kedge.run(scenes.arguments("core-enforce", "serve", "--socket", socket))
      #expect(outcome.code == code && outcome.errors.contains(words), "\(outcome.errors)")
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
    for (option, value) in [("--mode", "999"), ("--mode", "0060"), ("--refresh", "1ms"), ("--clients", "0")] {
      #expect(
        try Program.kedge.run(scenes.arguments("core-enforce", "serve", "--socket", path, option, value)).code
          == 2)
    }
  }

  @Test(
    "lines that aren't requests are told so, endless ones end the connection, and clients too many are turned away"
  )
  func limits() throws {
    let service = try serve("core-enforce", "--clients", "2")
    let client = try SocketClient(path)
    for line in [
      "no", "{}", "[1]", "{\"id\":4,\(Self.users)}", "{\(Self.users),\"store\":\"core\",\"fence\":\"5\"}",
    ] {
      let answer = try client.ask(line)
      #expect(answer["reason"] as? String == "malformed_request" && answer["allowed"] as? Bool == false)
    }
    let endless = try SocketClient(path)
    endless.send(String(repeating: "x", count: 70_000))
    #expect(try endless.line()?.contains("more than 65536 bytes") == true)
    #expect(try endless.line() == nil)
    // The place of the one that was sent away is free again.
    var second: SocketClient?
    try waitUntil("there is room for a second client") {
      let candidate = try SocketClient(path)
      guard try candidate.ask("{\(Self.users),\"store\":\"core\"}")["allowed"] as? Bool == true else {
        return false
      }
      second = candidate
      return true
    }
    let third = try SocketClient(path)
    #expect(try third.line()?.contains("too_many_clients") == true)
    #expect(try third.line() == nil)
    #expect(try client.ask("{\(Self.users),\"store\":\"core\"}")["allowed"] as? Bool == true)
    withExtendedLifetime(second) {}
    try stop(service)
  }
}
