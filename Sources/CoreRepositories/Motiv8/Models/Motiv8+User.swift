public import Database
public import Foundation

extension Motiv8 {
  /// An account.
  public struct User: Sendable, Equatable {
    /// Trimmed and in lower case; no two people share one.
    public var email: String
    /// A hash, never a password.
    public var passwordHash: String?
    /// What others see.
    public var name: String?
    /// Whether they are of the house.
    public var isAdmin: Bool
    /// What they have bought.
    public var plan: UserPlan
    /// Dollars, two decimals.
    public var balance: Decimal
    /// For how many days in a row they came.
    public var streakDays: Int
    /// What they have chosen.
    public var preferences: JSONText?
    /// When they came last.
    public var lastSeenAt: Date?

    /// From its parts.
    public init(
      email: String, passwordHash: String? = nil, name: String? = nil, isAdmin: Bool = false,
      plan: UserPlan = .free, balance: Decimal = 0, streakDays: Int = 0, preferences: JSONText? = nil,
      lastSeenAt: Date? = nil
    ) {
      self.email = email
      self.passwordHash = passwordHash
      self.name = name
      self.isAdmin = isAdmin
      self.plan = plan
      self.balance = balance
      self.streakDays = streakDays
      self.preferences = preferences
      self.lastSeenAt = lastSeenAt
    }
  }
}

extension Motiv8.User: RecordContent {
  static let columns = [
    "email", "password_hash", "name", "is_admin", "plan", "balance", "streak_days", "preferences",
    "last_seen_at",
  ]

  var values: [DatabaseValue] {
    [
      email.databaseValue, passwordHash.databaseValue, name.databaseValue, isAdmin.databaseValue,
      plan.databaseValue, balance.databaseValue, streakDays.databaseValue, preferences.databaseValue,
      lastSeenAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      email: try row["email"], passwordHash: try row["password_hash"], name: try row["name"],
      isAdmin: try row["is_admin"], plan: try row["plan"], balance: try row["balance"],
      streakDays: try row["streak_days"], preferences: try row["preferences"],
      lastSeenAt: try row["last_seen_at"])
  }
}
