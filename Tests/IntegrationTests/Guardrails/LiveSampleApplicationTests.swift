import Catalog
import Executors
import Guardrails
import LiveGuardrails
import Mapping
import Postgres
import SQLite
import TestSupport
import Testing

/// The application over real stores: what is right lands, what is wrong is stopped, and what is stopped leaves no trace.
@Suite("The sample application in Swift")
struct LiveSampleApplicationTests {
  /// The application's two stores, each with a row in every table.
  private struct Stores {
    let scene: LiveScene
    let app: TestSQLite

    init(mode: GuardMode = .enforce) throws {
      scene = try LiveScene(mode: mode)
      try scene.target.execute(
        "CREATE TABLE users (id text PRIMARY KEY, name text); INSERT INTO users VALUES ('0', 'zero')")
      app = try TestSQLite(
        """
        CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT); INSERT INTO users VALUES ('0', 'zero');
        CREATE TABLE flows (id TEXT PRIMARY KEY, name TEXT); INSERT INTO flows VALUES ('0', 'zero');
        """)
    }

    /// All that both stores hold.
    func contents() throws -> [String] {
      let old = try ["users", "flows"].flatMap { table in
        try app.connection.query("SELECT id, name FROM \(table) ORDER BY id").map { "app.\(table) \($0)" }
      }
      return try scene.target.rows("SELECT id, name FROM users ORDER BY id").map { "postgres.users \($0)" }
        + old
    }
  }

  /// A handle on which each operation does what its name says.
  private struct Anything: StoreAccess {
    let run: (String) throws -> Void
    var reading: Void {}

    func perform(_ operation: WriteOperation, on table: String) throws {
      switch operation {
      case .insert: try run("INSERT INTO \(table) VALUES ('1', 'one')")
      case .update: try run("UPDATE \(table) SET name = 'changed'")
      case .delete: try run("DELETE FROM \(table) WHERE id = '0'")
      case .upsert:
        try run(
          "INSERT INTO \(table) VALUES ('0', 'new') ON CONFLICT (id) DO UPDATE SET name = excluded.name")
      case .truncate: try run("DELETE FROM \(table)")
      }
    }
  }

  private func reason(_ body: () throws -> Void) throws -> GuardReason? {
    do {
      try body()
      return nil
    } catch let refusal as GuardRefusal {
      return refusal.reason
    }
  }

