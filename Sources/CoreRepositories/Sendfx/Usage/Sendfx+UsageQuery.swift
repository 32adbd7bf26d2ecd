internal import Database
internal import Foundation
internal import Mapping

/// The one aggregate query of a usage summary.
enum UsageQuery {
  /// All four groupings in one pass over the index `(workspace_id, created_at)`. Takes the workspace and the two instants, of which the
  /// second isn't part. Stands behind SELECT.
  static func sql(_ table: String) -> String {
    """
    grouping(writer, model, day) AS grouped, writer, model, day::text AS day, count(*) AS calls, \
    coalesce(sum(prompt_tokens), 0) AS prompt_tokens, coalesce(sum(completion_tokens), 0) AS completion_tokens, \
    coalesce(sum(total_tokens), 0) AS total_tokens, coalesce(sum(estimated_cost), 0) AS estimated_cost, \
    count(*) FILTER (WHERE cached) AS cached, count(*) FILTER (WHERE estimated_cost IS NULL) AS unpriced \
    FROM (SELECT writer, model, (created_at AT TIME ZONE 'UTC')::date AS day, prompt_tokens, completion_tokens, total_tokens, \
    estimated_cost, cached FROM \(table) WHERE workspace_id = $1 AND created_at >= $2::timestamptz \
    AND created_at < $3::timestamptz) AS calls \
    GROUP BY GROUPING SETS ((), (writer), (model), (day)) ORDER BY grouped, writer COLLATE "C", model COLLATE "C", day
    """
  }

  static func parameters(_ workspace: String, _ from: Date?, _ to: Date?) -> [any DatabaseEncodable] {
    [
      workspace, from.map { DatabaseValue.date($0) } ?? .text("-infinity"),
      to.map { DatabaseValue.date($0) } ?? .text("infinity"),
    ]
  }

  static func summary(_ rows: [Row], _ workspace: String, _ from: Date?, _ to: Date?) throws
    -> Sendfx.UsageSummary
  {
    var summary = Sendfx.UsageSummary(workspaceID: workspace, from: from, to: to)
    for row in rows {
      let figures = try self.figures(row)
      // A bit is set for each column that isn't grouped by.
      switch try row["grouped", as: Int.self] {
      case 0b111: summary.total = figures
      case 0b011: summary.byWriter.append((try row["writer"], figures))
      case 0b101: summary.byModel.append((try row["model"], figures))
      default: summary.byDay.append((try row["day"], figures))
      }
    }
    return summary
  }

  private static func figures(_ row: Row) throws -> Sendfx.UsageSummary.Figures {
    var figures = Sendfx.UsageSummary.Figures()
    figures.calls = try row["calls"]
    figures.promptTokens = try row["prompt_tokens"]
    figures.completionTokens = try row["completion_tokens"]
    figures.totalTokens = try row["total_tokens"]
    figures.estimatedCost = try row["estimated_cost"]
    figures.cached = try row["cached"]
    figures.unpriced = try row["unpriced"]
    return figures
  }
}
