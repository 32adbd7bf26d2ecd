import Guardrails
import Mapping
import Synchronization
import Testing

@Suite("Units of work")
struct UnitOfWorkTests {
  private let day = CalendarDay("2027-01-31")

  /// `users` in Postgres and `flows` and `notes` in Mongo, all without declared writers; `signup` crosses between two of them.
  private func guardrails(mode: GuardMode = .enforce) throws -> Guardrails {
    var plan = try DecisionTests.plan("core")
    plan.entities[plan.entity(named: "users") ?? 0].writers = []
    var notes = plan.entities[plan.entity(named: "flows") ?? 0]
    notes.name = "notes"
    plan.entities.append(notes)
    for index in plan.entities.indices { plan.entities[index].mode = mode }
    plan.crossings = [
      Crossing(
        name: "signup", entities: ["users", "flows"], reason: "one form", link: "https://example.com/1",
        expires: try #require(day), location: SourceLocation(file: "set.yaml", line: 7, column: 3))
    ]
    return Guardrails(plan)
  }

  private func reason(_ body: () throws -> Void) -> GuardReason? {
    do {
      try body()
      return nil
    } catch {
      return (error as? GuardRefusal)?.reason
    }
  }

  @Test("one store may be written as often as one likes, and the unit knows what it has written")
  func oneStore() throws {
    try guardrails().unitOfWork(today: day) { unit in
      try unit.authorize(.insert, "flows", in: "app")
      try unit.authorize(.delete, "notes", in: "mongo")
      try unit.authorize(.insert, "flows", in: "app")
      #expect(unit.writtenStores == ["app"])
      #expect(unit.writtenEntities == ["flows", "notes"])
    }
  }

  @Test(
    "a second store needs a crossing that is declared, covers all, and hasn't expired",
    arguments: [
      (nil, "2027-01-31", "flows", GuardReason.undeclaredCrossing),
      ("signin", "2027-01-31", "flows", .unknownCrossing),
      ("signup", "2027-02-01", "flows", .expiredCrossing),
      ("signup", "2027-01-31", "notes", .outsideCrossing),
      ("signup", "2027-01-31", "flows", nil), ("signup", "2020-01-01", "flows", nil),
    ] as [(String?, String, String, GuardReason?)])
  func crossing(name: String?, today: String, second: String, expected: GuardReason?) throws {
    let guardrails = try guardrails()
    let today = try #require(CalendarDay(today))
    let unit = UnitOfWork(of: guardrails, crossing: name, today: today)
    try unit.authorize(.insert, "users", in: "postgres")
    #expect(reason { try unit.authorize(.insert, second, in: "app") } == expected)
    // What was refused wasn't written.
    #expect(unit.writtenStores == (expected == nil ? ["postgres", "app"] : ["postgres"]))
    #expect(reason { try unit.authorize(.insert, "users", in: "postgres") } == nil)
    // By handles, alike.
    let other = UnitOfWork(of: guardrails, crossing: name, today: today)
    let (entity, store) = (guardrails.entity(second), guardrails.store("app"))
    try other.authorize(.insert, "users", in: "postgres")
    #expect(
      reason { try other.authorize(.insert, entity ?? .unknown, in: store ?? .unknown) } == expected)
  }

  @Test("all that the unit writes must be in the crossing, be it written before or after")
  func coverage() throws {
    let guardrails = try guardrails()
    let before = UnitOfWork(of: guardrails, crossing: "signup", today: day)
    try before.authorize(.insert, "notes", in: "app")
    try before.authorize(.insert, "flows", in: "app")
    #expect(reason { try before.authorize(.insert, "users", in: "postgres") } == .outsideCrossing)
    let after = UnitOfWork(of: guardrails, crossing: "signup", today: day)
    try after.authorize(.insert, "flows", in: "app")
    try after.authorize(.insert, "users", in: "postgres")
    #expect(reason { try after.authorize(.insert, "notes", in: "app") } == .outsideCrossing)
    #expect(after.writtenEntities == ["flows", "users"])
  }

