internal import Database
public import Foundation

extension I2I {
  /// Somebody with an account.
  public struct User: Sendable, Equatable {
    /// Trimmed and in lower case; no two people share one.
    public var email: String
    /// A bcrypt hash of twelve rounds, as `$2b$12$…`.
    public var passwordHash: String
    /// What others see.
    public var displayName: String?
    /// What they may do.
    public var role: UserRole
    /// Whether they may have images made.
    public var isWhitelisted: Bool
    /// When they logged in last.
    public var lastLoginAt: Date?

    /// From its parts.
    public init(
      email: String, passwordHash: String, displayName: String? = nil, role: UserRole = .user,
      isWhitelisted: Bool = false, lastLoginAt: Date? = nil
    ) {
      self.email = email
      self.passwordHash = passwordHash
      self.displayName = displayName
      self.role = role
      self.isWhitelisted = isWhitelisted
      self.lastLoginAt = lastLoginAt
    }
  }
}

extension I2I.User: RecordContent {
  static let columns = ["email", "password_hash", "display_name", "role", "is_whitelisted", "last_login_at"]

  var values: [DatabaseValue] {
    [
      email.databaseValue, passwordHash.databaseValue, displayName.databaseValue, role.databaseValue,
      isWhitelisted.databaseValue, lastLoginAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      email: try row["email"], passwordHash: try row["password_hash"], displayName: try row["display_name"],
      role: try row["role"], isWhitelisted: try row["is_whitelisted"], lastLoginAt: try row["last_login_at"])
  }
}
