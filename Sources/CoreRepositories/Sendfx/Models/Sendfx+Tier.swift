internal import Database
public import Foundation

extension Sendfx {
  /// What a workspace can buy.
  public struct Tier: Sendable, Equatable {
    /// Its short name, in lower case; no two tiers share one.
    public var code: String
    /// What customers see.
    public var name: String
    /// For a month, two decimals.
    public var priceMonthly: Decimal
    /// For a year, two decimals; nil where there is no yearly plan.
    public var priceYearly: Decimal?
    /// Three letters.
    public var currency: String?
    /// What it has.
    public var features: [String]?
    /// Nil for no limit.
    public var maxContacts: Int?
    /// Nil for no limit.
    public var maxMessages: Int?
    /// Whether anybody can buy it.
    public var isPublic: Bool?
    /// Its place in the list.
    public var sortOrder: Int?

    /// From its parts.
    public init(
      code: String, name: String, priceMonthly: Decimal, priceYearly: Decimal? = nil,
      currency: String? = "USD", features: [String]? = nil, maxContacts: Int? = nil, maxMessages: Int? = nil,
      isPublic: Bool? = true, sortOrder: Int? = nil
    ) {
      self.code = code
      self.name = name
      self.priceMonthly = priceMonthly
      self.priceYearly = priceYearly
      self.currency = currency
      self.features = features
      self.maxContacts = maxContacts
      self.maxMessages = maxMessages
      self.isPublic = isPublic
      self.sortOrder = sortOrder
    }
  }
}

extension Sendfx.Tier: RecordContent {
  static let columns = [
    "code", "name", "price_monthly", "price_yearly", "currency", "features", "max_contacts", "max_messages",
    "is_public", "sort_order",
  ]

  var values: [DatabaseValue] {
    [
      code.databaseValue, name.databaseValue, priceMonthly.databaseValue, priceYearly.databaseValue,
      currency.databaseValue, features.map { TextArray($0) }.databaseValue, maxContacts.databaseValue,
      maxMessages.databaseValue, isPublic.databaseValue, sortOrder.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      code: try row["code"], name: try row["name"], priceMonthly: try row["price_monthly"],
      priceYearly: try row["price_yearly"], currency: try row["currency"],
      features: try row["features", as: TextArray?.self]?.texts, maxContacts: try row["max_contacts"],
      maxMessages: try row["max_messages"], isPublic: try row["is_public"], sortOrder: try row["sort_order"])
  }
}
