import Executors
import Foundation
import Glibc
import TestSupport
import Testing

/// The process ends at each named point of the engine, once, and the next one goes on.
@Suite("Stop points")
struct StopPointTests {
  @Test(
    "killed at each stop point, it ends as an uninterrupted run does", arguments: InterruptionCase.Kind.all)
  func eachPoint(_ kind: InterruptionCase.Kind) throws {
    let scene = try InterruptionCase(kind)
    var random = SeededRandom(seed: InterruptionSeed.value, stream: 1_000_000)
    for point in StopPoint.allCases where !Self.ofGuardrails.contains(point) {
      let count = scene.reached[point.rawValue] ?? 0
      // An earlier run has built the indexes and the constraints of a target that is filled.
      if kind.target == .filled, count == 0, Self.laterWork.contains(point) { continue }
      // There is nothing to compare with in a target that is empty.
      if kind.target == .fresh, count == 0, Self.comparing.contains(point) { continue }
      #expect(count > 0, "an uninterrupted run doesn't reach \(point.rawValue)")
      guard count > 0 else { continue }
      var trial = InterruptionTrial([.point(point.rawValue, random.within(1...count), .kill)])
      try trial.run(scene)
      if !trial.wrong.isEmpty {
        Issue.record("seed \(InterruptionSeed.value), \(trial)")
      }
    }
  }

  /// A backfill changes no rules; these points have tests of their own.
  private static let ofGuardrails: Set<StopPoint> = [.beforeGuard, .afterGuard]

  private static let comparing: Set<StopPoint> = [.beforeCompare, .afterCompare]

  private static let laterWork: Set<StopPoint> = [
    .beforeConstraint, .afterConstraint, .beforeIndex, .afterIndex, .beforePostpone, .afterPostpone,
    .beforeKey, .afterKey,
  ]

  @Test(
    "Ctrl-C and SIGTERM, twice in a row, and a second signal that doesn't wait",
    arguments: InterruptionCase.Kind.all)
  func signals(_ kind: InterruptionCase.Kind) throws {
    let scene = try InterruptionCase(kind)
    let sequences: [[Stroke]] = [
      [.point("before-commit", 4, .interrupt), .point("before-commit", 4, .interrupt)],
      [.point("after-commit", 4, .terminate), .point("after-copy", 2, .terminate)],
      [.twice("before-checkpoint", 2, SIGINT), .twice("before-quarantine", 2, SIGTERM)],
      [.point("before-copy", 5, .interrupt), .point("before-checkpoint", 2, .kill)],
    ]
    for strokes in sequences {
      var trial = InterruptionTrial(strokes)
      try trial.run(scene)
      #expect(trial.struck.count == strokes.count, "\(strokes): only \(trial.struck) found a run to stop")
      if !trial.wrong.isEmpty { Issue.record("\(trial)") }
    }
  }

  @Test(
    "a plan that can't be understood is a usage error",
    arguments: ["nowhere:kill", "after-read@0:kill", "after-read", ""])
  func malformed(_ plan: String) throws {
    let outcome = try Program.kedge.run(["completion", "bash"], environment: ["KEDGE_STOP_POINT": plan])
    #expect(outcome.code == (plan.isEmpty ? 0 : 2))
    #expect(outcome.errors.contains("KEDGE_STOP_POINT") == !plan.isEmpty, "\(outcome.errors)")
  }
}