  @Test("a refusal says which other entities the unit has written, and what would allow it")
  func sentence() throws {
    let unit = UnitOfWork(of: try guardrails(), crossing: "signup", today: CalendarDay("2028-01-01"))
    try unit.authorize(.insert, "users", in: "postgres")
    let refusal = try #require(throws: GuardRefusal.self) { try unit.authorize(.insert, "flows", in: "app") }
    #expect(refusal.crossing == "signup")
    #expect(refusal.description.contains(#"crossing "signup" was allowed up to 2027-01-31 and no longer"#))
    #expect(refusal.description.contains("Declared at set.yaml:7:3"))
    #expect(refusal.description.contains("https://example.com/1"))
  }

  @Test("a write that is refused for its own sake doesn't count as written")
  func refusedWrite() throws {
    let unit = UnitOfWork(of: try guardrails())
    #expect(reason { try unit.authorize(.insert, "users", in: "app") } == .notOwner)
    #expect(reason { try unit.authorize(.insert, "nobody", in: "app") } == .unknownEntity)
    #expect(reason { try unit.authorize(.insert, "users", in: "redis") } == .unknownStore)
    #expect(unit.writtenStores.isEmpty)
    try unit.authorize(.insert, "users", in: "postgres")
  }

  @Test("in mode observe it goes ahead and is counted once; in mode off it isn't looked at")
  func modes() throws {
    let observing = try guardrails(mode: .observe)
    try observing.unitOfWork { unit in
      try unit.authorize(.insert, "users", in: "postgres")
      try unit.authorize(.insert, "flows", in: "app")
      try unit.authorize(.update, "users", in: "app")
      #expect(unit.writtenStores == ["postgres", "app"])
    }
    #expect(
      observing.observations.counted.map { "\($0.entity) \($0.reason.rawValue) \($0.times)" } == [
        "flows undeclared_crossing 1", "users not_owner 1",
      ])
    let off = try guardrails(mode: .off)
    try off.unitOfWork { unit in
      try unit.authorize(.insert, "users", in: "postgres")
      try unit.authorize(.insert, "flows", in: "app")
      #expect(unit.writtenStores.isEmpty)
    }
    #expect(off.observations.counted.isEmpty)
  }

  /// Guardrails whose phases change while a unit is at work.
  private final class Changing: GuardrailsProvider {
    let now: Mutex<Guardrails>
    init(_ guardrails: Guardrails) { now = Mutex(guardrails) }
    var current: Guardrails { now.withLock { $0 } }
  }

  @Test("a unit that began before a phase changed is stale for that entity, and not for others")
  func staleUnit() throws {
    let changing = Changing(try guardrails())
    let unit = UnitOfWork(of: changing, crossing: "signup", today: day)
    #expect(unit.fence == 5)
    try unit.authorize(.insert, "users", in: "postgres")
    var newer = changing.current.plan
    newer.epoch = 6
    newer.entities[try #require(newer.entity(named: "users"))].epoch = 6
    changing.now.withLock { $0 = $0.with(newer) }
    #expect(reason { try unit.authorize(.insert, "users", in: "postgres") } == .staleFence)
    try unit.authorize(.insert, "flows", in: "app")
    try changing.unitOfWork { try $0.authorize(.insert, "users", in: "postgres") }
  }

  @Test("of two stores written at once by many threads, one wins and the other is refused")
  func concurrency() async throws {
    for _ in 0..<50 {
      let unit = UnitOfWork(of: try guardrails())
      let stores = await withTaskGroup { group in
        for index in 0..<16 {
          group.addTask { () -> String? in
            let (entity, store) = index % 2 == 0 ? ("users", "postgres") : ("flows", "app")
            return (try? unit.authorize(.insert, entity, in: store)).map { store }
          }
        }
        return await group.reduce(into: Set<String>()) { if let store = $1 { $0.insert(store) } }
      }
      #expect(stores.count == 1)
      #expect(Array(stores) == unit.writtenStores)
    }
  }

  @Test("an asynchronous body is a unit as well")
  func asynchronous() async throws {
    let stores = try await guardrails().unitOfWork(crossing: "signup", today: day) { unit in
      try unit.authorize(.insert, "users", in: "postgres")
      await Task.yield()
      try unit.authorize(.insert, "flows", in: "app")
      return unit.writtenStores
    }
    #expect(stores == ["postgres", "app"])
  }
}
