internal import Database
public import Foundation

extension Spirits {
  /// A subscription that users can have; its key is a word.
  public struct Plan: Sendable, Equatable {
    /// What people see; no two plans share one.
    public var name: String
    /// Which spirits it opens; no two plans share one.
    public var tier: SpiritTier
    /// Dollars for a month.
    public var priceMonthly: Decimal
    /// Dollars for a year.
    public var priceYearly: Decimal
    /// Points that it brings each month.
    public var pointsMonthly: Int
    /// How many minions it allows; nil for any number.
    public var minionLimit: Int?
    /// What it has.
    public var features: [String]
    /// Its place in the list.
    public var sortOrder: Int
    /// Whether it is on offer.
    public var isActive: Bool

    /// From its parts.
    public init(
      name: String, tier: SpiritTier, priceMonthly: Decimal, priceYearly: Decimal, pointsMonthly: Int,
      minionLimit: Int? = nil, features: [String], sortOrder: Int, isActive: Bool = true
    ) {
      self.name = name
      self.tier = tier
      self.priceMonthly = priceMonthly
      self.priceYearly = priceYearly
      self.pointsMonthly = pointsMonthly
      self.minionLimit = minionLimit
      self.features = features
      self.sortOrder = sortOrder
      self.isActive = isActive
    }
  }
}

extension Spirits.Plan: RecordContent {
  static let columns = [
    "name", "tier", "price_monthly", "price_yearly", "points_monthly", "minion_limit", "features",
    "sort_order", "is_active",
  ]

  var values: [DatabaseValue] {
    [
      name.databaseValue, tier.databaseValue, priceMonthly.databaseValue, priceYearly.databaseValue,
      pointsMonthly.databaseValue, minionLimit.databaseValue, TextArray(features).databaseValue,
      sortOrder.databaseValue, isActive.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      name: try row["name"], tier: try row["tier"], priceMonthly: try row["price_monthly"],
      priceYearly: try row["price_yearly"], pointsMonthly: try row["points_monthly"],
      minionLimit: try row["minion_limit"], features: try row["features", as: TextArray.self].texts,
      sortOrder: try row["sort_order"], isActive: try row["is_active"])
  }
}
