public import Database

extension Spirits {
  /// A helper that carries spirits.
  public struct Minion: Sendable, Equatable {
    /// Whose it is.
    public var userID: String
    /// No two of a user share one, in whatever case.
    public var name: String
    /// What it is good at.
    public var kind: MinionClass
    /// The language model that it thinks with.
    public var model: String?
    /// Free settings, read as a whole.
    public var settings: JSONText?
    /// Whether it works.
    public var isActive: Bool
    /// Its number in the old application.
    public var legacyID: Int?

    /// From its parts.
    public init(
      userID: String, name: String, kind: MinionClass = .generalist, model: String? = nil,
      settings: JSONText? = nil, isActive: Bool = true, legacyID: Int? = nil
    ) {
      self.userID = userID
      self.name = name
      self.kind = kind
      self.model = model
      self.settings = settings
      self.isActive = isActive
      self.legacyID = legacyID
    }
  }
}

extension Spirits.Minion: RecordContent {
  static let columns = ["user_id", "name", "class", "model", "settings", "is_active", "legacy_id"]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, name.databaseValue, kind.databaseValue, model.databaseValue,
      settings.databaseValue, isActive.databaseValue, legacyID.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], name: try row["name"], kind: try row["class"], model: try row["model"],
      settings: try row["settings"], isActive: try row["is_active"], legacyID: try row["legacy_id"])
  }
}
