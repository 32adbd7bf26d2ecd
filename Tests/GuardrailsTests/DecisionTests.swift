import Guardrails
import Mapping
import Testing

@Suite("Decisions")
struct DecisionTests {
  /// A core entity in each phase, and a feature one.
  static func plan(_ phase: String, mode: GuardMode = .enforce) throws -> GuardPlan {
    let set = try MappingSet.parse(files: [
      (
        "set.yaml",
        """
        set: shop
        stores:
          app: { kind: mongo, database: shop }
          archive: { kind: sqlite, url: archive.sqlite }
        guard: { mode: \(mode.rawValue), roles: { shop_app: [UserRepository], reporting: [] } }
        """
      ),
      (
        "users.yaml",
        """
        entity: users
        owner: core
        source: { store: app, collection: users }
        key: id
        fields: { id: text }
        writers: [UserRepository]
        """
      ),
      (
        "flows.yaml",
        """
        entity: flows
        owner: feature
        source: { store: app, collection: flows }
        """
      ),
    ])
    return GuardPlan(
      set, live: LivePhases(epoch: 5, entities: ["users": LivePhases.Phase(word: phase, epoch: 3)]))
  }

  @Test(
    "the owner follows the phase",
    arguments: [
      ("legacy", "app", GuardReason.owner), ("legacy", "postgres", .notOwner), ("shadow", "app", .owner),
      ("shadow", "postgres", .notOwner), ("core", "app", .notOwner), ("core", "postgres", .owner),
      ("retired", "app", .retired), ("retired", "postgres", .owner), ("core", "archive", .wrongStore),
      ("core", "mongo", .notOwner), ("core", "redis", .unknownStore), ("frozen", "app", .unknownPhase),
    ])
  func owner(phase: String, store: String, reason: GuardReason) throws {
    let decision = try Self.plan(phase).decide(
      entity: "users", store: store, operation: "insert", writer: "UserRepository")
    #expect(decision.reason == reason)
    #expect(decision.isAllowed == (reason == .owner))
  }

  @Test(
    "writers, roles and fences",
    arguments: [
      ("UserRepository", 3, GuardReason.owner), ("UserRepository", 5, .owner),
      ("UserRepository", 2, .staleFence), ("UserRepository", 6, .futureFence), ("shop_app", nil, .owner),
      ("reporting", nil, .undeclaredWriter), ("Other", nil, .undeclaredWriter), (nil, nil, .unnamedWriter),
      ("kedge", nil, .moverIntoOwner), ("kedge-admin", nil, .maintenance),
    ] as [(String?, Int?, GuardReason)])
  func writer(writer: String?, fence: Int?, reason: GuardReason) throws {
    let plan = try Self.plan("core")
    let decision = plan.decide(
      entity: "users", store: "postgres", operation: "update", writer: writer, fence: fence)
    #expect(decision.reason == reason)
  }

  @Test("what is wrong is let pass and marked in mode observe, but not what nobody declared")
  func observe() throws {
    let plan = try Self.plan("core", mode: .observe)
    let wrong = plan.decide(entity: "users", store: "app", operation: "delete", writer: "UserRepository")
    #expect(wrong == GuardDecision(.notOwner, observes: true))
    #expect(wrong.isAllowed && wrong.isObserved)
    #expect(!plan.decide(entity: "nobody", store: "app", operation: "delete").isAllowed)
    #expect(!plan.decide(entity: "users", store: "app", operation: "paint").isAllowed)
  }
}
