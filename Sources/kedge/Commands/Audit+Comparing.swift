internal import Audit
internal import CommandLine
internal import Foundation

/// What the options about comparing ask for.
extension Session {
  func applyComparingOptions(to options: inout AuditOptions) throws {
    options.workers = command.integer("workers") ?? ProcessInfo.processInfo.activeProcessorCount
    options.chunkSize = command.integer("chunk-size") ?? options.chunkSize
    options.margin = Double(command.integer("margin") ?? 5)
    options.isNew = command.flag("new")
    options.seed = command.integer("seed")
    if let text = command.value("sample") {
      guard let share = Self.share(text) else {
        throw UsageProblem("--sample takes a share such as 1%, 0.1% or 0.01, not '\(text)'")
      }
      options.sample = share
    }
    if options.seed != nil, options.sample == nil {
      throw UsageProblem("--seed is for a sample; give --sample SHARE, too")
    }
    if let text = command.value("budget"), let time = DurationText.parse(text) {
      options.budget = DurationText.seconds(time)
    }
  }

  /// `1%` or `0.01`: above 0 and up to 1.
  static func share(_ text: String) -> Double? {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.dropLast()) : text) else { return nil }
    let share = isPercent ? number / 100 : number
    return share > 0 && share <= 1 ? share : nil
  }
}
