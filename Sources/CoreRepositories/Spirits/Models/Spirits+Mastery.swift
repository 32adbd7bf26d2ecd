internal import Database
public import Foundation

extension Spirits {
  /// How far a minion has come with a spirit.
  public struct Mastery: Sendable, Equatable {
    /// The minion.
    public var minionID: String
    /// The spirit.
    public var spiritID: String
    /// From 1 to 100.
    public var level: Int
    /// Experience: level n is reached with 100 (n - 1)².
    public var xp: Int
    /// When it was used last.
    public var lastUsedAt: Date?

    /// From its parts.
    public init(minionID: String, spiritID: String, level: Int = 1, xp: Int = 0, lastUsedAt: Date? = nil) {
      self.minionID = minionID
      self.spiritID = spiritID
      self.level = level
      self.xp = xp
      self.lastUsedAt = lastUsedAt
    }
  }
}

extension Spirits.Mastery: RecordContent {
  static let columns = ["minion_id", "spirit_id", "level", "xp", "last_used_at"]

  var values: [DatabaseValue] {
    [
      minionID.databaseValue, spiritID.databaseValue, level.databaseValue, xp.databaseValue,
      lastUsedAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      minionID: try row["minion_id"], spiritID: try row["spirit_id"], level: try row["level"],
      xp: try row["xp"], lastUsedAt: try row["last_used_at"])
  }
}
