import Foundation
import Postgres
import TestSupport
import Testing

/// Another session holds a lock that the backfill needs, for longer than the backfill waits in one go.
@Suite("Locks of others")
struct LockTests {
  private static let waiting =
    "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'kedge%' AND wait_event_type = 'Lock'"

  @Test("a table that is locked for a while", .timeLimit(.minutes(10))) func released() throws {
    let scene = try FaultScene()
    let running = try scene.start(stop: "after-commit@5")
    let other = try scene.server.connect()
    try other.execute("BEGIN; LOCK TABLE core.rows IN ACCESS EXCLUSIVE MODE")
    try scene.letGo()
    for round in 1...2 {
      try waitUntil("the backfill waits for the lock, round \(round)") {
        try !scene.rows(Self.waiting).isEmpty
      }
      try waitUntil("it makes way, round \(round)") { try scene.rows(Self.waiting).isEmpty }
    }
    try other.execute("COMMIT")
    try scene.expectWhole(try scene.end(running))
  }

  @Test("a table that stays locked", .timeLimit(.minutes(10)), arguments: ["after-commit@5", nil])
  func neverReleased(stop: String?) throws {
    let scene = try FaultScene()
    if stop == nil {
      let begun = try scene.end(try scene.start("--limit", "1"))
      #expect(begun.code == 0, "\(begun.errors)")
      try scene.server.connect().execute("TRUNCATE core.rows; DELETE FROM kedge.runs")
    }
    let other = try scene.server.connect()
    if stop == nil { try other.execute("BEGIN; LOCK TABLE core.rows IN ACCESS EXCLUSIVE MODE") }
    let running = try scene.start("--patience", "3", stop: stop)
    if stop != nil {
      try other.execute("BEGIN; LOCK TABLE core.rows IN ACCESS EXCLUSIVE MODE")
      try scene.letGo()
    }
    let outcome = try scene.end(running, limit: 45)
    try scene.expectFailure(
      outcome,
      says:
        "Table core.rows is locked (AccessExclusiveLock) by process \(other.backendProcess) of role kedge",
      "3 seconds (--patience)")
    try other.execute("COMMIT")
    try scene.expectWholeAfterwards()
  }

  /// The application writes in a long transaction, so an index has to wait; its other writers queue up behind the index,
  /// but only until it makes way.
  @Test("the application goes on while an index waits", .timeLimit(.minutes(10))) func application() throws {
    let scene = try FaultScene()
    let mapping = try String(contentsOfFile: scene.folder.path + "/set/rows.yaml", encoding: .utf8)
    try scene.folder.write(
      "set/rows.yaml", mapping + "\nreferences:\n  - { columns: [large], entity: rows, enforce: audit }\n")
    let running = try scene.start(stop: "before-index")
    let long = try scene.server.connect()
    try long.execute("BEGIN; UPDATE core.rows SET small = small WHERE id = (SELECT min(id) FROM core.rows)")
    try scene.letGo()
    let application = try scene.server.connect()
    // Longer than a statement of the backfill ever waits for a lock.
    try application.execute("SET statement_timeout TO '4s'")
    for _ in 1...3 {
      try waitUntil("the index waits") {
        try !scene.rows(
          "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'core.rows'::regclass AND mode = 'ShareLock'"
        ).isEmpty
      }
      try application.execute("UPDATE core.rows SET small = small WHERE id = (SELECT max(id) FROM core.rows)")
    }
    try long.execute("ROLLBACK")
    try scene.expectWhole(try scene.end(running))
    #expect(try scene.rows("SELECT count(*) FROM pg_indexes WHERE schemaname = 'core'") == ["2"])
  }

  /// A role's own `lock_timeout`, however short, only makes for more tries.
  @Test("a lock_timeout of the role's", .timeLimit(.minutes(10))) func lockTimeoutOfTheRole() throws {
    let scene = try FaultScene()
    try scene.server.connect().execute(
      "CREATE ROLE mover LOGIN SUPERUSER; ALTER ROLE mover SET lock_timeout TO '20ms'")
    let running = try scene.start(target: scene.server.url(user: "mover"), stop: "after-commit@5")
    let other = try scene.server.connect()
    try other.execute("BEGIN; LOCK TABLE core.rows IN ACCESS EXCLUSIVE MODE")
    try scene.letGo()
    try waitUntil("the backfill waits for the lock") { try !scene.rows(Self.waiting).isEmpty }
    try other.execute("COMMIT")
    try scene.expectWhole(try scene.end(running))
  }
}
