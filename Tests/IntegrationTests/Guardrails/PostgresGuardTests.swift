import Catalog
import DatabaseGuards
import Guardrails
import Mapping
import Postgres
import TestSupport
import Testing

/// What the triggers decide, by real writes of real logins.
@Suite("Guardrails in Postgres")
struct PostgresGuardTests {
  private static let statements = [
    "users": [
      "INSERT INTO core.users VALUES (100, 'new')", "UPDATE core.users SET name = 'x' WHERE id = 1",
      "DELETE FROM core.users_emails WHERE user_id = 2", "TRUNCATE core.users_emails",
      "INSERT INTO core.users VALUES (1, 'y') ON CONFLICT (id) DO UPDATE SET name = 'y'",
    ],
    "boards": [
      "INSERT INTO core.boards VALUES (100, 1, 'new')", "UPDATE core.boards SET title = 'x'",
      "DELETE FROM core.boards", "TRUNCATE core.boards",
    ],
    "notes": ["INSERT INTO feature.notes VALUES (2, 'new')", "UPDATE feature.notes SET note = ''"],
  ]

  private static let states: [GuardReason: String] = [
    .wrongStore: "KG001", .notOwner: "KG001", .retired: "KG001", .moverIntoOwner: "KG001",
    .staleFence: "KG002", .futureFence: "KG002", .missingFence: "KG002", .unnamedWriter: "KG003",
    .undeclaredWriter: "KG003", .unknownEntity: "KG004", .unknownPhase: "KG004",
  ]

  @Test(
    "they decide as the plan does: entity, statement, phase, mode, login, claim and fence",
    arguments: ["legacy", "shadow", "core", "retired", "frozen"], ["enforce", "observe", "off"])
  func agreement(phase: String, mode: String) throws {
    let scene = try PostgresGuardScene()
    let set = try scene.set(phase: "legacy", mode: mode, fence: phase == "shadow")
    try Catalog(scene.database.connection).ensure()
    // Two phases: the entities' epochs are 1 and 2 of 2.
    for entity in ["users", "boards"] { try scene.setPhase(entity, .core) }
    try scene.database.execute("UPDATE kedge.phases SET phase = '\(phase)'")
    _ = try scene.installer(set).install()
    try scene.openDoors()
    let plan = try scene.plan(set)
    var seen: [String: Int] = [:]
    // Not the same first one in each phase and mode.
    var turn = phase.utf8.count + mode.utf8.count
    for (login, role) in [
      ("app", scene.app), ("none", scene.reporting), ("stranger", scene.stranger), ("", nil),
    ] {
      let session = try scene.session(role)
      defer { session.close() }
      for claim in [nil, "UserRepository", "NoteRepository", "kedge", "kedge-admin"] {
        for fence in [nil, "0", "1", "2", "3", "x1"] {
          _ = try session.query(
            "SELECT set_config('kedge.writer', $1, false), set_config('kedge.fence', $2, false)",
            [.text(claim ?? ""), .text(fence ?? "")])
          let name = try session.query("SELECT current_user AS name").first?.text("name") ?? ""
          let writer = Self.writer(name, claim, login, nobody: scene.reporting)
          for (entity, statements) in Self.statements {
            let decision = plan.decide(
              entity: entity, store: "pg", operation: "update", writer: writer,
              fence: fence.map { Int($0) ?? Int.max })
            let expected =
              decision.isAllowed ? nil : "\(Self.states[decision.reason] ?? "?") \(decision.reason.rawValue)"
            // Each in its turn: every statement meets every login, claim and fence in some phase or mode.
            turn += 1
            for sql in [statements[turn % statements.count]] {
              try session.execute("BEGIN")
              let found = try refusal(session, sql)
              try session.execute("ROLLBACK")
              #expect(found == expected, "\(login) as \(claim ?? "-") fence \(fence ?? "-"): \(sql)")
              seen[found ?? "allowed", default: 0] += 1
            }
          }
        }
      }
    }
    #expect((seen["allowed"] ?? 0) > 0)
    if mode == "enforce" { #expect(seen.count > 3, "\(seen)") }
  }

  /// The writer that the database makes of a login and its claim, for the reference to decide about. A false claim is
  /// decided as that of a role which is declared to write nothing.
  private static func writer(_ role: String, _ claim: String?, _ login: String, nobody: String) -> String? {
    switch (login, claim) {
    case (_, nil): return role == "kedge" ? nil : role
    case ("", _): return claim
    case (_, "kedge"), (_, "kedge-admin"): return nobody
    case ("app", "UserRepository"): return claim
    case ("app", _), ("none", _): return nobody
    default: return claim
    }
  }
}
