import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// `kedge audit --every` as processes: several at once, paused ones, and how they end.
@Suite("The audit daemon")
struct AuditDaemonTests {
  private let scene: Scene
  /// Holds audits up, by a lock on the table that they read.
  private let blocker: PostgresConnection

  init() throws {
    scene = try Scene(rows: 50)
    let moved = try Program.kedge.run(scene.arguments("backfill"))
    guard moved.code == 0 else { throw UnexpectedResult(description: moved.errors) }
    blocker = try PostgresConnection(scene.target.settings)
  }

  private func start(_ options: String..., environment: [String: String] = [:]) throws -> Program.Running {
    try Program.kedge.start(scene.arguments("audit") + ["--every"] + options, environment: environment)
  }

  private func block() throws {
    try blocker.execute("BEGIN")
    try blocker.execute("LOCK TABLE core.rows IN ACCESS EXCLUSIVE MODE")
  }

  private func letGo() throws { try blocker.execute("ROLLBACK") }

  private func waitUntilSaid(_ words: String, by running: Program.Running) throws {
    try waitUntil("it says: \(words)") {
      guard running.isRunning else {
        throw UnexpectedResult(description: "it has ended: \(try running.finish().errors)")
      }
      return try running.errorsSoFar().contains(words)
    }
  }

  /// Waits until so many audits are under way, and wait for the table.
  private func waitUntilAtWork(_ count: Int) throws {
    try waitUntil("\(count) audits wait for the table") {
      try scene.target.value(
        """
        SELECT count(DISTINCT r.id) >= \(count) FROM kedge.runs r WHERE r.kind = 'audit' AND (SELECT count(*) FROM pg_locks
          WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) >= \(count)
        """) == "t"
    }
  }

  private func runs() throws -> [String] {
    try scene.target.rows("SELECT state FROM kedge.runs WHERE kind = 'audit' ORDER BY id")
  }

