import Guardrails
import Mapping
import Synchronization
import Testing

enum Users: CoreEntity {
  typealias Source = MongoStore
  typealias Target = PostgresStore
  static let entityName = "users"
}

enum Flows: FeatureEntity {
  typealias Store = MongoStore
  static let entityName = "flows"
}

/// A table in memory.
final class MemoryTable: StoreAccess, Sendable {
  struct Reading: Sendable {
    let table: MemoryTable
    var rows: [String] { table.rows.withLock { $0 } }
  }
  private let rows = Mutex<[String]>([])
  var reading: Reading { Reading(table: self) }
  func insert(_ row: String) { rows.withLock { $0.append(row) } }
}

@Suite("Gates")
struct GateTests {
  struct UserRepository: GuardedRepository {
    let gate: WriteGate<Users, PostgresStore, MemoryTable>
    init(_ table: MemoryTable, by guardrails: any GuardrailsProvider) {
      gate = WriteGate(Users.self, in: PostgresStore.self, table, as: Self.writer, by: guardrails)
    }
    func add(_ row: String, in unit: UnitOfWork? = nil) throws {
      try gate.write(.insert, in: unit) { $0.insert(row) }
    }
    func addLater(_ row: String) async throws {
      try await gate.write(.insert) { table in
        await Task.yield()
        table.insert(row)
      }
    }
  }

  struct OldUserRepository {
    @Guarded<Users, MongoStore, MemoryTable> var users: MemoryTable.Reading
    @Guarded<Flows, MongoStore, MemoryTable> var flows: MemoryTable.Reading
    init(_ table: MemoryTable, _ other: MemoryTable, by guardrails: any GuardrailsProvider) {
      _users = Guarded(Users.self, in: MongoStore.self, table, as: "UserRepository", by: guardrails)
      _flows = Guarded(Flows.self, in: MongoStore.self, other, as: "FlowRepository", by: guardrails)
    }
    func add(_ row: String) throws { try $users.write(.insert) { $0.insert(row) } }
    func addFlow(_ row: String, in unit: UnitOfWork? = nil) throws {
      try $flows.write(.insert, in: unit) { $0.insert(row) }
    }
  }

  @Test("the store that owns the entity in its phase is written, and the other one isn't touched")
  func phases() async throws {
    let (table, old, flows) = (MemoryTable(), MemoryTable(), MemoryTable())
    for (phase, isCore) in [("legacy", false), ("shadow", false), ("core", true), ("retired", true)] {
      let guardrails = Guardrails(try DecisionTests.plan(phase))
      let new = UserRepository(table, by: guardrails)
      let legacy = OldUserRepository(old, flows, by: guardrails)
      if isCore {
        try new.add(phase)
        try await new.addLater(phase)
        #expect(throws: GuardRefusal.self) { try legacy.add(phase) }
      } else {
        try legacy.add(phase)
        #expect(throws: GuardRefusal.self) { try new.add(phase) }
        await #expect(throws: GuardRefusal.self) { try await new.addLater(phase) }
      }
      try legacy.addFlow(phase)
      #expect(legacy.users.rows == old.reading.rows)
    }
    #expect(table.reading.rows == ["core", "core", "retired", "retired"])
    #expect(old.reading.rows == ["legacy", "shadow"])
    #expect(flows.reading.rows == ["legacy", "shadow", "core", "retired"])
  }

  @Test("a refusal names the type as the writer, and the repository's own line")
  func caller() throws {
    let guardrails = Guardrails(try DecisionTests.plan("legacy"))
    let repository = UserRepository(MemoryTable(), by: guardrails)
    let refusal = try #require(throws: GuardRefusal.self) { try repository.add("x") }
    #expect(refusal.writer == "UserRepository" && refusal.store == "postgres" && refusal.reason == .notOwner)
    #expect(refusal.caller.hasPrefix("GuardrailsTests/GateTests.swift:"))
  }

  @Test("a gate belongs to the unit of work that it is given")
  func unit() throws {
    let (table, flows) = (MemoryTable(), MemoryTable())
    let guardrails = Guardrails(try DecisionTests.plan("core"))
    let users = UserRepository(table, by: guardrails)
    let others = OldUserRepository(MemoryTable(), flows, by: guardrails)
    let refusal = try #require(throws: GuardRefusal.self) {
      try guardrails.unitOfWork { unit in
        try users.add("ada", in: unit)
        try others.addFlow("welcome", in: unit)
      }
    }
    #expect(refusal.reason == .undeclaredCrossing)
    #expect(table.reading.rows == ["ada"])
    #expect(flows.reading.rows.isEmpty)
  }

  @Test("a fence that the entity wants is the guardrails' own")
  func fence() throws {
    var plan = try DecisionTests.plan("core")
    plan.entities[plan.entity(named: "users") ?? 0].requiresFence = true
    let table = MemoryTable()
    try UserRepository(table, by: Guardrails(plan)).add("ada")
    #expect(table.reading.rows == ["ada"])
  }

  @Test("an entity or store that the mapping doesn't have is refused")
  func undeclared() throws {
    var plan = try DecisionTests.plan("core")
    plan.entities.removeAll { $0.name == "users" }
    let table = MemoryTable()
    let refusal = try #require(throws: GuardRefusal.self) {
      try UserRepository(table, by: Guardrails(plan)).add("ada")
    }
    #expect(refusal.reason == .unknownEntity)
    #expect(table.reading.rows.isEmpty)
  }
}
