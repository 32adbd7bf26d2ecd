internal import Database
public import Foundation

extension Spirits {
  /// A spirit that is open to a user.
  public struct Access: Sendable, Equatable {
    /// To whom.
    public var userID: String
    /// Which.
    public var spiritID: String
    /// Why.
    public var grantedBy: AccessSource
    /// By which purchase.
    public var purchaseID: String?
    /// Until when; nil for good.
    public var expiresAt: Date?

    /// From its parts.
    public init(
      userID: String, spiritID: String, grantedBy: AccessSource, purchaseID: String? = nil,
      expiresAt: Date? = nil
    ) {
      self.userID = userID
      self.spiritID = spiritID
      self.grantedBy = grantedBy
      self.purchaseID = purchaseID
      self.expiresAt = expiresAt
    }
  }
}

extension Spirits.Access: RecordContent {
  static let columns = ["user_id", "spirit_id", "granted_by", "purchase_id", "expires_at"]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, spiritID.databaseValue, grantedBy.databaseValue, purchaseID.databaseValue,
      expiresAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], spiritID: try row["spirit_id"], grantedBy: try row["granted_by"],
      purchaseID: try row["purchase_id"], expiresAt: try row["expires_at"])
  }
}
