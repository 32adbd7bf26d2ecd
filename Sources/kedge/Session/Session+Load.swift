internal import Backfill
internal import CommandLine

/// What the options about load ask for.
extension Session {
  func applyLoadOptions(to options: inout BackfillOptions) throws {
    options.rate = command.integer("rate")
    options.sourceCursors = command.integer("source-cursors")
    if let text = command.value("between") {
      guard let window = MaintenanceWindow(text) else {
        throw UsageProblem(
          "--between takes two different times of the day such as 01:00-05:00, not '\(text)'")
      }
      options.window = window
    }
    options.loadLimits.lag = try seconds("max-lag") ?? options.loadLimits.lag
    options.loadLimits.latency = try seconds("max-latency") ?? options.loadLimits.latency
    if let text = command.value("max-checkpoints") {
      let count = Int(text)
      guard text == "off" || (count ?? 0) > 0 else {
        throw UsageProblem("--max-checkpoints takes a whole number of at least 1, or 'off', not '\(text)'")
      }
      options.loadLimits.checkpoints = count
    }
  }

  /// A time that may be switched off: nil when it isn't given, nil inside when it is off.
  private func seconds(_ option: String) throws -> Double?? {
    guard let text = command.value(option) else { return nil }
    if text == "off" { return .some(nil) }
    guard let time = DurationText.parse(text), time > .zero else {
      throw UsageProblem("--\(option) takes a time such as '500ms', '30s' or '5m', or 'off', not '\(text)'")
    }
    return time / .seconds(1)
  }
}