  @Test(
    "one that is paused in the middle of an audit is taken over from, and writes nothing when it wakes up")
  func takenOver() throws {
    try block()
    let first = try start("1h", "--lease", "3")
    try waitUntilAtWork(1)
    let second = try start("1h", "--lease", "3", "--count", "1", "--json")
    try waitUntilSaid("this process stands by", by: second)
    first.send(SIGSTOP)
    try waitUntilAtWork(2)
    try letGo()
    let taken = try second.finish()
    #expect(taken.code == 0, "\(taken.errors)")
    #expect(try taken.json()["drift"] as? Bool == false)
    #expect(try runs() == ["interrupted", "done"])
    first.send(SIGCONT)
    try waitUntilSaid("another process took over the audits", by: first)
    // The other has ended: this one's turn is due in an hour.
    try waitUntilSaid("the next audit begins at", by: first)
    #expect(try runs() == ["interrupted", "done"])
    first.send(SIGTERM)
    let ended = try first.finish()
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(ended.output.isEmpty, "\(ended.output)")
    #expect(
      try scene.target.rows("SELECT fence, run, expires_at FROM kedge.audit_leases") == ["3 | ∅ | -infinity"])
  }

  @Test(
    "SIGTERM ends it: with 0 between audits, and the service manager hears of all; each audit is one line of JSON"
  )
  func idle() throws {
    let folder = try TemporaryFolder()
    let manager = try DatagramReceiver(folder.path + "/notify")
    let daemon = try start(
      "1h", "--json", environment: ["NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": "600000000"])
    try waitUntilSaid("the next audit begins at", by: daemon)
    let status = try Program.kedge.run(scene.arguments("status") + ["--json"]).json()
    let schedule = try #require(status["schedule"] as? [String: Any])
    #expect(schedule["is_alive"] as? Bool == true && schedule["run"] is NSNull)
    #expect((schedule["next"] as? String)?.count == "2026-11-21 14:00:05".count)
    daemon.send(SIGTERM)
    let outcome = try daemon.finish()
    #expect(outcome.code == 0, "\(outcome.errors)")
    let after = try Program.kedge.run(scene.arguments("status"))
    #expect(after.output.contains("scheduled audits: no process runs them; the last one was process "))
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 1)
    let audit = try outcome.json()
    #expect(audit["run"] as? Int == 2 && audit["drift"] as? Bool == false, "\(outcome.output)")
    var heard: [String] = []
    while heard.last?.hasPrefix("STOPPING=1") != true { heard.append(try manager.next()) }
    #expect(heard.first == "READY=1")
    #expect(heard.contains { $0.hasPrefix("STATUS=auditing since ") })
    #expect(heard.contains { $0.hasPrefix("STATUS=idle; the next audit begins at ") })
    #expect(heard.contains("WATCHDOG=1"))
  }

  @Test("SIGTERM in the middle of an audit ends it with 130, and the next one begins at once")
  func interrupted() throws {
    try block()
    let daemon = try start("1h", "--lease", "600")
    try waitUntilAtWork(1)
    daemon.send(SIGTERM)
    try letGo()
    let outcome = try daemon.finish()
    #expect(outcome.code == 130, "\(outcome.errors)")
    // Its lease would have held for ten minutes.
    let next = try start("1h", "--count", "1").finish()
    #expect(next.code == 0, "\(next.errors)")
  }

  @Test("mapping files are read anew for each audit; broken ones fail it, and mended ones are used")
  func mappings() throws {
    let daemon = try start("1s", "--jitter", "0%", "--json")
    try waitUntilSaid("the next audit begins at", by: daemon)
    let whole = try scene.mapping()
    try scene.replaceMapping(with: "entity: rows\nowner: nobody\n")
    try waitUntilSaid("error: the audit failed: ", by: daemon)
    try scene.replaceMapping(with: whole.replacing("  note: text\n", with: ""))
    try waitUntilSaid("the mapping set has changed since the last audit", by: daemon)
    let sofar = try runs().count
    try waitUntil("another audit is done") { try runs().count > sofar }
    #expect(daemon.isRunning)
    daemon.send(SIGTERM)
    let outcome = try daemon.finish()
    #expect([0, 130].contains(outcome.code), "\(outcome.errors)")
    #expect(outcome.output.contains(#"{"ok":false,"error":""#), "\(outcome.output)")
    // At the start the same mistake ends it.
    try scene.replaceMapping(with: "entity: rows\nowner: nobody\n")
    #expect(try start("1s").finish().code == 2)
  }

  @Test("drift is told to hooks, once; that nobody was told makes the audit fail")
  func hooks() throws {
    try scene.target.execute(
      "DELETE FROM core.rows WHERE id IN (SELECT id FROM core.rows ORDER BY id LIMIT 2)")
    let receiver = try HTTPReceiver([.status(200)])
    let folder = try TemporaryFolder()
    let told = try Program.kedge.run(
      scene.arguments("audit") + [
        "--json", "--margin", "0",
        "--on-drift",
        "cat > '\(folder.path)/hook.json'; echo \"run $KEDGE_AUDIT_RUN, $KEDGE_AUDIT_DIFFERENCES\"",
        "--webhook", receiver.url,
      ], environment: ["KEDGE_WEBHOOK_SECRET": "s3cr3t-Passw0rd"])
    #expect(told.code == 3, "\(told.errors)")
    #expect(told.errors.contains("hook: run 2, 2"), "\(told.errors)")
    let printed = try told.json() as NSDictionary
    for text in [
      try String(contentsOfFile: folder.path + "/hook.json", encoding: .utf8), receiver.requests[0].body,
    ] {
      let sent = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
      #expect(sent == printed)
    }
    #expect(receiver.requests[0].headers["x-kedge-signature"]?.hasPrefix("sha256=") == true)
    #expect(!(told.errors + told.output).contains("s3cr3t"))

    let failed = try Program.kedge.run(scene.arguments("audit") + ["--margin", "0", "--on-drift", "exit 7"])
    #expect(failed.code == 1 && failed.errors.contains("exit code 7"), "\(failed.errors)")
    let half = try Program.kedge.run(
      scene.arguments("audit") + ["--margin", "0", "--on-drift", "exit 7"],
      environment: ["KEDGE_WEBHOOK_URL": receiver.url])
    #expect(half.code == 3 && receiver.requests.count == 2, "\(half.errors)")
  }

  @Test("options that would do nothing are refused")
  func usage() throws {
    for (options, words) in [
      (["--jitter", "5%"], "give --every"), (["--count", "2"], "give --every"),
      (["--lease", "20"], "give --every"), (["--every", "1h", "--repair"], "--every only compares"),
      (["--apply", "plan.json", "--on-drift", "true"], "--apply makes none"),
      (["--every", "1h", "--sample", "lots"], "--sample"),
      (["--every", "1h", "--apply", "plan.json"], "only compares"),
      (["--every", "10ms"], "at least a second"), (["--every", "soon"], "takes a duration"),
      (["--every", "1h", "--jitter", "60%"], "0% to 50%"),
      (["--every", "1h", "--jitter", "5"], "a percentage"),
      (["--hook-timeout", "5s"], "give --on-drift"), (["--hook-on", "always"], "needs somebody to tell"),
      (["--webhook", "ftp://example.com/s3cr3t"], "takes a URL such as"),
      (["--on-drift", "true", "--hook-timeout", "0s"], "more than nothing"),
    ] {
      let outcome = try Program.kedge.run(scene.arguments("audit") + options)
      #expect(outcome.code == 2 && outcome.errors.contains(words), "\(options): \(outcome.errors)")
      #expect(!outcome.errors.contains("s3cr3t"))
    }
  }
}
