internal import Database
public import Foundation
public import Mapping

extension Spirits {
  /// What a user has subscribed to.
  public struct Subscription: Sendable, Equatable {
    /// Who.
    public var userID: String
    /// To which plan.
    public var planID: String
    /// Whether it holds.
    public var status: SubscriptionStatus
    /// For a period.
    public var price: Decimal
    /// Trimmed and in lower case.
    public var billingEmail: String?
    /// When the present period began.
    public var periodStart: Date
    /// When it ends.
    public var periodEnd: Date
    /// Whether it isn't renewed.
    public var cancelsAtEnd: Bool
    /// Its first day.
    public var startedOn: CalendarDay

    /// From its parts.
    public init(
      userID: String, planID: String, status: SubscriptionStatus, price: Decimal, billingEmail: String? = nil,
      periodStart: Date, periodEnd: Date, cancelsAtEnd: Bool = false, startedOn: CalendarDay
    ) {
      self.userID = userID
      self.planID = planID
      self.status = status
      self.price = price
      self.billingEmail = billingEmail
      self.periodStart = periodStart
      self.periodEnd = periodEnd
      self.cancelsAtEnd = cancelsAtEnd
      self.startedOn = startedOn
    }
  }
}

extension Spirits.Subscription: RecordContent {
  static let columns = [
    "user_id", "plan_id", "status", "price", "billing_email", "period_start", "period_end", "cancels_at_end",
    "started_on",
  ]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, planID.databaseValue, status.databaseValue, price.databaseValue,
      billingEmail.databaseValue, periodStart.databaseValue, periodEnd.databaseValue,
      cancelsAtEnd.databaseValue, startedOn.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], planID: try row["plan_id"], status: try row["status"],
      price: try row["price"], billingEmail: try row["billing_email"], periodStart: try row["period_start"],
      periodEnd: try row["period_end"], cancelsAtEnd: try row["cancels_at_end"],
      startedOn: try row["started_on"])
  }
}
