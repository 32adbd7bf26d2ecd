internal import Guardrails
internal import Mapping

/// One check of a guardrail, which every write of an application makes: right writes, so that nothing is thrown.
struct GuardLoop {
  private let guardrails: Guardrails

  init() throws {
    let stores: [GuardPlan.Store] = [
      .init(name: "app", kind: .mongo), .init(name: "postgres", kind: .postgres),
    ]
    // As a middling company has.
    let entities = (0..<60).map { index in
      GuardPlan.Entity(
        name: index == 0 ? "users" : "entity_\(index)", owner: index % 3 < 2 ? .core : .feature,
        phase: index % 3 < 2 ? "core" : nil, mode: .enforce,
        writers: index == 0 ? ["UserRepository", "SignUp"] : ["Writer\(index)", "Shared"], source: 0,
        target: index % 3 < 2 ? 1 : nil, epoch: 3,
        location: SourceLocation(file: "entity.yaml", line: 1, column: 1), collection: "entity_\(index)")
    }
    guardrails = Guardrails(GuardPlan(set: "shop", epoch: 5, stores: stores, entities: entities))
  }

  func runByHandles(_ count: Int) throws -> HotLoop.Made {
    guard let users = guardrails.entity("users"), let postgres = guardrails.store("postgres") else {
      throw HotLoopError("the plan lacks what is to be asked for")
    }
    let writer = guardrails.writer("UserRepository")
    var made = HotLoop.Made()
    try HotLoop.measure {
      for _ in 0..<count {
        try guardrails.authorize(.insert, users, in: postgres, as: writer, fence: 5)
        made.runs += 1
      }
    }
    made.made = made.runs
    return made
  }

  func runByNames(_ count: Int) throws -> HotLoop.Made {
    var made = HotLoop.Made()
    try HotLoop.measure {
      for _ in 0..<count {
        try guardrails.authorize(.insert, "users", in: "postgres", as: "UserRepository")
        made.runs += 1
      }
    }
    made.made = made.runs
    return made
  }
}
