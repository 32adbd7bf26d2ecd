import Database
import Foundation
import Guardrails
import Testing

@testable import CoreRepositories

@Suite("The sessions, settings and programs of motiv8")
struct Motiv8SessionTests {
  typealias Backend = Motiv8Tests.Backend

  /// As the sample's generator makes them.
  private static let oldSchema = """
    CREATE TABLE users (
      id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password_hash VARCHAR(255), name VARCHAR(120),
      is_admin BOOLEAN, plan VARCHAR(20), balance FLOAT, streak INTEGER, preferences TEXT, created_at DATETIME, last_seen FLOAT
    );
    CREATE TABLE sessions (
      token CHAR(43) NOT NULL PRIMARY KEY, user_id INTEGER, ip VARCHAR(45), user_agent TEXT, created_at DATETIME,
      expires_at FLOAT
    );
    CREATE TABLE settings (
      user_id INTEGER NOT NULL, name VARCHAR(60) NOT NULL, value TEXT, updated_at DATETIME, PRIMARY KEY (user_id, name)
    );
    """

  private func scene(_ backend: Backend) async throws -> Scene {
    switch backend {
    case .postgres: try await Scene.shared("motiv8")
    case .sqlite: try Scene.sqlite("motiv8", Self.oldSchema)
    }
  }

  private func user(_ scene: Scene) async throws -> Int {
    try await Motiv8.UserRepository(scene.core).create(Motiv8.User(email: "\(newTag())@example.org")).id
  }

  // The only test that keeps sessions in the shared database, for it deletes all that have expired.
  @Test(
    "a session holds until its end and no longer, whichever backend keeps it", arguments: Backend.allCases)
  func sessions(_ backend: Backend) async throws {
    let scene = try await scene(backend)
    let (clock, begin) = (scene.clock, scene.clock.now)
    let sessions = Motiv8.SessionRepository(scene.core)
    let (ada, bob) = (try await user(scene), try await user(scene))

    let short = try await sessions.create(
      Motiv8.Session(
        userID: ada, ip: " 2001:DB8::0001 ", userAgent: "curl/8.0 \"ü\"", expiresAt: begin + 60.25))
    #expect(short.id.wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
    #expect(short.createdAt == begin)
    #expect(
      short.content
        == Motiv8.Session(
          userID: ada, ip: "2001:db8::1", userAgent: "curl/8.0 \"ü\"", expiresAt: begin + 60.25))
    clock.advance(by: 30.5)
    let long = try await sessions.create(Motiv8.Session(userID: ada, ip: " ", expiresAt: begin + 604_800))
    #expect(long.id != short.id)
    #expect(long.createdAt == begin + 30.5)
    #expect(long.ip == nil)
    let other = try await sessions.create(
      Motiv8.Session(userID: bob, ip: "10.0.0.7", expiresAt: begin + 604_801))
    #expect(other.ip == "10.0.0.7")

    clock.advance(by: 29.5)
    #expect(try await sessions.find(short.id) == short)
    #expect(try await sessions.find(short.id.lowercased() + "x") == nil)
    #expect(try await sessions.all(ofUser: ada) == [long, short])
    #expect(try await sessions.all(ofUser: bob) == [other])
    #expect(try await sessions.deleteExpired() == 0)

    // At its end it is over, though its row is still there.
    clock.advance(by: 0.25)
    #expect(try await sessions.find(short.id) == nil)
    #expect(try await sessions.all(ofUser: ada) == [long])
    #expect(try await tokens(scene, ada) == [long.id, short.id].sorted())
    #expect(try await sessions.deleteExpired() == 1)
    #expect(try await tokens(scene, ada) == [long.id])
    #expect(try await sessions.deleteExpired() == 0)

    #expect(try await sessions.delete(other.id))
    #expect(try await !sessions.delete(other.id))
    #expect(try await sessions.find(other.id) == nil)
    #expect(try await sessions.find(long.id) == long)

