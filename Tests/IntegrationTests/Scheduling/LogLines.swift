import CommandLine
import Progress
import Synchronization

/// What a log was told, for a test to look at.
final class LogLines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }
  var text: String { all.joined(separator: "\n") }

  /// A log that says everything.
  var log: Log {
    Log(level: .verbose, style: ANSIStyle(isEnabled: false)) { line in self.lines.withLock { $0.append(line) }
    }
  }
}
