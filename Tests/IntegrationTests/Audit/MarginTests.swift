import Audit
import Backfill
import Codec
import Executors
import Foundation
import TestSupport
import Testing

/// A difference is drift once it has stood, unchanged, for the margin.
@Suite("In flight is not drift")
struct MarginTests {
  /// Runs an audit on a thread of its own, and `body` meanwhile.
  private func audit(
    _ engine: Engine, margin: Double, patience: Double = 20, while body: () throws -> Void
  ) throws -> AuditReport {
    let result = Seen<Result<AuditReport, any Error>>()
    let audit = try engine.preparedAudit {
      $0.margin = margin
      $0.patience = patience
      $0.chunkSize = 10
    }
    let thread = try DedicatedThread(name: "audit") { result.add(Result { try audit.run() }) }
    do { try body() } catch {
      thread.join()
      throw error
    }
    thread.join()
    return try result.all[0].get()
  }

  private func waitForSuspicions(_ count: Int, _ target: TestPostgres) throws {
    try waitUntil("\(count) suspicions") {
      try target.value("SELECT to_regclass('kedge.audit_differences') IS NOT NULL") == "t"
        && target.value("SELECT count(*) FROM kedge.audit_differences WHERE state = 'suspected'")
          == "\(count)"
    }
  }

  @Test("what is right before the margin is over was in flight; what isn't is drift")
  func settles() throws {
    let scene = try LedgerScene(30)
    try scene.engine.audit()
    for id in [50, 60] { try scene.changeRow(id) }
    for id in [70, 80] { try scene.deleteRow(id) }
    for id in [95, 105, 115] { try scene.insertRow(id) }
    let report = try audit(scene.engine, margin: 3) {
      try waitForSuspicions(7, scene.target)
      // Late writes of an application: to the target, to the source, and away from it.
      try scene.target.execute("UPDATE core.things SET n = id WHERE id = 50")
      try scene.target.execute(
        "INSERT INTO core.things VALUES (70, 70, ''); INSERT INTO core.things_tags VALUES (70, 0, 't0')")
      try scene.deleteRow(95)
      try scene.mongo.insert("things", [["_id": .int64(105), "n": 0, "note": ""]])
    }
    expectEqual(
      report.differences, ["things different 60 [\"n\"]", "things extra 115 []", "things missing 80 []"])
    let tally = try #require(report.tally("things"))
    expectEqual([tally.inFlight, tally.drift, tally.matching], [4, 3, 28])
    for difference in report.entities[0].differences {
      #expect(difference.looks > 2)
      #expect(difference.lastSeen.timeIntervalSince(difference.firstSeen) >= 3)
    }
  }

  @Test("a record that changes before every look is in flight at the end")
  func keepsChanging() throws {
    let scene = try LedgerScene(12)
    try scene.changeRow(60)
    try scene.changeRow(90)
    let writer = try Engine(mongo: scene.mongo, into: scene.target, LedgerScene.mapping)
    let looks = Seen<Int>()
    // Never what the target has, and never the same twice.
    let mongo = UncheckedBox(scene.mongo)
    let engine = writer.watched(
      .init(onFetch: { locators in
        guard locators.contains(["_id": .int64(60)]) else { return }
        let count = looks.add(1)
        #expect(throws: Never.self) {
          try mongo.value.update("things", id: .int64(60), ["$set": ["n": BSONValue(1000 + count)]])
        }
      }))
    let report = try engine.audit {
      $0.margin = 0.4
      $0.patience = 0.5
    }
    expectEqual(report.differences, ["things different 90 [\"n\"]", "things in_flight 60 [\"n\"]"])
    let tally = try #require(report.tally("things"))
    expectEqual([tally.different, tally.inFlight, tally.drift], [1, 1, 1])
    #expect(looks.all.count >= 5)
  }

  @Test("without suspicions nobody waits: no pass is made")
  func quiet() throws {
    let scene = try LedgerScene(12)
    let report = try scene.engine.audit { $0.margin = 3000 }
    #expect(!report.hasDrift)
    expectEqual(try scene.target.value("SELECT count(*) FROM kedge.audit_chunks WHERE chunk < 0"), "0")
  }

  @Test("a stop ends the waiting")
  func stopped() throws {
    let scene = try LedgerScene(12)
    try scene.changeRow(60)
    let stop = StopFlag()
    let ended = Seen<Bool>()
    let engine = scene.engine
    let audit = try engine.preparedAudit(stop: stop) { $0.margin = 3000 }
    let thread = try DedicatedThread(name: "audit") {
      #expect(throws: AuditError.self) { try audit.run() }
      ended.add(true)
    }
    try waitForSuspicions(1, scene.target)
    stop.set()
    try waitUntil("the end of the audit") { !ended.all.isEmpty }
    thread.join()
    // It goes on with what it suspected.
    let report = try engine.audit { $0.margin = 0.2 }
    expectEqual(report.differences, ["things different 60 [\"n\"]"])
    expectEqual(try scene.target.value("SELECT count(*) FROM kedge.runs WHERE kind = 'audit'"), "1")
  }
}

/// `@unchecked Sendable`: used by one thread of an audit at a time, as its test arranges.
struct UncheckedBox<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
