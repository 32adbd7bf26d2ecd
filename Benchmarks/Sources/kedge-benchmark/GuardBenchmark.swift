import Foundation
import Glibc
import Guardrails
import Mapping
import ResultsPage
import SQLite

/// What one check of a guardrail costs, in time and in allocations, in each of its forms. Every timed check's answer is
/// compared with the plan's own: a figure of wrong answers would be worth nothing.
struct GuardBenchmark {
  /// Checks that are timed as one, for a clock costs more than a check.
  private static let batch = 1000
  private let batches: Int

  init(_ request: Request) { batches = request.batches }

  func run(_ recorder: Recorder) throws {
    let allocations = try AllocationCounter()
    let enforcing = Guardrails(try Self.plan(.enforce))
    let observing = Guardrails(try Self.plan(.observe))
    try Self.prove(enforcing)
    say("one check, of \(batches) batches of \(Self.batch): nanoseconds, and allocations of memory")

    let users = try Self.found(enforcing.entity("users"))
    let (postgres, app) = (
      try Self.found(enforcing.store("postgres")), try Self.found(enforcing.store("app"))
    )
    let writer = enforcing.writer("UserRepository")
    func report(_ name: String, _ body: () throws -> Int) throws {
      try recorder.workload(name) { workload in
        let figures = try measure(allocations, body)
        workload.add(FigureName.median, figures.p50, unit: "ns")
        workload.add(FigureName.percentile99, figures.p99, unit: "ns")
        workload.add(FigureName.allocations, figures.allocations, unit: "")
      }
    }

    try report("nothing (the loop itself)") { Self.opaque(1) }
    try report("decide, by handles") {
      enforcing.decide(.insert, users, in: postgres, as: writer, fence: 5).reason == .owner ? 1 : 0
    }
    try report("authorize, by handles") {
      try enforcing.authorize(.insert, users, in: postgres, as: writer, fence: 5)
      return 1
    }
    try report("authorize, by names") {
      try enforcing.authorize(.insert, "users", in: "postgres", as: "UserRepository", fence: 5)
      return 1
    }
    try report("authorize, by long names") {
      try enforcing.authorize(
        .insert, "customer_notification_preferences", in: "postgres",
        as: "CustomerNotificationPreferencesRepository")
      return 1
    }
    try report("decide, all in words (as the socket asks)") {
      enforcing.decide(
        entity: "users", store: "postgres", operation: "insert", writer: "UserRepository", fence: 5
      ).reason == .owner ? 1 : 0
    }
    try report("the plan itself (the reference)") {
      enforcing.plan.decide(
        entity: "users", store: "postgres", operation: "insert", writer: "UserRepository", fence: 5
      ).reason == .owner ? 1 : 0
    }
    try report("refused, by handles") {
      do throws(GuardRefusal) {
        try enforcing.authorize(.insert, users, in: app, as: writer)
        return 0
      } catch {
        return error.reason == .notOwner ? 1 : 0
      }
    }
    try report("refused, with its sentences") {
      do throws(GuardRefusal) {
        try enforcing.authorize(.insert, users, in: app, as: writer)
        return 0
      } catch {
        return error.description.utf8.count > 100 ? 1 : 0
      }
    }
    try report("mode observe, a right write, by handles") {
      try observing.authorize(.insert, users, in: postgres, as: writer, fence: 5)
      return 1
    }
    try report("mode observe, a wrong write, counted") {
      try observing.authorize(.insert, users, in: app, as: writer)
      return 1
    }
    try report("unit of work, begun, one write") {
      try enforcing.unitOfWork(writer: "UserRepository") { unit in
        try unit.authorize(.insert, users, in: postgres)
        return unit.fence == 5 ? 1 : 0
      }
    }
    let unit = UnitOfWork(of: enforcing, writer: "UserRepository")
    try report("unit of work, one more write, by names") {
      try unit.authorize(.insert, "users", in: "postgres")
      return 1
    }
    try reportThreads(recorder, observing, users, app, writer)
    try reportInserts(recorder, enforcing, observing)
  }

  /// Rows into a SQLite file that doesn't wait for the disk, one a transaction: about the quickest write that a store can make.
  private func reportInserts(
    _ recorder: Recorder, _ enforcing: Guardrails, _ observing: Guardrails
  ) throws {
    let path = NSTemporaryDirectory() + "kedge-benchmark-\(UUID().uuidString).db"
    defer { unlink(path) }
    let database = try SQLiteConnection(path: path, mode: .create)
    try database.execute(
      "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; CREATE TABLE users (id INTEGER, name TEXT)")
    let insert = try database.prepare("INSERT INTO users VALUES (1, 'Ada')")
    func write() throws {
      _ = try insert.step()
      insert.reset()
    }
    var times: [[Double]] = [[], [], []]
    let checks: [() throws -> Void] = [
      {}, { try enforcing.authorize(.insert, "users", in: "postgres", as: "UserRepository") },
      { try observing.authorize(.insert, "users", in: "app", as: "UserRepository") },
    ]
    // In turns, so that a busy moment of the machine counts against all.
    for _ in 0..<batches {
      for (index, check) in checks.enumerated() {
        let (taken, _) = try seconds {
          for _ in 0..<20 {
            try check()
            try write()
          }
        }
        times[index].append(taken * 1e9 / 20)
      }
    }
    let rows = try database.query("SELECT count(*) FROM users").first?.first?.integer
    guard rows == batches * 60 else {
      throw BenchmarkError("\(rows ?? 0) rows landed instead of \(batches * 60).")
    }
    for (name, times) in zip(
      ["an insert, unguarded", "an insert, mode enforce", "an insert, mode observe, wrong, counted"],
      times.map { $0.sorted() })
    {
      try recorder.workload(name) { workload in
        workload.add(FigureName.median, times[times.count / 2], unit: "ns")
        workload.add(FigureName.percentile99, times[times.count * 99 / 100], unit: "ns")
      }
    }
  }

