internal import CommandLine
internal import Progress

/// A command that `/bin/sh` runs, with the audit's JSON on standard input.
///
/// It inherits Kedge's environment, but for what is meant for Kedge alone, and gets `KEDGE_AUDIT_…` besides. What it prints goes
/// to the log. At its limit it is ended, with all that it has started.
public struct CommandHook: Hook {
  /// For `sh -c`.
  public var command: String
  /// Seconds.
  public var limit: Double
  private let environment: [String: String]

  /// Bytes of its output that are logged.
  static let loggedBytes = 16 << 10
  /// Variables that say how Kedge itself is to be told or watched.
  private static let ownVariables = [
    "KEDGE_WEBHOOK_SECRET", "KEDGE_WEBHOOK_URL", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
  ]

  public init(command: String, limit: Double, environment: [String: String]) {
    self.command = command
    self.limit = limit
    self.environment = environment.filter { !Self.ownVariables.contains($0.key) }
  }

  var name: String { "the hook" }

  func tell(_ notice: DriftNotice, log: Log) throws(HookFailure) {
    var variables = environment
    variables["KEDGE_AUDIT_RUN"] = "\(notice.run)"
    variables["KEDGE_AUDIT_SET"] = notice.set
    variables["KEDGE_AUDIT_DRIFT"] = notice.hasDrift ? "1" : "0"
    variables["KEDGE_AUDIT_DIFFERENCES"] = "\(notice.differences)"
    variables["KEDGE_AUDIT_COMPLETE"] = notice.isComplete ? "1" : "0"
    let process = try HookProcess(["/bin/sh", "-c", command], environment: variables)
    let outcome = process.finish(
      input: Array((notice.json + "\n").utf8), limit: limit, kept: Self.loggedBytes)
    for line in String(decoding: outcome.output, as: UTF8.self).split(whereSeparator: \.isNewline) {
      log.info("hook: \(DisplayText.escapingControls(String(line)))")
    }
    if outcome.dropped > 0 { log.info("hook: … and \(ByteText.text(outcome.dropped)) more") }
    switch outcome.ending {
    case .exit(0): return
    case .exit(let code): throw HookFailure("its command ended with exit code \(code)")
    case .signal(let number): throw HookFailure("its command was ended by signal \(number)")
    case .limit:
      throw HookFailure(
        "its command took longer than \(Int(limit)) seconds (--hook-timeout) and was ended, with all that it had started"
      )
    }
  }
}
