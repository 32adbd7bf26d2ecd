public import Foundation

/// An audit that the catalog remembers.
public struct PastAudit: Sendable, Equatable {
  public var run: Int
  /// `running`, `done`, `failed` or `interrupted`.
  public var state: String
  /// Why it failed.
  public var error: String?
  public var startedAt: Date
  public var finishedAt: Date?
  /// What it found, without the differences themselves; nil for one that has not come to its end, and for those of
  /// versions that kept no report.
  public var report: AuditReport?

  public init(
    run: Int, state: String, error: String? = nil, startedAt: Date, finishedAt: Date? = nil,
    report: AuditReport? = nil
  ) {
    self.run = run
    self.state = state
    self.error = error
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.report = report
  }
}
