import Executors
import Foundation
import Glibc
import TestSupport

/// One way to stop a run before its end.
enum Stroke: CustomStringConvertible {
  /// The process ends itself, or signals itself, at exactly the Nth time that it reaches a stop point.
  case point(String, Int, StopPlan.Action)
  /// A signal from outside, so many seconds after the start.
  case time(Double, Int32)
  /// The process is held at a point and gets this signal twice.
  case twice(String, Int, Int32)

  var description: String {
    switch self {
    case .point(let name, let number, let action): "\(name)@\(number):\(action.rawValue)"
    case .time(let seconds, let signal): "\(Self.name(signal)) after \(String(format: "%.3f", seconds)) s"
    case .twice(let name, let number, let signal): "\(Self.name(signal)) twice at \(name)@\(number)"
    }
  }

  private static func name(_ signal: Int32) -> String {
    [SIGKILL: "SIGKILL", SIGINT: "SIGINT", SIGTERM: "SIGTERM"][signal] ?? "signal \(signal)"
  }

  /// Where it struck, for a table of all.
  var place: String {
    switch self {
    case .point(let name, _, let action): "\(name):\(action.rawValue)"
    case .time(_, let signal): "\(Self.name(signal)) at a time"
    case .twice(_, _, let signal): "\(Self.name(signal)) twice"
    }
  }

  /// Starts a run, stops it, and says what is wrong with how it ended.
  ///
  /// - Returns: what is wrong, and whether the run had come to its end before it could be stopped.
  func deliver(_ scene: InterruptionCase, _ target: TestPostgres) throws -> (
    wrong: [String], outcome: Program.Outcome
  ) {
    switch self {
    case .point(let name, let number, let action):
      let outcome = try scene.start(target, ["KEDGE_STOP_POINT": "\(name)@\(number):\(action.rawValue)"])
        .finish()
      return (Self.judge(outcome, isKill: action == .kill), outcome)
    case .time(let seconds, let signal):
      let running = try scene.start(target)
      // The time is the experiment, not a wait for something.
      Thread.sleep(forTimeInterval: seconds)
      running.send(signal)
      let outcome = try running.finish()
      if outcome.code == signal, try scene.state(of: target) == nil {
        // Before the program could say what the signal means to it: nothing had begun.
        return ([], outcome)
      }
      return (Self.judge(outcome, isKill: signal == SIGKILL), outcome)
    case .twice(let name, let number, let signal):
      let folder = try TemporaryFolder()
      let file = try folder.write("hold", "")
      let running = try scene.start(
        target, ["KEDGE_STOP_POINT": "\(name)@\(number):block", "KEDGE_STOP_FILE": file])
      while running.isRunning, !(try running.errors().contains("kedge: stop point ")) { usleep(2000) }
      // It may also have come to its end before that many points.
      running.send(signal)
      running.send(signal)
      // The second one ends it at once, although it is held; where both came as one, it must be let go.
      let limit = Date(timeIntervalSinceNow: 0.5)
      while running.isRunning, Date() < limit { usleep(2000) }
      try FileManager.default.removeItem(atPath: file)
      let outcome = try running.finish()
      return (
        outcome.code == 130 || outcome.code == 4 ? [] : ["it ended with \(outcome.code): \(outcome.errors)"],
        outcome
      )
    }
  }

  private static func judge(_ outcome: Program.Outcome, isKill: Bool) -> [String] {
    // 4: it was done before, with records in quarantine.
    if outcome.code == 4 { return [] }
    if isKill { return outcome.code == SIGKILL ? [] : ["it ended with \(outcome.code): \(outcome.errors)"] }
    guard outcome.code == 130 else {
      return ["it ended with \(outcome.code) instead of 130: \(outcome.errors)"]
    }
    return outcome.errors.contains("run the same command again")
      ? [] : ["it doesn't say how to go on: \(outcome.errors)"]
  }
}
