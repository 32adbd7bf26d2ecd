import Foundation
import Glibc
import TestSupport
import Testing

/// Processes that share a run, some of which die or fall asleep.
@Suite("Lost members")
struct LostMemberTests {
  struct Trial: CustomTestStringConvertible, Sendable {
    var source: LedgerSource.Kind
    var point: String
    var testDescription: String { "\(source.rawValue), at \(point)" }
  }

  @Test(
    "of four processes two are killed and one sleeps past its lease in the middle of a chunk",
    .timeLimit(.minutes(10)),
    arguments: [
      Trial(source: .sqlite, point: "before-checkpoint"), Trial(source: .sqlite, point: "before-read"),
      Trial(source: .mongo, point: "after-checkpoint"), Trial(source: .mongo, point: "after-read"),
    ])
  func fourProcesses(_ trial: Trial) throws {
    let scene = try InterruptionCase(.init(source: trial.source, target: .fresh))
    let target = try scene.newTarget()
    let fallen = try (0..<2).map { _ in try HeldProcess(scene, target, at: "after-read") }
    let sleeper = try HeldProcess(scene, target, at: trial.point)
    for process in fallen + [sleeper] { try process.reachPoint() }
    let last = try HeldProcess(scene, target, at: "run-recorded")
    try last.reachPoint()
    // Each of the three is in the middle of a chunk of its own.
    let held = try target.rows(
      "SELECT entity, chunk, member FROM kedge.chunks WHERE NOT is_done AND member IS NOT NULL ORDER BY 1, 2")
    #expect(held.count == 3, "\(held)")
    sleeper.pause()
    for process in fallen { try process.kill() }
    try last.letGo()
    try waitUntil("the last process has moved the chunks of the others") {
      try target.value(
        "SELECT count(*) FROM kedge.chunks WHERE entity = 'accounts' AND is_done AND fence > 1") == "3"
    }
    try sleeper.letGo()
    for process in [sleeper, last] {
      let outcome = try process.running.finish()
      #expect(outcome.code == 4, "\(outcome.errors)")
      // Whoever reports, reports the whole run.
      let state = try TargetState(target, report: try outcome.json())
      let wrong = scene.expected.differences(to: state)
      #expect(wrong.isEmpty, "\(wrong.prefix(10))")
    }
    #expect(try TargetState.faults(target) == [])
    // Nothing that was taken from a member was finished by it. What it had finished before stands, also when that was late: a
    // lease that has passed binds nobody until another takes the chunk.
    let finished = try target.rows("SELECT entity, chunk, member FROM kedge.chunks WHERE is_done")
    #expect(Set(held).isDisjoint(with: finished), "\(held) \(finished)")
    #expect(
      try target.rows("SELECT state, count(*) FROM kedge.members WHERE id < 4 GROUP BY 1") == ["lost | 3"])
    // The two that live end. On a busy machine one may have been silent for too long, and be there under another number.
    #expect(
      try target.rows(
        "SELECT state, count(*) FROM kedge.members WHERE id >= 4 AND state <> 'lost' GROUP BY 1")
        == ["ended | 2"])
  }

  struct Place: CustomTestStringConvertible, Sendable {
    var point: String
    var isKilled: Bool
    var testDescription: String { "\(isKilled ? "killed" : "paused") at \(point)" }
  }

  @Test(
    "what one process does at a time is taken over from one that is lost there", .timeLimit(.minutes(10)),
    arguments: [
      Place(point: "after-plan", isKilled: false), Place(point: "before-complete", isKilled: false),
      Place(point: "before-complete", isKilled: true), Place(point: "before-index", isKilled: false),
      Place(point: "before-constraint", isKilled: true), Place(point: "before-finish", isKilled: false),
      Place(point: "before-finish", isKilled: true),
    ])
  func takenOver(_ place: Place) throws {
    let scene = try InterruptionCase(.init(source: .sqlite, target: .fresh))
    let target = try scene.newTarget()
    let first = try HeldProcess(scene, target, at: place.point)
    try first.reachPoint()
    // Somebody else is there while the first still is, and has to wait for it.
    let second = try HeldProcess(scene, target, at: "run-recorded")
    try second.reachPoint()
    try second.letGo()
    try waitUntil("the second process takes part") {
      try target.value("SELECT count(*) FROM kedge.members WHERE state = 'working'") == "2"
    }
    if place.isKilled { try first.kill() } else { first.pause() }
    let outcome = try second.running.finish()
    #expect(outcome.code == 4, "\(outcome.errors)")
    let wrong = scene.expected.differences(to: try TargetState(target, report: try outcome.json()))
    #expect(wrong.isEmpty, "\(wrong.prefix(10))")
    if !place.isKilled {
      try first.letGo()
      let late = try first.running.finish()
      #expect(late.code == 4, "\(late.errors)")
      let wrong = scene.expected.differences(to: try TargetState(target, report: try late.json()))
      #expect(wrong.isEmpty, "\(wrong.prefix(10))")
    }
    // Of one that was killed the server may not have noticed yet, so soon after it.
    let state = try target.value("SELECT state FROM kedge.members WHERE id = 1")
    #expect(state == "lost" || (place.isKilled && state == "working"))
  }
}
