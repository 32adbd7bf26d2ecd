import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// The target serves, and refuses.
@Suite("The target refuses")
struct TargetRefusalTests {
  /// A role that may do what a backfill needs, but owns nothing else.
  private func addMover(_ scene: FaultScene) throws {
    try scene.server.connect().execute("CREATE ROLE mover LOGIN; GRANT CREATE ON DATABASE postgres TO mover")
  }

  private func mover(_ scene: FaultScene) -> String { scene.server.url(user: "mover") }

  @Test(
    "for its disk is full", .timeLimit(.minutes(10)),
    .enabled(if: geteuid() == 0, "only root may mount a disk"))
  func fullDisk() throws {
    let scene = try FaultScene()
    let disk = try #require(try scene.server.smallDisk(megabytes: 1), "no tmpfs can be mounted here")
    let server = try scene.server.connect()
    try server.execute("CREATE TABLESPACE small LOCATION \(quoteLiteral(disk))")
    let whole = try scene.end(try scene.start("--limit", "1"))
    #expect(whole.code == 0, "\(whole.errors)")
    try server.execute("TRUNCATE core.rows; ALTER TABLE core.rows SET TABLESPACE small")
    let outcome = try scene.end(try scene.start())
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("Free space on the server's disk"), "\(outcome.errors)")
    #expect(try scene.rows("SELECT state FROM kedge.runs ORDER BY id") == ["done", "failed"])
    let landed = try scene.rows("SELECT sum(landed) FROM kedge.chunks WHERE run = 2 AND is_done")
    #expect(try scene.rows("SELECT nullif(count(*), 0) FROM core.rows") == landed)
    try scene.server.enlarge(disk, megabytes: 64)
    try server.execute("DELETE FROM kedge.runs WHERE id = 1")
    try scene.expectWholeAfterwards()
  }

  @Test("for it takes no writes", .timeLimit(.minutes(10)), arguments: ["server", "role"])
  func readOnly(by: String) throws {
    let scene = try FaultScene()
    try addMover(scene)
    let server = try scene.server.connect()
    try server.execute(
      by == "role"
        ? "ALTER ROLE mover SET default_transaction_read_only TO on"
        : "ALTER SYSTEM SET default_transaction_read_only TO on")
    if by == "server" { try server.execute("SELECT pg_reload_conf()") }
    try waitUntil("new connections are read only") {
      try scene.server.connect(user: "mover").query("SHOW default_transaction_read_only")
        .first?["default_transaction_read_only"] == "on"
    }
    try scene.expectFailure(
      try scene.end(try scene.start(target: mover(scene))), says: "default_transaction_read_only is on",
      state: nil)
    if by == "role" {
      try server.execute("ALTER ROLE mover RESET ALL")
    } else {
      try server.execute("SET default_transaction_read_only TO off")
      try server.execute("ALTER SYSTEM RESET ALL")
      try server.execute("SELECT pg_reload_conf()")
      try waitUntil("new connections write again") {
        try scene.server.connect().query("SHOW default_transaction_read_only")
          .first?["default_transaction_read_only"] == "off"
      }
    }
    try scene.expectWholeAfterwards()
  }

  @Test("for a right is missing", .timeLimit(.minutes(10)), arguments: ["database", "schema", "table"])
  func missingRight(on: String) throws {
    let scene = try FaultScene()
    let server = try scene.server.connect()
    try addMover(scene)
    let give: String
    switch on {
    case "database":
      try server.execute("REVOKE CREATE ON DATABASE postgres FROM mover")
      give = "GRANT CREATE ON DATABASE postgres TO mover"
    case "schema":
      try server.execute("CREATE SCHEMA core")
      give = "GRANT USAGE, CREATE ON SCHEMA core TO mover"
    default:
      let begun = try scene.end(try scene.start("--limit", "1", target: mover(scene)))
      #expect(begun.code == 0, "\(begun.errors)")
      try server.execute(
        "TRUNCATE core.rows; ALTER TABLE core.rows OWNER TO kedge; GRANT SELECT ON core.rows TO mover")
      try server.execute("DELETE FROM kedge.runs")
      give = "ALTER TABLE core.rows OWNER TO mover"
    }
    let outcome = try scene.end(try scene.start(target: mover(scene)))
    try scene.expectFailure(
      outcome, says: "permission denied for \(on)", "GRANT", state: on == "table" ? "failed" : nil)
    try server.execute(give)
    try scene.expectWhole(try scene.end(try scene.start(target: mover(scene))), isFirst: false)
  }

  /// Room for the run itself, its heartbeat and one worker: the others wait, and the run gets done without them.
  @Test("for there are few connections", .timeLimit(.minutes(10)))
  func fewConnections() throws {
    let scene = try FaultScene()
    try addMover(scene)
    try scene.server.connect().execute("ALTER ROLE mover CONNECTION LIMIT 3")
    let outcome = try scene.end(
      try scene.start("--workers", "4", "--patience", "3", "--rate", "1000", target: mover(scene)))
    try scene.expectWhole(outcome)
  }

  @Test("for there are too few connections", .timeLimit(.minutes(10)), arguments: [1, 2])
  func tooFewConnections(count: Int) throws {
    let scene = try FaultScene()
    try addMover(scene)
    let server = try scene.server.connect()
    try server.execute("ALTER ROLE mover CONNECTION LIMIT \(count)")
    let outcome = try scene.end(try scene.start("--patience", "2", target: mover(scene)))
    try scene.expectFailure(
      outcome, says: "too many connections", "Use fewer workers", "2 seconds (--patience)")
    try server.execute("ALTER ROLE mover CONNECTION LIMIT -1")
    try scene.expectWhole(try scene.end(try scene.start(target: mover(scene))), isFirst: false)
  }

  /// `statement_timeout` is meant for queries: a chunk at a low rate takes longer than it. What protects others from an idle
  /// transaction stays: this run isn't one.
  @Test(
    "what takes long", .timeLimit(.minutes(10)),
    arguments: ["statement_timeout", "idle_in_transaction_session_timeout"])
  func timeouts(name: String) throws {
    let scene = try FaultScene()
    try addMover(scene)
    try scene.server.connect().execute("ALTER ROLE mover SET \(name) TO '300ms'")
    // Each chunk takes longer than that.
    let outcome = try scene.end(try scene.start("--rate", "2000", "--patience", "10", target: mover(scene)))
    try scene.expectWhole(outcome)
  }

  @Test("nothing, with a small log", .timeLimit(.minutes(10))) func smallLog() throws {
    let scene = try FaultScene(["max_wal_size": "32MB", "min_wal_size": "32MB"])
    try scene.expectWhole(try scene.end(try scene.start()))
  }
}
