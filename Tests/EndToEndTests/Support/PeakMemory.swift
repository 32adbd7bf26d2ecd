import Foundation
import TestSupport
import Testing

/// Runs kedge under a small program that says how much memory it had at its peak.
enum PeakMemory {
  private static let meter = """
    import resource, subprocess, sys
    code = subprocess.call(sys.argv[1:])
    print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
    sys.exit(code)
    """

  /// Starts kedge.
  static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Program.Running {
    try Program(path: "/usr/bin/env").start(
      ["python3", "-c", meter, Program.kedge.path] + arguments, environment: environment)
  }

  /// Waits for its end, and returns its peak resident memory in kilobytes, too.
  static func finish(_ running: Program.Running) throws -> (outcome: Program.Outcome, peak: Int) {
    let outcome = try running.finish()
    let line = try #require(outcome.errors.split(separator: "\n").last { $0.hasPrefix("peak ") })
    return (outcome, try #require(Int(line.dropFirst("peak ".count))))
  }

  /// Runs kedge to its end.
  static func run(_ arguments: [String]) throws -> (outcome: Program.Outcome, peak: Int) {
    try finish(try start(arguments))
  }
}
