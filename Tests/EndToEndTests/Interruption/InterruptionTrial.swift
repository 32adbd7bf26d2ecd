import Foundation
import TestSupport

/// One run that is stopped once or several times and then goes on to its end.
struct InterruptionTrial: CustomStringConvertible {
  var strokes: [Stroke]
  /// What differs from an uninterrupted run, and whatever else is wrong.
  private(set) var wrong: [String] = []
  /// Strokes that found a run to stop.
  private(set) var struck: [Stroke] = []

  init(_ strokes: [Stroke]) { self.strokes = strokes }

  var description: String {
    "\(strokes): "
      + (wrong.prefix(12) + (wrong.count > 12 ? ["and \(wrong.count - 12) more"] : [])).joined(
        separator: "\n  ")
  }

  mutating func run(_ scene: InterruptionCase) throws {
    let target = try scene.newTarget()
    for stroke in strokes {
      let (faults, outcome) = try stroke.deliver(scene, target)
      wrong += faults.map { "after \(stroke): \($0)" }
      wrong += try TargetState.faults(target).map { "after \(stroke): \($0)" }
      if outcome.code == 4 {
        wrong += scene.expected.differences(to: try TargetState(target, report: try outcome.json()))
        return
      }
      struck.append(stroke)
      // Nothing is left to stop: a next run would be a new one.
      if try scene.state(of: target) == "done" { break }
    }
    wrong += try scene.differencesAfterResuming(target)
  }
}
