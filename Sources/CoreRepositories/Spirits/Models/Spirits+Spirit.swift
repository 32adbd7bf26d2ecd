internal import Database
public import Foundation

extension Spirits {
  /// A spirit that users can have; its key is a word.
  public struct Spirit: Sendable, Equatable {
    /// Its number in the old application.
    public var legacyID: Int
    /// What people see; no two spirits share one.
    public var name: String
    /// What it is good at.
    public var category: SpiritCategory
    /// What it takes to have it.
    public var tier: SpiritTier
    /// Dollars.
    public var price: Decimal
    /// Points.
    public var pointsPrice: Int
    /// What it does.
    public var description: String?
    /// Whether it is on offer.
    public var isActive: Bool

    /// From its parts.
    public init(
      legacyID: Int, name: String, category: SpiritCategory, tier: SpiritTier, price: Decimal,
      pointsPrice: Int, description: String? = nil, isActive: Bool = true
    ) {
      self.legacyID = legacyID
      self.name = name
      self.category = category
      self.tier = tier
      self.price = price
      self.pointsPrice = pointsPrice
      self.description = description
      self.isActive = isActive
    }
  }
}

extension Spirits.Spirit: RecordContent {
  static let columns = [
    "legacy_id", "name", "category", "tier", "price", "points_price", "description", "is_active",
  ]

  var values: [DatabaseValue] {
    [
      legacyID.databaseValue, name.databaseValue, category.databaseValue, tier.databaseValue,
      price.databaseValue, pointsPrice.databaseValue, description.databaseValue, isActive.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      legacyID: try row["legacy_id"], name: try row["name"], category: try row["category"],
      tier: try row["tier"], price: try row["price"], pointsPrice: try row["points_price"],
      description: try row["description"], isActive: try row["is_active"])
  }
}