  /// Wrong writes of several threads at once, all of one kind: every one of them is counted.
  private func reportThreads(
    _ recorder: Recorder, _ observing: Guardrails, _ users: EntityHandle, _ app: StoreHandle,
    _ writer: WriterHandle
  ) throws {
    _ = observing.observations.drain()
    let threads = max(2, ProcessInfo.processInfo.activeProcessorCount)
    let each = batches * Self.batch / threads
    // Processor time, for other programs' threads would count in the clock's.
    let before = clock()
    do {
      DispatchQueue.concurrentPerform(iterations: threads) { _ in
        for _ in 0..<each { try? observing.authorize(.insert, users, in: app, as: writer) }
      }
    }
    let taken = Double(clock() - before) / Double(CLOCKS_PER_SEC)
    let counted = observing.observations.drain().reduce(0) { $0 + $1.times }
    guard counted == each * threads else {
      throw BenchmarkError("\(counted) of \(each * threads) wrong writes were counted.")
    }
    try recorder.workload("mode observe, \(threads) threads at once, counted (mean)") { workload in
      workload.add(FigureName.median, taken * 1e9 / Double(each * threads), unit: "ns")
    }
  }

  private func measure(_ allocations: AllocationCounter, _ body: () throws -> Int) throws -> (
    p50: Double, p99: Double, allocations: Double
  ) {
    let clock = ContinuousClock()
    var times = [Double](repeating: 0, count: batches)
    var right = 0
    // Unmeasured: it is the first sight of an observation, and fills caches.
    for _ in 0..<Self.batch { right += try body() }
    right = 0
    let before = allocations.count()
    for index in times.indices {
      let begun = clock.now
      for _ in 0..<Self.batch { right += try body() }
      let taken = clock.now - begun
      times[index] = Double(taken.components.attoseconds) * 1e-9 / Double(Self.batch)
    }
    let allocated = allocations.count() - before
    guard right == batches * Self.batch else {
      throw BenchmarkError("\(batches * Self.batch - right) of \(batches * Self.batch) answers were wrong.")
    }
    times.sort()
    return (
      times[times.count / 2], times[times.count * 99 / 100],
      Double(allocated) / Double(batches * Self.batch)
    )
  }

  @inline(never) @_optimize(none)
  private static func opaque(_ value: Int) -> Int { value }

  private static func found<T>(_ value: T?) throws -> T {
    guard let value else { throw BenchmarkError("The plan lacks what is to be measured.") }
    return value
  }

  /// All answers to a few thousand questions are those of the plan.
  private static func prove(_ guardrails: Guardrails) throws {
    let plan = guardrails.plan
    for entity in plan.entities.map(\.name) + ["nobody"] {
      for store in plan.stores.map(\.name) + ["mongo", "redis"] {
        for writer in [nil, "UserRepository", "Stranger", "kedge", "kedge-admin", "shop_app"] {
          for fence in [nil, 2, 5, 6] as [Int?] {
            let expected = plan.decide(
              entity: entity, store: store, operation: "update", writer: writer, fence: fence)
            guard guardrails.decide(.update, entity, in: store, as: writer, fence: fence) == expected else {
              throw BenchmarkError("\(entity) in \(store) by \(writer ?? "nobody"): not \(expected.reason).")
            }
          }
        }
      }
    }
  }

  /// As a middling company has: sixty entities in four stores, each with three writers.
  private static func plan(_ mode: GuardMode) throws -> GuardPlan {
    let stores: [GuardPlan.Store] = [
      .init(name: "app", kind: .mongo), .init(name: "archive", kind: .sqlite),
      .init(name: "postgres", kind: .postgres),
      .init(name: "events", kind: .mongo),
    ]
    let names = ["users", "customer_notification_preferences"] + (0..<58).map { "entity_\($0)" }
    let entities = names.enumerated().map { index, name in
      let isCore = index % 3 < 2
      let writers =
        index == 0
        ? ["UserRepository", "SignUp"]
        : index == 1
          ? ["CustomerNotificationPreferencesRepository"]
          : ["Writer\(index)", "Writer\(index + 1)", "Shared"]
      return GuardPlan.Entity(
        name: name, owner: isCore ? .core : .feature, phase: isCore ? "core" : nil, mode: mode,
        writers: writers,
        source: 0, target: isCore ? 2 : nil, epoch: 3,
        location: SourceLocation(file: "\(name).yaml", line: 1, column: 1), collection: name)
    }
    return GuardPlan(
      set: "shop", epoch: 5, stores: stores, entities: entities,
      roles: [GuardRole(name: "shop_app", writers: ["UserRepository"])])
  }
}
