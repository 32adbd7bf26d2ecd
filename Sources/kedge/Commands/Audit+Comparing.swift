internal import Audit
internal import CommandLine
internal import Foundation

/// What the options about comparing ask for, and what is to be said of an audit that didn't look at everything.
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

  /// Lines for a person: what a sample tells, and where the time budget ended.
  func coverageLines(_ report: AuditReport) -> [String] {
    var lines: [String] = []
    for entity in report.entities {
      if let bound = entity.bound {
        var line =
          "\(entity.entity): \(bound.sampled) of \(bound.population) records looked at, \(bound.drifting) with drift;"
          + " with \(Self.percent(bound.confidence)) confidence at most \(Self.percent(bound.upperShare)) of all drift"
          + " (seed \(bound.seed))"
        if !bound.coversExtras {
          line += "; its keys don't sort as the source does, so extra rows aren't in the sample"
        }
        lines.append(line)
      }
      if entity.coverage < 1 {
        lines.append("\(entity.entity): \(Self.percent(entity.coverage)) compared when the time was up")
      }
    }
    if !report.isComplete {
      lines.append("the time budget ended; the next audit with the same options goes on from here")
    }
    return lines
  }

  private static func percent(_ share: Double) -> String {
    let value = share * 100
    let digits = value == 0 || value >= 10 ? 0 : value >= 1 ? 1 : 3
    return String(format: "%.\(digits)f%%", value)
  }
}
