import Catalog
import DatabaseGuards
import Executors
import Guardrails
import Mapping
import Postgres
import Synchronization
import TestSupport
import Testing

/// A phase changes while transactions are open: none may write by what it knew before.
@Suite("Guardrails in Postgres: a phase changes")
struct PostgresFenceTests {
  static let levels = ["read committed", "repeatable read", "serializable"]

  private func scene() throws -> PostgresGuardScene {
    let scene = try PostgresGuardScene()
    _ = try scene.installer(try scene.set(phase: "core")).install()
    return scene
  }

  @Test("a transaction begun before can't write after", arguments: levels, [true, false])
  func begunBefore(level: String, hasPhase: Bool) throws {
    let scene = try scene()
    // The first phase that is ever set, and a later one.
    if hasPhase { try scene.setPhase("users", .core) }
    let writer = try scene.session(scene.app, writer: "UserRepository", fence: hasPhase ? "1" : "0")
    try writer.execute("BEGIN ISOLATION LEVEL \(level)")
    // It takes its snapshot, and has written nothing that is guarded.
    expectEqual(try writer.query("SELECT count(*) AS n FROM core.users").first?["n"], "20")
    try scene.setPhase("users", .legacy)
    let refused = try refusal(writer, "UPDATE core.users SET name = 'late' WHERE id = 1")
    expectEqual(refused, level == "read committed" ? "KG001 not_owner" : "40001")
    try writer.execute("ROLLBACK")
    // Tried again, it sees why.
    expectEqual(try refusal(writer, "UPDATE core.users SET name = 'late'"), "KG001 not_owner")
    // Back in core, its old fence is stale.
    try scene.setPhase("users", .core)
    expectEqual(try refusal(writer, "UPDATE core.users SET name = 'late'"), "KG002 stale_fence")
    try writer.execute("SET kedge.fence = '\(hasPhase ? 3 : 2)'")
    expectEqual(try refusal(writer, "UPDATE core.users SET name = 'new' WHERE id = 1"), nil)
    expectEqual(
      try scene.database.rows("SELECT id, name FROM core.users WHERE name <> 'user ' || id"), ["1 | new"])
  }

  @Test("a change of phase waits for those that have written", arguments: levels)
  func changeWaits(level: String) throws {
    let scene = try scene()
    let writer = try scene.session(scene.app, writer: "UserRepository")
    try writer.execute("BEGIN ISOLATION LEVEL \(level)")
    try writer.execute("UPDATE core.users SET name = 'in time' WHERE id = 1")

    let changer = try scene.session(nil)
    try changer.execute("SET lock_timeout = '200ms'")
    #expect(throws: PostgresError.self) { try scene.setPhase("users", .legacy, on: changer) }
    expectEqual(try scene.plan(try scene.set(phase: "core")).epoch, 0)

    try changer.execute("RESET lock_timeout")
    let change = try Background(scene.database.settings) { connection in
      try connection.transaction {
        "\(try Catalog(connection).setPhase(of: "users", in: "shop", from: .core, to: .legacy, reason: nil))"
      }
    }
    try change.waitUntilBlocked(scene.database)
    // Still the old phase: this one may go on writing, and others see no other.
    expectEqual(try scene.plan(try scene.set(phase: "core")).epoch, 0)
    try writer.execute("UPDATE core.users SET name = 'in time' WHERE id = 2")
    try writer.execute("COMMIT")
    expectEqual(try change.result(), "1")
    expectEqual(try scene.plan(try scene.set(phase: "core")).epoch, 1)
    expectEqual(try refusal(writer, "UPDATE core.users SET name = 'late'"), "KG001 not_owner")
    expectEqual(
      try scene.database.rows("SELECT id, name FROM core.users WHERE name <> 'user ' || id ORDER BY id"),
      ["1 | in time", "2 | in time"])
  }

  @Test("a writer that comes while a change is open waits for it, and goes by the new phase")
  func writerWaits() throws {
    let scene = try scene()
    let changer = try scene.session(nil)
    try changer.execute("BEGIN")
    _ = try Catalog(changer).setPhase(of: "users", in: "shop", from: .core, to: .legacy, reason: nil)
    var settings = scene.database.settings
    settings.user = scene.app
    let write = try Background(settings.writing(as: "UserRepository")) { connection in
      try refusal(connection, "UPDATE core.users SET name = 'late'") ?? "written"
    }
    try write.waitUntilBlocked(scene.database)
    try changer.execute("COMMIT")
    expectEqual(try write.result(), "KG001 not_owner")
  }
}

/// Work of another session, on a thread of its own.
final class Background {
  private final class Outcome: Sendable {
    let value = Mutex<Result<String, any Error>?>(nil)
  }

  private let outcome = Outcome()
  private let name = "background \(UInt64.random(in: 0 ... .max))"
  private let thread: DedicatedThread

  init(_ settings: PostgresSettings, _ body: @escaping @Sendable (PostgresConnection) throws -> String) throws
  {
    var settings = settings
    settings.applicationName = name
    thread = try DedicatedThread(name: "background") { [outcome, settings] in
      let result = Result { try body(try PostgresConnection(settings)) }
      outcome.value.withLock { $0 = result }
    }
  }

  /// Waits until it waits for a lock.
  func waitUntilBlocked(_ database: TestPostgres) throws {
    try waitUntil("the other session waits for a lock") {
      try database.value(
        """
        SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE a.application_name = '\(name)' AND NOT l.granted
        """) == "t"
    }
  }

  /// Waits for its end. Call it once.
  func result() throws -> String {
    thread.join()
    guard let result = outcome.value.withLock({ $0 }) else {
      throw UnexpectedResult(description: "the other session has ended without a word")
    }
    return try result.get()
  }
}
