internal import Database
public import Foundation

extension Spirits {
  /// A spirit or a bundle that a user bought.
  public struct Purchase: Sendable, Equatable {
    /// Who.
    public var userID: String
    /// The spirit; nil where it was a bundle.
    public var spiritID: String?
    /// The bundle; nil where it was a spirit.
    public var bundleID: String?
    /// What was paid.
    public var price: Decimal
    /// Three letters.
    public var currency: String
    /// Whether it is paid.
    public var status: PurchaseStatus
    /// What the payment provider calls it; no two purchases share one.
    public var paymentID: String?
    /// The payment provider.
    public var provider: String
    /// When it was paid back.
    public var refundedAt: Date?

    /// From its parts.
    public init(
      userID: String, spiritID: String? = nil, bundleID: String? = nil, price: Decimal,
      currency: String = "USD", status: PurchaseStatus = .pending, paymentID: String? = nil,
      provider: String = "stripe", refundedAt: Date? = nil
    ) {
      self.userID = userID
      self.spiritID = spiritID
      self.bundleID = bundleID
      self.price = price
      self.currency = currency
      self.status = status
      self.paymentID = paymentID
      self.provider = provider
      self.refundedAt = refundedAt
    }
  }
}

extension Spirits.Purchase: RecordContent {
  static let columns = [
    "user_id", "spirit_id", "bundle_id", "price", "currency", "status", "payment_id", "provider",
    "refunded_at",
  ]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, spiritID.databaseValue, bundleID.databaseValue, price.databaseValue,
      currency.databaseValue, status.databaseValue, paymentID.databaseValue, provider.databaseValue,
      refundedAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], spiritID: try row["spirit_id"], bundleID: try row["bundle_id"],
      price: try row["price"], currency: try row["currency"], status: try row["status"],
      paymentID: try row["payment_id"], provider: try row["provider"], refundedAt: try row["refunded_at"])
  }
}