    // What can't be a session.
    for wrong in ["unknown", "10.0.0", "10.0.0.1/8", "10.0.0.1\0", "::g"] {
      await #expect(
        throws: RepositoryError.invalid(
          entity: "sessions", column: "ip", rule: "it has to be an IPv4 or IPv6 address")
      ) {
        try await sessions.create(Motiv8.Session(userID: ada, ip: wrong, expiresAt: clock.now + 1))
      }
    }
    await #expect(throws: RepositoryError.self) {
      try await sessions.create(Motiv8.Session(userID: ada, expiresAt: clock.now))
    }
    #expect(try await tokens(scene, ada) == [long.id])
  }

  private func tokens(_ scene: Scene, _ user: Int) async throws -> [String] {
    try await scene.database.query("SELECT token FROM sessions WHERE user_id = $1", [user]).map {
      try $0["token", as: String.self]
    }.sorted()
  }

  @Test("expired sessions are deleted over the index by their ends")
  func plan() async throws {
    struct Undone: Error {}
    let scene = try await scene(.postgres)
    let (user, now) = (try await user(scene), scene.clock.now)
    await #expect(throws: Undone.self) {
      try await scene.database.transaction { transaction in
        try await transaction.run(
          "INSERT INTO sessions (token, user_id, created_at, expires_at)"
            + " SELECT 'plan ' || n, $1, timestamptz '2025-12-01', timestamptz '2025-12-31' + n * interval '1 minute'"
            + " FROM generate_series(1, 20000) AS n", [user])
        try await transaction.run("ANALYZE sessions")
        let rows = try await transaction.query(
          "EXPLAIN (COSTS OFF) " + Motiv8.SessionRepository.expiredDeletion, [now])
        let plan = try rows.map { try $0["QUERY PLAN", as: String.self] }.joined(separator: "\n")
        #expect(plan.contains("sessions_by_end"), "\(plan)")
        #expect(plan.contains("Index Cond: (expires_at <= "), "\(plan)")
        #expect(!plan.contains("Seq Scan"), "\(plan)")
        throw Undone()
      }
    }
  }

  @Test("a user has one value for a name, whichever backend keeps it", arguments: Backend.allCases)
  func settings(_ backend: Backend) async throws {
    let scene = try await scene(backend)
    let begin = scene.clock.now
    let settings = Motiv8.SettingRepository(scene.core)
    let (ada, bob) = (try await user(scene), try await user(scene))

    let theme = try await settings.set("theme", to: "größe \"x\"", ofUser: ada)
    #expect(theme.userID == ada)
    #expect(theme.name == "theme")
    #expect(theme.value == "größe \"x\"")
    #expect(theme.updatedAt == begin)
    scene.clock.advance(by: 60)
    let limits = try await settings.set("Limits", to: #"{"max": 5}"#, ofUser: ada)
    let others = try await settings.set("theme", to: "", ofUser: bob)
    #expect(others.value?.isEmpty == true)
    #expect(try await settings.find("theme", ofUser: ada) == theme)
    #expect(try await settings.find("limits", ofUser: ada) == nil)
    // By name, upper case first, on both.
    #expect(try await settings.all(ofUser: ada) == [limits, theme])

    let dark = try await settings.set("theme", to: nil, ofUser: ada)
    #expect(dark.value == nil)
    #expect(dark.updatedAt == begin + 60)
    #expect(try await settings.all(ofUser: ada) == [limits, dark])
    #expect(try await settings.all(ofUser: bob) == [others])
    let results = await atOnce(20) { number in
      try await settings.set("theme", to: "\(number)", ofUser: ada)
    }
    #expect(results.compactMap(\.failure).isEmpty)
    #expect(try await settings.all(ofUser: ada).map(\.name) == ["Limits", "theme"])

    #expect(try await settings.delete("theme", ofUser: ada))
    #expect(try await !settings.delete("theme", ofUser: ada))
    #expect(try await settings.all(ofUser: ada) == [limits])
    #expect(try await settings.all(ofUser: bob) == [others])
  }

  @Test("the old file's forms are read, and kept where something is written")
  func oldForms() async throws {
    let scene = try await scene(.sqlite)
    let user = try await user(scene)
    // 1767225600 is the clock's time.
    try await scene.database.runScript(
      """
      INSERT INTO sessions VALUES ('new', \(user), ' 10.0.3.4', 'curl/8.0', '2025-12-31 12:30:00.250000', 1767225600.25);
      INSERT INTO sessions VALUES ('old', \(user), '2001:DB8:0::A1', NULL, '2025-12-30 12:30:00', 1767225601);
      INSERT INTO sessions VALUES ('none', \(user), '', NULL, '2025-12-29 12:30:00.000000', 1767225602.5);
      INSERT INTO sessions VALUES ('over', \(user), NULL, NULL, '2025-12-29 12:30:00.000000', 1767225600);
      INSERT INTO settings VALUES (\(user), 'setting.0', '0.25', '2024-02-29 12:30:00');
      INSERT INTO settings VALUES (\(user), 'setting.1', NULL, NULL);
      """)
    let sessions = Motiv8.SessionRepository(scene.core)
    let found = try await sessions.all(ofUser: user)
    #expect(found.map(\.id) == ["new", "old", "none"])
    #expect(found.map(\.content.ip) == ["10.0.3.4", "2001:db8::a1", nil])
    #expect(
      found.map(\.createdAt.timeIntervalSince1970) == [1_767_184_200.25, 1_767_097_800, 1_767_011_400])
    #expect(
      found.map(\.content.expiresAt.timeIntervalSince1970) == [
        1_767_225_600.25, 1_767_225_601, 1_767_225_602.5,
      ])
    #expect(try await sessions.find("over") == nil)
    #expect(try await sessions.find("new") == found.first)
    let settings = Motiv8.SettingRepository(scene.core)
    #expect(
      try await settings.all(ofUser: user).map(\.updatedAt) == [
        Date(timeIntervalSince1970: 1_709_209_800), nil,
      ])

    scene.clock.advance(by: 0.5)
    let made = try await sessions.create(
      Motiv8.Session(userID: user, ip: " 10.0.0.1", expiresAt: scene.clock.now + 604_800))
    let row = try #require(
      try await scene.database.one(
        "SELECT ip, created_at, typeof(expires_at) AS kind, expires_at FROM sessions WHERE token = $1",
        [made.id]))
    #expect(try row["ip", as: String.self] == "10.0.0.1")
    #expect(try row["created_at", as: String.self] == "2026-01-01 00:00:00.500000")
    #expect(try row["kind", as: String.self] == "real")
    #expect(try row["expires_at", as: Double.self] == 1_767_830_400.5)
    let set = try await settings.set("setting.1", to: "1", ofUser: user)
    #expect(set.updatedAt == Date(timeIntervalSince1970: 1_767_225_600))
    let text = try #require(
      try await scene.database.one("SELECT updated_at FROM settings WHERE name = 'setting.1'"))
    #expect(try text["updated_at", as: String.self] == "2026-01-01 00:00:00")
  }

  @Test("programs are kept by key, offered while they are active, and stay while a goal follows them")
  func programs() async throws {
    let scene = try await scene(.postgres)
    let programs = Motiv8.ProgramRepository(scene.core)
    let tag = newTag()
    let run = try await programs.upsert(
      "\(tag).run", Motiv8.Program(title: "Run", category: tag, days: 30))
    let swim = try await programs.upsert(
      "\(tag).Swim", Motiv8.Program(title: "Swim", category: tag, days: 1))
    let rest = try await programs.upsert(
      "\(tag).rest", Motiv8.Program(title: "Rest", category: tag, days: 7, isActive: false))
    let other = try await programs.upsert(
      "\(tag).x", Motiv8.Program(title: "X", category: "\(tag)x", days: 2))
    #expect(run == Entry(id: "\(tag).run", content: .init(title: "Run", category: tag, days: 30)))
    #expect(try await programs.find(rest.id) == rest)
    #expect(try await programs.find("\(tag).RUN") == nil)
    #expect(try await programs.active(category: tag) == [swim, run])
    #expect(try await programs.all().filter { $0.id.hasPrefix(tag) } == [swim, rest, run, other])

    let changed = try await programs.upsert(run.id, .init(title: "Run on", category: tag, days: 31))
    #expect(changed.title == "Run on")
    #expect(changed.days == 31)
    #expect(try await programs.setActive(true, rest.id).isActive)
    #expect(try await !programs.setActive(false, swim.id).isActive)
    #expect(try await programs.active(category: tag).map(\.id) == [rest.id, run.id])
    #expect(try await programs.find(swim.id)?.title == "Swim")
    await #expect(throws: RepositoryError.notFound(entity: "programs", key: tag)) {
      try await programs.setActive(true, tag)
    }
    await #expect(throws: DatabaseError.self) {
      try await programs.upsert("\(tag).none", .init(title: "None", category: tag, days: 0))
    }

    let user = try await user(scene)
    let goals = Motiv8.GoalRepository(scene.core)
    let goal = try await goals.create(Motiv8.Goal(userID: user, program: run.id, title: "Run"))
    do {
      try await programs.delete(run.id)
      Issue.record("the database let a program go that a goal follows")
    } catch let error as DatabaseError {
      #expect(error.isForeignKeyViolation)
    }
    try await goals.delete(goal.id)
    #expect(try await programs.delete(run.id))
    #expect(try await !programs.delete(run.id))
    #expect(try await programs.find(run.id) == nil)
  }

  @Test("who isn't the owner doesn't write, and programs never lived in the old file")
  func guarded() async throws {
    let shared = try await scene(.postgres)
    let legacy = CoreContext(
      shared.database, by: try Scene.guardrails(of: "motiv8", phase: "legacy"), clock: shared.clock)
    let file = try await scene(.sqlite)
    let late = CoreContext(
      file.database, by: try Scene.guardrails(of: "motiv8", phase: "core"), clock: file.clock)
    for core in [legacy, late] {
      let sessions = Motiv8.SessionRepository(core)
      await #expect(throws: GuardRefusal.self) {
        try await sessions.create(Motiv8.Session(userID: 1, expiresAt: core.clock.now + 1))
      }
      await #expect(throws: GuardRefusal.self) { try await sessions.deleteExpired() }
      await #expect(throws: GuardRefusal.self) {
        try await Motiv8.SettingRepository(core).set("theme", to: "dark", ofUser: 1)
      }
      #expect(try await Motiv8.SettingRepository(core).find("theme", ofUser: -1) == nil)
    }
    await #expect(throws: RepositoryError.wrongBackend(entity: "programs", backend: "sqlite")) {
      try await Motiv8.ProgramRepository(file.core).all()
    }
  }
}
