public import Database
public import Foundation
public import Mapping

extension Sendfx {
  /// A person who logs in.
  public struct User: Sendable, Equatable {
    /// Trimmed and in lower case; no two people share one.
    public var email: String
    /// A hash, never a password.
    public var passwordHash: String?
    /// What others see.
    public var displayName: String?
    /// At most 32 characters.
    public var phone: String?
    /// What they say of themselves.
    public var bio: String?
    /// Where the picture is.
    public var avatarURL: String?
    /// Such as `en` or `pt-BR`.
    public var locale: String?
    /// A name such as `Europe/Lisbon`.
    public var timezone: String?
    /// The day of birth.
    public var born: CalendarDay?
    /// What they may do in the whole application.
    public var role: UserRole
    /// Whether they may log in.
    public var isActive: Bool
    /// Whether the address is known to be theirs.
    public var isEmailVerified: Bool?
    /// Dollars, four decimals.
    public var balance: Decimal?
    /// How often they logged in.
    public var loginCount: Int?
    /// What another system calls them.
    public var externalID: UUID?
    /// Words that the application put on them.
    public var tags: [String]?
    /// Free settings, read as a whole.
    public var settings: JSONText?
    /// The tier that they bought.
    public var tierID: String?
    /// When they logged in last.
    public var lastLoginAt: Date?

    /// From its parts.
    public init(
      email: String, passwordHash: String? = nil, displayName: String? = nil, phone: String? = nil,
      bio: String? = nil, avatarURL: String? = nil, locale: String? = "en", timezone: String? = nil,
      born: CalendarDay? = nil, role: UserRole = .user, isActive: Bool = true, isEmailVerified: Bool? = false,
      balance: Decimal? = 0, loginCount: Int? = 0, externalID: UUID? = nil, tags: [String]? = nil,
      settings: JSONText? = nil, tierID: String? = nil, lastLoginAt: Date? = nil
    ) {
      self.email = email
      self.passwordHash = passwordHash
      self.displayName = displayName
      self.phone = phone
      self.bio = bio
      self.avatarURL = avatarURL
      self.locale = locale
      self.timezone = timezone
      self.born = born
      self.role = role
      self.isActive = isActive
      self.isEmailVerified = isEmailVerified
      self.balance = balance
      self.loginCount = loginCount
      self.externalID = externalID
      self.tags = tags
      self.settings = settings
      self.tierID = tierID
      self.lastLoginAt = lastLoginAt
    }
  }
}

extension Sendfx.User: RecordContent {
  static let columns = [
    "email", "password_hash", "display_name", "phone", "bio", "avatar_url", "locale", "timezone", "born",
    "role", "is_active", "email_verified", "balance", "login_count", "external_id", "tags", "settings",
    "tier_id", "last_login_at",
  ]

  var values: [DatabaseValue] {
    [
      email.databaseValue, passwordHash.databaseValue, displayName.databaseValue, phone.databaseValue,
      bio.databaseValue, avatarURL.databaseValue, locale.databaseValue, timezone.databaseValue,
      born.databaseValue, role.databaseValue, isActive.databaseValue, isEmailVerified.databaseValue,
      balance.databaseValue, loginCount.databaseValue, externalID.databaseValue,
      tags.map { TextArray($0) }.databaseValue, settings.databaseValue, tierID.databaseValue,
      lastLoginAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      email: try row["email"], passwordHash: try row["password_hash"], displayName: try row["display_name"],
      phone: try row["phone"], bio: try row["bio"], avatarURL: try row["avatar_url"],
      locale: try row["locale"], timezone: try row["timezone"], born: try row["born"], role: try row["role"],
      isActive: try row["is_active"], isEmailVerified: try row["email_verified"], balance: try row["balance"],
      loginCount: try row["login_count"], externalID: try row["external_id"],
      tags: try row["tags", as: TextArray?.self]?.texts, settings: try row["settings"],
      tierID: try row["tier_id"], lastLoginAt: try row["last_login_at"])
  }
}
