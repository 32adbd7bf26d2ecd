public import Database

extension Sendfx {
  /// Where people work together.
  public struct Workspace: Sendable, Equatable {
    /// What it is called.
    public var name: String
    /// Its part of URLs: lower-case words with hyphens; no two workspaces share one.
    public var slug: String
    /// What it is for.
    public var description: String?
    /// The customer's trade.
    public var industry: String?
    /// Whose it is.
    public var ownerID: String
    /// The tier that was bought for it.
    public var tierID: String?
    /// Such as `#1a2b3c`.
    public var brandColor: String?
    /// Where the logo is.
    public var logoURL: String?
    /// A name such as `Europe/Lisbon`.
    public var timezone: String?
    /// Whether it was put away.
    public var isArchived: Bool?
    /// At most so many contacts; nil where the tier says.
    public var contactLimit: Int?
    /// At most so many messages a month; nil where the tier says.
    public var messageLimit: Int?
    /// Free settings, read as a whole.
    public var settings: JSONText?

    /// From its parts.
    public init(
      name: String, slug: String, description: String? = nil, industry: String? = nil, ownerID: String,
      tierID: String? = nil, brandColor: String? = nil, logoURL: String? = nil, timezone: String? = "UTC",
      isArchived: Bool? = false, contactLimit: Int? = nil, messageLimit: Int? = nil, settings: JSONText? = nil
    ) {
      self.name = name
      self.slug = slug
      self.description = description
      self.industry = industry
      self.ownerID = ownerID
      self.tierID = tierID
      self.brandColor = brandColor
      self.logoURL = logoURL
      self.timezone = timezone
      self.isArchived = isArchived
      self.contactLimit = contactLimit
      self.messageLimit = messageLimit
      self.settings = settings
    }
  }
}

extension Sendfx.Workspace: RecordContent {
  static let columns = [
    "name", "slug", "description", "industry", "owner_id", "tier_id", "brand_color", "logo_url", "timezone",
    "is_archived", "contact_limit", "message_limit", "settings",
  ]

  var values: [DatabaseValue] {
    [
      name.databaseValue, slug.databaseValue, description.databaseValue, industry.databaseValue,
      ownerID.databaseValue, tierID.databaseValue, brandColor.databaseValue, logoURL.databaseValue,
      timezone.databaseValue, isArchived.databaseValue, contactLimit.databaseValue,
      messageLimit.databaseValue, settings.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      name: try row["name"], slug: try row["slug"], description: try row["description"],
      industry: try row["industry"], ownerID: try row["owner_id"], tierID: try row["tier_id"],
      brandColor: try row["brand_color"], logoURL: try row["logo_url"], timezone: try row["timezone"],
      isArchived: try row["is_archived"], contactLimit: try row["contact_limit"],
      messageLimit: try row["message_limit"], settings: try row["settings"])
  }
}
