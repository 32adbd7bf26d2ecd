import Executors
import Foundation
import Glibc
import TestSupport
import Testing

/// Runs that are stopped at random instants, one or several times, in any way.
///
/// `scripts/interrupt` runs many of them; among the other tests there are a few.
@Suite("Random interruptions")
struct RandomInterruptionTests {
  /// What became of one case's trials.
  private struct Result: Sendable {
    var trials = 0
    var strokes: [String: Int] = [:]
    var mismatches: [String] = []
  }

  @Test("whenever it is stopped, it ends as an uninterrupted run does")
  func anyTime() throws {
    let count = ProcessInfo.processInfo.environment["KEDGE_INTERRUPTIONS"].flatMap(Int.init) ?? 12
    let seed = InterruptionSeed.value
    let kinds = InterruptionCase.Kind.all
    let results = try parallel(kinds.count, name: "interrupt", stop: StopFlag()) { index in
      try Self.trials(kinds[index], numbers: stride(from: index, to: count, by: kinds.count), seed: seed)
    }
    let mismatches = results.flatMap(\.mismatches)
    let strokes = results.reduce(into: [:]) { $0.merge($1.strokes, uniquingKeysWith: +) }
    let places = strokes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    print(
      "interruptions: seed \(seed), \(results.reduce(0) { $0 + $1.trials }) runs, "
        + "\(strokes.values.reduce(0, +)) of them stopped (\(places)), \(mismatches.count) mismatches")
    #expect(mismatches.isEmpty, "seed \(seed):\n\(mismatches.joined(separator: "\n"))")
  }

  private static func trials(_ kind: InterruptionCase.Kind, numbers: StrideTo<Int>, seed: UInt64) throws
    -> Result
  {
    var result = Result()
    let scene = try InterruptionCase(kind)
    for number in numbers {
      // Each trial by itself: the seed and its number make it again.
      var random = SeededRandom(seed: seed, stream: UInt64(number))
      var trial = InterruptionTrial((0..<random.pick([1, 1, 1, 2, 3])).map { _ in stroke(scene, &random) })
      try trial.run(scene)
      result.trials += 1
      for stroke in trial.struck { result.strokes[stroke.place, default: 0] += 1 }
      if !trial.wrong.isEmpty {
        result.mismatches.append(
          "trial \(number), \(kind.testDescription), \(trial)"
        )
      }
    }
    return result
  }

  /// Any way to stop a run: most often SIGKILL at a point, at any of all points, or at a time.
  private static func stroke(_ scene: InterruptionCase, _ random: inout SeededRandom) -> Stroke {
    let points = scene.reached.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let (name, count) = random.pick(points.map { ($0.key, $0.value) })
    let total = points.reduce(0) { $0 + $1.value }
    switch random.below(10) {
    case 0...3: return .point(name, random.within(1...count), .kill)
    case 4: return .point("any", random.within(1...total), .kill)
    case 5: return .point("any", random.within(1...total), random.pick([.interrupt, .terminate]))
    case 6: return .time(seconds(scene, &random), random.pick([SIGINT, SIGTERM]))
    case 7: return .twice("any", random.within(1...total), random.pick([SIGINT, SIGTERM]))
    default: return .time(seconds(scene, &random), SIGKILL)
    }
  }

  private static func seconds(_ scene: InterruptionCase, _ random: inout SeededRandom) -> Double {
    Double(random.below(1001)) / 1000 * scene.seconds * 1.1
  }
}
