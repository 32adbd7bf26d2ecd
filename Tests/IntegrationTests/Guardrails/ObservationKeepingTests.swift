import Catalog
import Executors
import Foundation
import Guardrails
import LiveGuardrails
import Mapping
import Postgres
import TestSupport
import Testing

@Suite("Observations in the target")
struct ObservationKeepingTests {
  /// What the target has, summed up.
  private func kept(_ scene: LiveScene) throws -> [String] {
    try scene.doors.rows(
      """
      SELECT entity, store, operation, reason, writer, caller, seen_by, sum(times) FROM kedge.guard_observations
      GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6
      """)
  }

  @Test("arrive by themselves, and the last ones when it is closed")
  func arrive() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      let live = try scene.live()
      for _ in 0..<5 {
        try live.current.authorize(
          .insert, "users", in: "postgres", as: "UserRepository", fileID: "Shop/A.swift", line: 7)
      }
      let expected = "users | postgres | insert | not_owner | UserRepository | Shop/A.swift:7 | test | "
      try eventually("they arrive") { try kept(scene) == [expected + "5"] }
      try live.current.authorize(
        .insert, "users", in: "postgres", as: "UserRepository", fileID: "Shop/A.swift", line: 7)
      #expect(live.close())
      #expect(live.close())
      #expect(try kept(scene) == [expected + "6"])
      #expect(live.unwritten == 0)
      #expect(
        try scene.doors.rows(
          "SELECT entity, seen_by, started_at <= heard_at FROM kedge.guard_watches ORDER BY entity")
          == ["flows | test | t", "users | test | t"])
    }
  }

  @Test("are neither lost nor doubled by an outage in the midst of many writers")
  func outage() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      let live = try scene.live()
      let (threads, writes, doors) = (8, 3000, scene.doors)
      _ = try parallel(threads + 1, name: "write", stop: StopFlag()) { number in
        if number == threads {
          for _ in 0..<4 {
            try doors.shut()
            try eventually("the outage is seen") { live.lastError != nil }
            try doors.open()
            try eventually("it is over") { live.lastError == nil }
          }
          return
        }
        for write in 0..<writes {
          try live.current.authorize(
            .update, "users", in: "postgres", as: "Writer\(write % 3)", fileID: "Shop/A.swift",
            line: UInt(number))
          if write % 100 == 0 { try live.refreshOrGoOn() }
        }
      }
      #expect(live.close(), "\(String(describing: live.lastError))")
      #expect(
        try scene.doors.rows(
          "SELECT writer, caller, sum(times) FROM kedge.guard_observations GROUP BY 1, 2 ORDER BY 1, 2")
          == (0..<3).flatMap { writer in
            (0..<threads).map { "Writer\(writer) | Shop/A.swift:\($0) | \(writes / 3)" }
          })
    }
  }

  @Test("are kept once though the connection is lost in the commit and the batch is offered again")
  func offeredTwice() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      // The first two commits end their own session.
      try scene.target.execute(
        """
        CREATE SEQUENCE commits;
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('commits') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
          RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON kedge.guard_observations DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION lose();
        """)
      let live = try scene.live { $0.refreshInterval = .seconds(3600) }
      try live.current.authorize(.insert, "users", in: "postgres", fileID: "Shop/A.swift", line: 7)
      for _ in 0..<2 {
        #expect(throws: PostgresError.self) { try live.flush() }
        #expect(live.unwritten == 1)
      }
      try live.flush()
      let expected = ["users | postgres | insert | not_owner | ∅ | Shop/A.swift:7 | test | 1"]
      #expect(try kept(scene) == expected)
      live.close()
      #expect(try kept(scene) == expected)
    }
  }

  @Test("are kept once though the network breaks anywhere between the first answer and the last")
  func lostAnswers() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      let proxy = try FaultProxy(to: scene.target.settings.hosts.first?.port ?? 5432)
      let live = try scene.live(through: proxy.port) { $0.refreshInterval = .seconds(3600) }
      func write() throws {
        try live.current.authorize(.insert, "users", in: "postgres", fileID: "Shop/A.swift", line: 7)
      }
      try write()
      let before = proxy.bytes(.toClient)
      try live.flush()
      let answers = proxy.bytes(.toClient) - before
      #expect(answers > 50)
      // The last bytes are the answer to the commit: then the rows are there, and the program doesn't know.
      var (written, knownAsLost, keptAllTheSame) = (1, 0, 0)
      for count in stride(from: 0, to: answers, by: 4) {
        try write()
        written += 1
        proxy.arm(.reset, afterBytes: count, .toClient)
        #expect(throws: PostgresError.self) { try live.flush() }
        knownAsLost += 1
        // A commit of which the client hears nothing may still be on its way.
        try eventually("the lost session ends") {
          try scene.target.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'kedge guardrails'"
          ) == "0"
        }
        let sum = try scene.target.value("SELECT sum(times) FROM kedge.guard_observations")
        if sum == "\(written)" { keptAllTheSame += 1 }
        try live.flush()
        #expect(try scene.target.value("SELECT sum(times) FROM kedge.guard_observations") == "\(written)")
      }
      #expect(keptAllTheSame > 0 && keptAllTheSame < knownAsLost)
      #expect(live.close())
      #expect(try scene.target.value("SELECT sum(times) FROM kedge.guard_observations") == "\(written)")
    }
  }

  @Test("with characters that Postgres can't hold don't keep the others out")
  func hostileNames() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      let live = try scene.live()
      for writer in ["nul\0inside", "O'Neil\\", "\u{1F}", String(repeating: "é", count: 3000)] {
        try live.current.authorize(.insert, "users", in: "app", as: writer, fileID: "Shop/A.swift", line: 7)
      }
      #expect(live.close())
      #expect(
        try scene.doors.rows("SELECT writer FROM kedge.guard_observations ORDER BY writer COLLATE \"C\"")
          == ["\u{1F}", "O'Neil\\", "nul\u{FFFD}inside", String(repeating: "é", count: 3000)])
    }
  }

  /// As docs/guardrails-in-swift.md says, for the role "shop_app".
  private static let grants = """
    GRANT USAGE ON SCHEMA kedge TO shop_app;
    GRANT SELECT ON kedge.epochs, kedge.phases TO shop_app;
    GRANT INSERT, SELECT (batch) ON kedge.guard_observations TO shop_app;
    GRANT INSERT, SELECT, UPDATE ON kedge.guard_watches TO shop_app;
    """

  @Test("need the documented rights and no others")
  func grants() async throws {
    try await BlockingThread.run {
      let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../../docs/guardrails-in-swift.md")
      let text = try String(contentsOf: page.standardized, encoding: .utf8)
      #expect(text.contains("```sql\n\(Self.grants)\n```"))

      let scene = try LiveScene(mode: .observe)
      let role = "\(scene.target.settings.database ?? "")_app"
      try scene.target.execute("CREATE ROLE \(role) LOGIN")
      defer {
        #expect(throws: Never.self) { try scene.target.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
      }
      try scene.target.execute(Self.grants.replacing("shop_app", with: role))
      try scene.doors.setPhase(.core)
      var settings = scene.target.settings
      settings.user = role
      var options = LiveGuardrails.Options()
      options.seenBy = "test"
      let live = try LiveGuardrails(scene.set, target: settings, options: options)
      #expect(live.current.epoch == 1)
      try live.current.authorize(.insert, "users", in: "app", fileID: "Shop/A.swift", line: 7)
      try live.flush()
      try live.refresh()
      try live.current.authorize(.insert, "users", in: "app", fileID: "Shop/A.swift", line: 7)
      #expect(live.close(), "\(String(describing: live.lastError))")
      #expect(try kept(scene) == ["users | app | insert | not_owner | ∅ | Shop/A.swift:7 | test | 2"])
      let own = try PostgresConnection(settings)
      defer { own.close() }
      #expect(throws: PostgresError.self) { try own.execute("DELETE FROM kedge.guard_observations") }
      #expect(throws: PostgresError.self) { try own.execute("UPDATE kedge.epochs SET epoch = 9") }
    }
  }

  @Test("stay in memory while the role may not write them, and say why")
  func rights() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      try scene.target.execute("ALTER TABLE kedge.guard_observations RENAME TO elsewhere")
      let live = try scene.live()
      try live.current.authorize(.insert, "users", in: "postgres", fileID: "Shop/A.swift", line: 7)
      try eventually("the error is seen") { live.lastError != nil }
      #expect(!live.close())
      #expect(live.unwritten == 1)
      try scene.target.execute("ALTER TABLE kedge.elsewhere RENAME TO guard_observations")
      #expect(live.close())
      #expect(live.unwritten == 0)
      #expect(try kept(scene).count == 1)
    }
  }
}

extension LiveGuardrails {
  /// Asks for the phases between writes, as a busy program may; an outage is what the test makes.
  fileprivate func refreshOrGoOn() throws {
    do {
      try refresh()
    } catch is PostgresError {
      return
    }
  }
}
