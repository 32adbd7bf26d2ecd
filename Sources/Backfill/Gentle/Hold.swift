internal import Foundation

/// Why a worker is not to go on for now.
enum Hold: Equatable {
  /// Somebody asked for it.
  case paused
  /// It isn't the time.
  case closed(until: Date)
  /// The target is under too much load.
  case load(LoadHold)

  /// Whether the run stands still as a whole, so that nothing may stay open in the target or the source.
  var isComplete: Bool {
    if case .load = self { false } else { true }
  }

  /// Whether both are the same kind of hold, whatever its figures.
  func isLike(_ other: Hold?) -> Bool {
    switch (self, other) {
    case (.paused, .paused), (.closed, .closed), (.load, .load): true
    default: false
    }
  }
}

/// How far a process holds back for the target's sake, and why.
struct LoadHold: Equatable {
  /// Workers that may go on.
  var working: Int
  /// All workers of the process.
  var workers: Int
  /// What is over its limit, or was.
  var reason: String

  var text: String { "\(reason); \(workers - working) of \(workers) workers rest" }
}
