import Audit
import Backfill
import Codec
import Executors
import Foundation
import RecordSources
import TestSupport
import Testing

/// An audit that ended early goes on, and reads nothing twice.
@Suite("Audits that go on")
struct ResumeAuditTests {
  private func hex(_ document: BSONDocument?) -> String {
    (document?.bytes ?? []).map { String(format: "%02x", $0) }.joined()
  }

  @Test("after a stop, chunks that are done aren't read again", arguments: [1, 3])
  func stopped(workers: Int) throws {
    let scene = try LedgerScene(100)
    for id in [10, 150, 155, 990] { try id % 10 == 0 ? scene.changeRow(id) : scene.insertRow(id) }
    let stop = StopFlag()
    let read = Seen<ChunkRange>()
    let first = scene.engine.watched(.init(onRead: { if read.add($0) > 6 { stop.set() } }))
    #expect(throws: AuditError.self) {
      try first.audit(stop: stop) {
        $0.chunkSize = 10
        $0.workers = workers
      }
    }
    expectEqual(try scene.target.value("SELECT state FROM kedge.runs WHERE kind = 'audit'"), "interrupted")
    let done = try scene.target.rows(
      "SELECT coalesce(encode(lower_bound, 'hex'), ''), coalesce(encode(upper_bound, 'hex'), '') FROM kedge.audit_chunks WHERE is_done"
    )
    #expect(!done.isEmpty)
    let readAgain = Seen<ChunkRange>()
    let second = scene.engine.watched(.init(onRead: { readAgain.add($0) }))
    let report = try second.audit {
      $0.chunkSize = 10
      $0.workers = workers
    }
    expectEqual(
      report.differences,
      [
        "things different 10 [\"n\"]", "things different 150 [\"n\"]", "things different 990 [\"n\"]",
        "things extra 155 []",
      ]
    )
    #expect(report.tally("things")?.compared == 100 && report.isComplete)
    let again = Set(readAgain.all.map { "\(hex($0.lower)) | \(hex($0.upper))" })
    #expect(again.isDisjoint(with: done))
    expectEqual(try scene.target.value("SELECT count(*) FROM kedge.runs WHERE kind = 'audit'"), "1")
    expectEqual(try scene.target.value("SELECT state FROM kedge.runs WHERE kind = 'audit'"), "done")
    // The next one is new.
    try scene.engine.audit()
    expectEqual(try scene.target.value("SELECT count(*) FROM kedge.runs WHERE kind = 'audit'"), "2")
  }

  @Test("a time budget ends between two chunks, and says how far it came")
  func budget() throws {
    let scene = try LedgerScene(100)
    try scene.changeRow(20)
    try scene.changeRow(990)
    let reads = Seen<ChunkRange>()
    let begun = Date()
    let slow = scene.engine.watched(
      .init(onRead: { range in
        // The fourth chunk takes until the budget is over.
        if reads.add(range) == 5 {
          while Date() < begun + 2.2 { Thread.sleep(until: begun + 2.2) }
        }
      }))
    func options(_ options: inout AuditOptions) {
      options.chunkSize = 10
      options.workers = 1
      options.budget = 2
    }
    let part = try slow.audit { options(&$0) }
    #expect(!part.isComplete)
    let coverage = part.entities[0].coverage
    #expect(coverage > 0 && coverage < 1)
    expectEqual(part.differences, ["things different 20 [\"n\"]"])
    expectEqual(
      try scene.target.rows("SELECT state, error FROM kedge.runs WHERE kind = 'audit'"), ["interrupted | ∅"])
    let rest = try scene.engine.audit {
      options(&$0)
      $0.budget = 600
    }
    #expect(rest.isComplete && rest.run == part.run)
    expectEqual(rest.differences, ["things different 20 [\"n\"]", "things different 990 [\"n\"]"])
    #expect(rest.tally("things")?.compared == 100)
  }

  @Test("another request, or --new, begins anew")
  func otherRequests() throws {
    let scene = try LedgerScene(20)
    func unfinished(_ change: (inout AuditOptions) -> Void = { _ in }) throws -> Int {
      try scene.engine.audit {
        $0.budget = 0
        change(&$0)
      }.run
    }
    let first = try unfinished()
    expectEqual(try unfinished(), first)
    let named = try unfinished { $0.entities = ["things"] }
    #expect(named != first)
    let sampled = try unfinished { $0.sample = 0.5 }
    #expect(sampled != first && sampled != named)
    expectEqual(try unfinished { $0.sample = 0.5 }, sampled)
    let new = try unfinished { $0.isNew = true }
    #expect(new > sampled)
    expectEqual(
      try scene.target.rows("SELECT state, error FROM kedge.runs WHERE id = \(first)"),
      ["failed | given up: a new audit was begun before it was finished"])
    expectEqual(try scene.engine.audit().run, new)
  }

  @Test("an audit that a living process is at is left to it")
  func alive() throws {
    let scene = try LedgerScene(20)
    let other = Seen<Int>()
    let second = try scene.engine.preparedAudit()
    let first = scene.engine.watched(
      .init(onRead: { _ in
        if other.all.isEmpty {
          #expect(throws: Never.self) { other.add(try second.run().run) }
        }
      }))
    let run = try first.audit { $0.workers = 1 }.run
    #expect(other.all.count == 1 && other.all[0] != run)
  }
}
