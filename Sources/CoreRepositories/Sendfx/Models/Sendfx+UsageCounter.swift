internal import Database
public import Foundation

extension Sendfx {
  /// How much of something a workspace used in a month.
  public struct UsageCounter: Sendable, Equatable {
    /// Whose it is.
    public var workspaceID: String
    /// What is counted.
    public var metric: UsageMetric
    /// The month.
    public var period: UsagePeriod
    /// How much.
    public var used: Int
    /// At most so much; nil for no limit.
    public var allowance: Int?
    /// When it begins anew.
    public var resetsAt: Date?

    /// From its parts.
    public init(
      workspaceID: String, metric: UsageMetric, period: UsagePeriod, used: Int = 0, allowance: Int? = nil,
      resetsAt: Date? = nil
    ) {
      self.workspaceID = workspaceID
      self.metric = metric
      self.period = period
      self.used = used
      self.allowance = allowance
      self.resetsAt = resetsAt
    }
  }
}

extension Sendfx.UsageCounter: RecordContent {
  static let columns = ["workspace_id", "metric", "period", "used", "allowance", "resets_at"]

  var values: [DatabaseValue] {
    [
      workspaceID.databaseValue, metric.databaseValue, period.databaseValue, used.databaseValue,
      allowance.databaseValue, resetsAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      workspaceID: try row["workspace_id"], metric: try row["metric"], period: try row["period"],
      used: try row["used"], allowance: try row["allowance"], resetsAt: try row["resets_at"])
  }
}