  @Test("writes where the phase says, and nowhere else, through all phases")
  func phases() async throws {
    try await BlockingThread.run {
      let stores = try Stores()
      let live = try stores.scene.live()
      defer { live.close() }
      let new = UserRepository(stores.scene.target.connection, by: live)
      let old = OldUserRepository(stores.app.connection, by: live)
      let flows = FlowRepository(stores.app.connection, by: live)
      var from = Mapping.Entity.Phase.legacy
      for phase in [Mapping.Entity.Phase.legacy, .shadow, .core, .retired] {
        if phase != from { try stores.scene.doors.setPhase(phase, from: from) }
        from = phase
        try live.refresh()
        let isCore = phase == .core || phase == .retired
        #expect(
          try reason { try old.add(phase.rawValue, name: "old") }
            == (phase == .core ? .notOwner : isCore ? .retired : nil))
        #expect(try reason { try new.add(phase.rawValue, name: "new") } == (isCore ? nil : .notOwner))
        try flows.begin(phase.rawValue, name: "flow")
      }
      #expect(try new.name(of: "core") == "new" && new.name(of: "legacy") == nil)
      #expect(try old.reading.ids() == ["0", "legacy", "shadow"])
      #expect(try flows.reading.ids() == ["0", "core", "legacy", "retired", "shadow"])
      #expect(try stores.scene.target.rows("SELECT id FROM users ORDER BY id") == ["0", "core", "retired"])
    }
  }

  @Test("crosses between two stores by the crossing's name alone")
  func crossing() async throws {
    try await BlockingThread.run {
      let stores = try Stores()
      try stores.scene.doors.setPhase(.core)
      let live = try stores.scene.live()
      defer { live.close() }
      let users = UserRepository(stores.scene.target.connection, by: live)
      let flows = FlowRepository(stores.app.connection, by: live)
      try SignUp(users: users, flows: flows, guardrails: live)("ada", name: "Ada")
      let before = try stores.contents()
      #expect(before.filter { $0.contains("ada") }.count == 2)
      for (crossing, today, expected) in [
        (nil, nil, GuardReason.undeclaredCrossing), ("signin", nil, .unknownCrossing),
        ("signup", CalendarDay("2100-01-01"), .expiredCrossing),
      ] as [(String?, CalendarDay?, GuardReason)] {
        // The second write is refused, and with it the transaction of the first.
        let found = try reason {
          try live.unitOfWork(crossing: crossing, today: today) { unit in
            try stores.scene.target.connection.transaction {
              try users.add("bob", name: "Bob", in: unit)
              try flows.begin("bob", name: "welcome", in: unit)
            }
          }
        }
        #expect(found == expected)
        #expect(try stores.contents() == before)
      }
    }
  }

  @Test(
    "is stopped at every kind of forbidden write, and leaves both stores as they were",
    arguments: WriteOperation.allCases)
  func forbidden(operation: WriteOperation) async throws {
    try await BlockingThread.run {
      let stores = try Stores()
      var plan = GuardPlan(stores.scene.set)
      plan.stores.append(GuardPlan.Store(name: "archive", kind: .sqlite))
      plan.epoch = 5
      let users = try #require(plan.entity(named: "users"))
      plan.entities[users].epoch = 3
      let before = try stores.contents()
      let postgres = Anything { try stores.scene.target.connection.execute($0) }
      let app = Anything { try stores.app.connection.execute($0) }

      func attempt(
        _ expected: GuardReason?, phase: String, _ store: String, entity: String = "users",
        writer: String? = "UserRepository",
        fence: Int? = nil, needsFence: Bool = false
      ) throws {
        var plan = plan
        plan.entities[users].phase = phase
        plan.entities[users].requiresFence = needsFence
        let guardrails = Guardrails(plan)
        let found = try reason {
          try guardrails.authorize(operation, entity, in: store, as: writer, fence: fence)
          try (store == "postgres" ? postgres : app).perform(operation, on: entity)
        }
        #expect(found == expected)
        if expected != nil { #expect(try stores.contents() == before) }
      }
      try attempt(.notOwner, phase: "legacy", "postgres")
      try attempt(.notOwner, phase: "shadow", "postgres")
      try attempt(.notOwner, phase: "core", "app")
      try attempt(.retired, phase: "retired", "app")
      try attempt(.retired, phase: "retired", "app", writer: "kedge")
      try attempt(.wrongStore, phase: "core", "archive")
      try attempt(.wrongStore, phase: "core", "postgres", entity: "flows")
      try attempt(.moverIntoOwner, phase: "core", "postgres", writer: "kedge")
      try attempt(.moverIntoOwner, phase: "shadow", "app", writer: "kedge")
      try attempt(.notOwner, phase: "core", "app", writer: "kedge-admin")
      try attempt(.unnamedWriter, phase: "core", "postgres", writer: nil)
      try attempt(.undeclaredWriter, phase: "core", "postgres", writer: "Stranger")
      try attempt(.staleFence, phase: "core", "postgres", fence: 2)
      try attempt(.futureFence, phase: "core", "postgres", fence: 6)
      try attempt(.missingFence, phase: "core", "postgres", needsFence: true)
      try attempt(.unknownEntity, phase: "core", "postgres", entity: "nobody")
      try attempt(.unknownStore, phase: "core", "redis")
      try attempt(.unknownPhase, phase: "frozen", "postgres")
      // And the right one lands, so that it isn't all refused for another reason.
      try attempt(nil, phase: "core", "postgres", fence: 3, needsFence: true)
      #expect(try stores.contents() != before)
    }
  }

  @Test("in mode observe goes on as ever, and what it did wrong is in the target")
  func observing() async throws {
    try await BlockingThread.run {
      let stores = try Stores(mode: .observe)
      try stores.scene.doors.setPhase(.core)
      let live = try stores.scene.live()
      let old = OldUserRepository(stores.app.connection, by: live)
      try old.add("1", name: "one")
      try old.add("2", name: "two")
      live.close()
      #expect(try old.reading.ids() == ["0", "1", "2"])
      #expect(
        try stores.scene.doors.rows(
          """
          SELECT entity, store, operation, reason, writer, caller ~ '^IntegrationTests/LiveSampleApplication.swift:[0-9]+$',
            sum(times) FROM kedge.guard_observations GROUP BY 1, 2, 3, 4, 5, 6
          """) == ["users | app | insert | not_owner | OldUserRepository | t | 2"])
    }
  }
}
