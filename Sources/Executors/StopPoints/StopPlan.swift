/// What happens at which stop points of this process, as `KEDGE_STOP_POINT` says it.
///
/// A list of `POINT[@N]:ACTION`, separated by commas: at the Nth time (the first, without a number) that any thread
/// reaches POINT, do ACTION. `any` is every point, counted together. For example `before-commit@3:kill`.
public struct StopPlan: Sendable {
  /// What can happen at a point.
  public enum Action: String, CaseIterable, Sendable {
    /// The process sends itself SIGKILL, and goes no further.
    case kill
    /// The process sends itself SIGINT, as Ctrl-C does, and goes on.
    case interrupt
    /// The process sends itself SIGTERM, and goes on.
    case terminate
    /// The thread says so on standard error and waits, as does any other that comes later, until the file that
    /// `KEDGE_STOP_FILE` names isn't there (any more); without the variable, for ever.
    case block
    /// When the process ends, it says how often each of these points was reached.
    case count
  }

  struct Step: Sendable {
    /// Nil for any.
    var point: StopPoint?
    var number: Int
    var action: Action
  }

  let steps: [Step]
  /// Blocked threads wait while it is there.
  let file: String?

  /// Reads the value of `KEDGE_STOP_POINT`.
  ///
  /// - Parameter file: the value of `KEDGE_STOP_FILE`.
  /// - Throws: ``StopPlanError``.
  public init(_ text: String, file: String?) throws(StopPlanError) {
    var steps: [Step] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      steps.append(try Self.step(String(word), in: text))
    }
    self.steps = steps
    self.file = file
  }

  private static func step(_ word: String, in text: String) throws(StopPlanError) -> Step {
    let halves = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2, let action = Action(rawValue: halves[1]) else {
      throw StopPlanError(text: text, problem: .action(word))
    }
    let place = halves[0].split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard place.count <= 2, let name = place.first else {
      throw StopPlanError(text: text, problem: .action(word))
    }
    let point = StopPoint(rawValue: name)
    guard point != nil || name == "any" else { throw StopPlanError(text: text, problem: .point(name)) }
    guard place.count == 2 else { return Step(point: point, number: 1, action: action) }
    guard let number = Int(place[1]), number > 0 else {
      throw StopPlanError(text: text, problem: .number(place[1]))
    }
    return Step(point: point, number: number, action: action)
  }

  /// Makes this the process' plan. Call it once, before the process has a second thread.
  public func arm() {
    StopState.begin(self)
    StopPoint.armed = true
  }
}

/// `KEDGE_STOP_POINT` can't be understood.
public struct StopPlanError: Error, Sendable, CustomStringConvertible {
  enum Problem: Sendable {
    case point(String), number(String), action(String)
  }
  let text: String
  let problem: Problem

  /// The error as a sentence that says what to write.
  public var description: String {
    let actions = StopPlan.Action.allCases.map(\.rawValue).joined(separator: ", ")
    let start = "KEDGE_STOP_POINT is \"\(text)\", where "
    return switch problem {
    case .point(let name):
      start + "\"\(name)\" is no stop point; they are: any, "
        + StopPoint.allCases.map(\.rawValue).joined(separator: ", ")
    case .number(let number): start + "\"\(number)\" should be a whole number from 1 on"
    case .action(let word):
      start + "\"\(word)\" should be POINT:ACTION or POINT@N:ACTION; actions are: \(actions)"
    }
  }
}
