import Guardrails
import Mapping
import Testing

@Suite("The compiled plan")
struct CompiledPlanTests {
  @Test("decides by names and by handles as the plan does, whatever is asked", arguments: 0..<12)
  func agrees(seed: Int) {
    var dice = Dice(seed: seed)
    var reasons: Set<GuardReason> = []
    for _ in 0..<30 {
      let plan = RandomPlan.make(&dice)
      let guardrails = Guardrails(plan)
      for _ in 0..<300 {
        let request = GuardPlan.request(&dice)
        let expected = plan.decide(
          entity: request.entity, store: request.store, operation: request.operation, writer: request.writer,
          fence: request.fence)
        reasons.insert(expected.reason)
        var found = [
          guardrails.decide(
            entity: request.entity, store: request.store, operation: request.operation,
            writer: request.writer, fence: request.fence)
        ]
        if let operation = WriteOperation(rawValue: request.operation) {
          found.append(
            guardrails.decide(
              operation, request.entity, in: request.store, as: request.writer, fence: request.fence))
          found.append(
            guardrails.decide(
              operation, guardrails.entity(request.entity) ?? .unknown,
              in: guardrails.store(request.store) ?? .unknown, as: guardrails.writer(request.writer),
              fence: request.fence))
        }
        if found.contains(where: { $0 != expected }) {
          Issue.record("\(found) instead of \(expected): \(request) of \(plan)")
        }
      }
    }
    // The requests reach what there is to decide.
    #expect(reasons.count >= 15, "only \(reasons)")
  }

  @Test("a name that only looks like a declared one isn't it")
  func lookAlikes() throws {
    let plan = try DecisionTests.plan("core")
    let guardrails = Guardrails(plan)
    // Swift takes the sign for kelvin for a K, and databases don't.
    let lookAlike = "\u{212A}edge"
    #expect(lookAlike == "Kedge")
    var named = plan
    named.entities[0].writers = ["Kedge"]
    #expect(
      Guardrails(named).decide(.insert, "users", in: "postgres", as: lookAlike).reason == .undeclaredWriter)
    #expect(
      named.decide(entity: "users", store: "postgres", operation: "insert", writer: lookAlike).reason
        == .undeclaredWriter)
    #expect(guardrails.entity("user") == nil && guardrails.entity("userss") == nil)
  }

  @Test("a handle of another mapping is refused as an unknown entity, and one of another phase is good")
  func foreignHandles() throws {
    let legacy = Guardrails(try DecisionTests.plan("legacy"))
    let users = try #require(legacy.entity("users"))
    let app = try #require(legacy.store("app"))
    let writer = legacy.writer("UserRepository")
    #expect(legacy.decide(.insert, users, in: app, as: writer).reason == .owner)
    let core = legacy.with(try DecisionTests.plan("core"))
    #expect(core.decide(.insert, users, in: app, as: writer).reason == .notOwner)

    var other = try DecisionTests.plan("legacy")
    other.entities.swapAt(0, 1)
    #expect(Guardrails(other).decide(.insert, users, in: app, as: writer).reason == .unknownEntity)
    var renamed = try DecisionTests.plan("legacy")
    renamed.entities[1].writers = ["Other"]
    #expect(Guardrails(renamed).decide(.insert, users, in: app, as: writer).reason == .unknownEntity)
    #expect(legacy.decide(.insert, .unknown, in: app).reason == .unknownEntity)
    #expect(legacy.decide(.insert, users, in: .unknown).reason == .unknownStore)
  }
}
