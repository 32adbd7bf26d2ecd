public import Database

extension Spirits {
  /// A change of somebody's points.
  public struct PointsTransaction: Sendable, Equatable {
    /// Whose.
    public var userID: String
    /// How many; less than zero where they were spent.
    public var amount: Int
    /// Why they changed.
    public var kind: PointsKind
    /// In words.
    public var reason: String?
    /// What else is known.
    public var detail: JSONText?

    /// From its parts.
    public init(userID: String, amount: Int, kind: PointsKind, reason: String? = nil, detail: JSONText? = nil)
    {
      self.userID = userID
      self.amount = amount
      self.kind = kind
      self.reason = reason
      self.detail = detail
    }
  }
}

extension Spirits.PointsTransaction: RecordContent {
  static let columns = ["user_id", "amount", "kind", "reason", "detail"]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, amount.databaseValue, kind.databaseValue, reason.databaseValue,
      detail.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], amount: try row["amount"], kind: try row["kind"], reason: try row["reason"],
      detail: try row["detail"])
  }
}
