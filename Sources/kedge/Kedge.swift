internal import CommandLine
internal import Executors
internal import Foundation
internal import Progress

/// The command `kedge`: parses, then runs one command on a thread of its own.
@main
enum Kedge {
  static func main() async {
    // A reader that goes away (`kedge … | head`) is an ordinary write error, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    let environment = ProcessInfo.processInfo.environment
    armStopPoints(environment)
    let isTerminal = Terminal.isTerminal(STDOUT_FILENO)
    let color = ANSIStyle(
      isTerminal: isTerminal, environment: environment, noColor: arguments.contains("--no-color")
    ).isEnabled
    let width = Terminal.width(STDOUT_FILENO) ?? Terminal.usualWidth
    switch kedgeProgram.parse(arguments, width: width, color: color) {
    case .help(let text), .version(let text):
      Terminal.write(text, to: STDOUT_FILENO)
      exit(0)
    case .usageError(let text):
      Terminal.write(text, to: STDERR_FILENO)
      exit(2)
    case .run(let command):
      exit(await run(command, environment: environment))
    }
  }

  /// What a test wants to happen at named points of the engine: before there is a second thread.
  private static func armStopPoints(_ environment: [String: String]) {
    guard let text = environment["KEDGE_STOP_POINT"], !text.isEmpty else { return }
    do throws(StopPlanError) {
      try StopPlan(text, file: environment["KEDGE_STOP_FILE"]).arm()
    } catch {
      Terminal.write("kedge: error: \(error)\n", to: STDERR_FILENO)
      exit(ExitCode.usage)
    }
  }

  private static func run(_ command: ParsedCommand, environment: [String: String]) async -> Int32 {
    let stop = StopFlag.onInterrupt()
    do {
      return try await BlockingThread.run(name: "kedge") {
        let session = Session(command: command, environment: environment, stop: stop)
        return session.run()
      }
    } catch {
      Terminal.write("kedge: error: \(error)\n", to: STDERR_FILENO)
      return 1
    }
  }
}

/// What `kedge` ends with; see PRODUCT's list in `--help`.
enum ExitCode {
  static let done: Int32 = 0
  static let failed: Int32 = 1
  static let usage: Int32 = 2
  static let drift: Int32 = 3
  static let quarantined: Int32 = 4
  static let refused: Int32 = 5
  static let interrupted: Int32 = 130
}
