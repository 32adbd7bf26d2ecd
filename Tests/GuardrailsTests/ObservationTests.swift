import Guardrails
import Mapping
import Synchronization
import Testing

@Suite("Observing")
struct ObservationTests {
  private func observing(_ observations: GuardObservations = GuardObservations()) throws -> Guardrails {
    Guardrails(try DecisionTests.plan("core", mode: .observe), observations: observations)
  }

  @Test("a wrong write goes ahead and is counted by what it was and where it came from")
  func counted() throws {
    let guardrails = try observing()
    let users = try #require(guardrails.entity("users"))
    let app = try #require(guardrails.store("app"))
    let before = UTCTime.now
    for _ in 0..<3 {
      try guardrails.authorize(
        .insert, "users", in: "app", as: "UserRepository", fileID: "Shop/A.swift", line: 7)
    }
    try guardrails.authorize(
      .insert, "users", in: "app", as: "UserRepository", fileID: "Shop/A.swift", line: 8)
    try guardrails.authorize(.delete, users, in: app, fileID: "Shop/A.swift", line: 7)
    try guardrails.authorize(
      .insert, users, in: app, as: guardrails.writer("Stranger"), fileID: "Shop/A.swift", line: 9)
    try guardrails.authorize(
      .insert, "users", in: "postgres", as: "Stranger", fileID: "Shop/B.swift", line: 1)
    // Right, and so not an observation.
    try guardrails.authorize(.insert, "users", in: "postgres", as: "UserRepository")
    let counted = guardrails.observations.counted
    #expect(
      counted.map {
        "\($0.entity) \($0.operation.rawValue) \($0.store) \($0.reason.rawValue) \($0.writer ?? "-") \($0.caller) \($0.times)"
      }
        == [
          "users insert app not_owner UserRepository Shop/A.swift:7 3",
          "users delete app not_owner - Shop/A.swift:7 1",
          "users insert app not_owner UserRepository Shop/A.swift:8 1",
          "users insert app not_owner - Shop/A.swift:9 1",
          "users insert postgres undeclared_writer Stranger Shop/B.swift:1 1",
        ].sorted { Self.key($0) < Self.key($1) })
    // The cheap clock is behind by its tick at most.
    #expect(counted.allSatisfy { $0.firstSeen <= $0.lastSeen && $0.lastSeen <= UTCTime.now })
    #expect(counted.allSatisfy { $0.firstSeen.microseconds > before.microseconds - 1_000_000 })
    #expect(guardrails.observations.drain() == counted)
    #expect(guardrails.observations.drain().isEmpty)
    try guardrails.authorize(
      .insert, "users", in: "app", as: "UserRepository", fileID: "Shop/A.swift", line: 7)
    #expect(guardrails.observations.drain().map(\.times) == [1])
  }

  /// Store, caller, then operation: as observations are sorted within an entity.
  private static func key(_ line: String) -> String {
    let words = line.split(separator: " ").map(String.init)
    return [words[2], words[5], words[1], words[3], words[4]].joined(separator: " ")
  }

  /// What several threads gather.
  private final class Gathered: Sendable {
    let all = Mutex<[GuardObservation]>([])
    func add(_ more: [GuardObservation]) { all.withLock { $0 += more } }
  }

  @Test("no count is lost when many threads count, drain, and change the phase at once")
  func concurrency() async throws {
    let observations = GuardObservations()
    let guardrails = try observing(observations)
    let newer = guardrails.with(try DecisionTests.plan("retired", mode: .observe))
    let (threads, writes) = (24, 4000)
    let drained = Gathered()
    await withTaskGroup { group in
      for thread in 0..<threads {
        group.addTask {
          for write in 0..<writes {
            let now = write % 2 == 0 ? guardrails : newer
            try? now.authorize(
              .update, "users", in: "app", as: "Writer\(write % 7)", fileID: "Shop/A.swift",
              line: UInt(thread % 5))
            if write % 500 == 0 { drained.add(observations.drain()) }
          }
        }
      }
    }
    let all = drained.all.withLock { $0 } + observations.drain()
    #expect(all.reduce(0) { $0 + $1.times } == threads * writes)
    for reason in [GuardReason.notOwner, .retired] {
      for writer in 0..<7 {
        let expected = (0..<writes).filter { $0 % 7 == writer && ($0 % 2 == 0) == (reason == .notOwner) }
          .count
        let found = all.filter { $0.reason == reason && $0.writer == "Writer\(writer)" }
        #expect(found.reduce(0) { $0 + $1.times } == expected * threads, "\(reason) \(writer)")
      }
    }
  }

  @Test("names from outside without end don't fill the memory, and are counted all the same")
  func flood() throws {
    let guardrails = try observing()
    for number in 0..<20_000 {
      try guardrails.authorize(
        .insert, "users", in: "postgres", as: "Stranger\(number)", fileID: "Shop/A.swift", line: 1)
    }
    let counted = guardrails.observations.counted
    #expect(counted.reduce(0) { $0 + $1.times } == 20_000)
    #expect(counted.count <= 16 * 4097)
    #expect(counted.contains { $0.writer == "(others)" && $0.times > 1 })
  }

  @Test("the first sight of each kind is announced to the log")
  func log() throws {
    let lines = Gathered()
    let guardrails = try observing(GuardObservations { lines.add([$0]) })
    for _ in 0..<100 {
      try guardrails.authorize(.insert, "users", in: "app", fileID: "Shop/A.swift", line: 7)
    }
    let seen = lines.all.withLock { $0 }
    #expect(
      Set(seen.map { "\($0.entity) \($0.reason.rawValue) \($0.caller)" }) == [
        "users not_owner Shop/A.swift:7"
      ])
    #expect(seen.count == 1)
  }

  @Test("what another program asks for is counted under its own words")
  func foreignCallers() throws {
    let guardrails = try observing()
    func ask(_ operation: String, _ store: String, _ caller: String) -> GuardDecision {
      guardrails.decide(
        entity: "users", store: store, operation: operation, writer: "UserRepository", fence: nil,
        countedFor: WriteCaller(caller))
    }
    for _ in 0..<2 { #expect(ask("insert", "app", "orders.py:31").isObserved) }
    #expect(ask("delete", "app", "orders.py:32").isObserved)
    #expect(ask("insert", "postgres", "orders.py:33").reason == .owner)
    #expect(!ask("paint", "app", "orders.py:34").isAllowed)
    #expect(
      guardrails.observations.counted.map { "\($0.caller) \($0.operation.rawValue) \($0.times)" } == [
        "orders.py:31 insert 2", "orders.py:32 delete 1",
      ])
  }

  /// A sink that fails when it is told to.
  private final class FailingSink: ObservationSink {
    struct Down: Error {}
    let isDown = Mutex(false)
    let batches = Mutex<[ObservationBatch]>([])
    func write(_ batch: ObservationBatch) throws {
      batches.withLock { $0.append(batch) }
      if isDown.withLock({ $0 }) { throw Down() }
    }
  }

  @Test("what a sink couldn't take is offered again, as the same batch, and nothing is lost or doubled")
  func retries() throws {
    let guardrails = try observing()
    let sink = FailingSink()
    let flusher = ObservationFlusher(guardrails, to: sink, seenBy: "test")
    func write(_ times: Int) throws {
      for _ in 0..<times {
        try guardrails.authorize(.insert, "users", in: "app", fileID: "Shop/A.swift", line: 7)
      }
    }
    sink.isDown.withLock { $0 = true }
    try write(3)
    #expect(throws: FailingSink.Down.self) { try flusher.flush() }
    try write(4)
    #expect(throws: FailingSink.Down.self) { try flusher.flush() }
    #expect(flusher.unwritten == 7)
    sink.isDown.withLock { $0 = false }
    try flusher.flush()
    #expect(flusher.unwritten == 0)
    let batches = sink.batches.withLock { $0 }
    #expect(batches.map { $0.observations.map(\.times) } == [[3], [3], [3], [4]])
    #expect(batches[0].id == batches[2].id && batches[2].id != batches[3].id)
    #expect(
      batches.allSatisfy { $0.set == "shop" && $0.seenBy == "test" && $0.observed == ["flows", "users"] })
    #expect(batches[2].until <= batches[3].until && batches[0].since == batches[3].since)
  }
}
