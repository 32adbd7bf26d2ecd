public import Database
public import Foundation
public import Mapping

extension Sendfx {
  /// What a workspace has bought.
  public struct Subscription: Sendable, Equatable {
    /// Whose it is.
    public var workspaceID: String
    /// Who pays.
    public var billingAccountID: String?
    /// What was bought.
    public var tierID: String
    /// Whether it holds.
    public var status: SubscriptionStatus
    /// For a period, two decimals.
    public var amount: Decimal
    /// For how many people.
    public var seats: Int?
    /// Its first day.
    public var startedOn: CalendarDay?
    /// When the present period began.
    public var periodStart: Date?
    /// When it ends.
    public var periodEnd: Date?
    /// When the trial ends.
    public var trialEndsAt: Date?
    /// Whether it isn't renewed.
    public var cancelsAtPeriodEnd: Bool?
    /// In per cent.
    public var discount: Decimal?
    /// What else the payment provider says.
    public var metadata: JSONText?

    /// From its parts.
    public init(
      workspaceID: String, billingAccountID: String? = nil, tierID: String, status: SubscriptionStatus,
      amount: Decimal, seats: Int? = 1, startedOn: CalendarDay? = nil, periodStart: Date? = nil,
      periodEnd: Date? = nil, trialEndsAt: Date? = nil, cancelsAtPeriodEnd: Bool? = false,
      discount: Decimal? = nil, metadata: JSONText? = nil
    ) {
      self.workspaceID = workspaceID
      self.billingAccountID = billingAccountID
      self.tierID = tierID
      self.status = status
      self.amount = amount
      self.seats = seats
      self.startedOn = startedOn
      self.periodStart = periodStart
      self.periodEnd = periodEnd
      self.trialEndsAt = trialEndsAt
      self.cancelsAtPeriodEnd = cancelsAtPeriodEnd
      self.discount = discount
      self.metadata = metadata
    }
  }
}

extension Sendfx.Subscription: RecordContent {
  static let columns = [
    "workspace_id", "billing_account_id", "tier_id", "status", "amount", "seats", "started_on",
    "period_start", "period_end", "trial_ends_at", "cancel_at_period_end", "discount", "metadata",
  ]

  var values: [DatabaseValue] {
    [
      workspaceID.databaseValue, billingAccountID.databaseValue, tierID.databaseValue, status.databaseValue,
      amount.databaseValue, seats.databaseValue, startedOn.databaseValue, periodStart.databaseValue,
      periodEnd.databaseValue, trialEndsAt.databaseValue, cancelsAtPeriodEnd.databaseValue,
      discount.databaseValue, metadata.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      workspaceID: try row["workspace_id"], billingAccountID: try row["billing_account_id"],
      tierID: try row["tier_id"], status: try row["status"], amount: try row["amount"],
      seats: try row["seats"], startedOn: try row["started_on"], periodStart: try row["period_start"],
      periodEnd: try row["period_end"], trialEndsAt: try row["trial_ends_at"],
      cancelsAtPeriodEnd: try row["cancel_at_period_end"], discount: try row["discount"],
      metadata: try row["metadata"])
  }
}
