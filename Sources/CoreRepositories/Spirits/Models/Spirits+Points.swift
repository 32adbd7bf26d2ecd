internal import Database
public import Mapping

extension Spirits {
  /// What a user has; the key is the user's.
  public struct Points: Sendable, Equatable {
    /// What is left.
    public var balance: Int
    /// All that was ever earned, bonuses and refunds with it.
    public var earned: Int
    /// All that was ever spent.
    public var spent: Int
    /// For how many days in a row something was earned.
    public var streakDays: Int
    /// The last day on which something was.
    public var lastEarnedOn: CalendarDay?

    /// From its parts.
    public init(
      balance: Int = 0, earned: Int = 0, spent: Int = 0, streakDays: Int = 0, lastEarnedOn: CalendarDay? = nil
    ) {
      self.balance = balance
      self.earned = earned
      self.spent = spent
      self.streakDays = streakDays
      self.lastEarnedOn = lastEarnedOn
    }
  }
}

extension Spirits.Points: RecordContent {
  static let columns = ["balance", "earned", "spent", "streak_days", "last_earned_on"]

  var values: [DatabaseValue] {
    [
      balance.databaseValue, earned.databaseValue, spent.databaseValue, streakDays.databaseValue,
      lastEarnedOn.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      balance: try row["balance"], earned: try row["earned"], spent: try row["spent"],
      streakDays: try row["streak_days"], lastEarnedOn: try row["last_earned_on"])
  }
}
