internal import CommandLine
internal import CoreRepositories
internal import Foundation
internal import Mapping

/// A usage summary for people and for programs.
struct UsageLines {
  typealias Figures = Sendfx.UsageSummary.Figures

  private let summary: Sendfx.UsageSummary
  private let by: String
  private let lines: [(String, Figures)]

  init(_ summary: Sendfx.UsageSummary, by: String) {
    self.summary = summary
    self.by = by
    lines =
      switch by {
      case "model": summary.byModel.map { ($0.model, $0.figures) }
      case "day": summary.byDay.map { ($0.day.description, $0.figures) }
      default: summary.byWriter.map { ($0.writer, $0.figures) }
      }
  }

  func text(style: ANSIStyle) -> String {
    let period =
      switch (shown(summary.from), shown(summary.to)) {
      case (let from?, let to?): "from \(from) until \(to)"
      case (let from?, nil): "from \(from) on"
      case (nil, let to?): "until \(to)"
      case (nil, nil): "altogether"
      }
    guard summary.total.calls > 0 else { return "workspace \(summary.workspaceID), \(period): no calls" }
    var table = TableText([
      by, "calls", "prompt tokens", "completion tokens", "tokens", "cached", "cost (USD)",
    ])
    for (name, figures) in lines + [("total", summary.total)] {
      table.add([
        .text(name), .number(figures.calls), .number(figures.promptTokens), .number(figures.completionTokens),
        .number(figures.totalTokens), .number(figures.cached), .measure(Self.money(figures.estimatedCost)),
      ])
    }
    var text = "workspace \(summary.workspaceID), \(period)\n" + table.text(style: style)
    if summary.total.unpriced > 0 {
      text +=
        (text.hasSuffix("\n") ? "" : "\n")
        + "without a price, and so not in the cost: \(NumberText.grouped(summary.total.unpriced))"
    }
    return text
  }

  func json(set: String) -> JSONValue {
    [
      "ok": true, "set": .string(set), "workspace": .string(summary.workspaceID),
      "from": .optional(shown(summary.from)), "to": .optional(shown(summary.to)), "by": .string(by),
      "total": .object(Self.json(summary.total)),
      "lines": .array(lines.map { name, figures in .object([(by, .string(name))] + Self.json(figures)) }),
    ]
  }

  private static func json(_ figures: Figures) -> [(String, JSONValue)] {
    [
      ("calls", .int(figures.calls)), ("prompt_tokens", .int(figures.promptTokens)),
      ("completion_tokens", .int(figures.completionTokens)), ("total_tokens", .int(figures.totalTokens)),
      ("cached", .int(figures.cached)), ("unpriced", .int(figures.unpriced)),
      // As text, for a number of JSON isn't exact.
      ("estimated_cost", .string(money(figures.estimatedCost))),
    ]
  }

  /// With six decimals, as the table keeps it.
  private static func money(_ amount: Decimal) -> String {
    let parts = amount.description.split(separator: ".", maxSplits: 1)
    let decimals = parts.count > 1 ? String(parts[1]) : ""
    return parts[0] + "." + decimals + String(repeating: "0", count: max(0, 6 - decimals.count))
  }

  private func shown(_ time: Date?) -> String? { time?.formatted(.iso8601) }
}
