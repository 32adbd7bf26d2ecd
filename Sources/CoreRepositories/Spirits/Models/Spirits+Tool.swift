internal import Database

extension Spirits {
  /// Something that a minion can do; its key is a word.
  public struct Tool: Sendable, Equatable {
    /// What people see; no two tools share one.
    public var name: String
    /// What it is for.
    public var category: String
    /// The spirit that brings it; nil where every minion has it.
    public var spiritID: String?
    /// What it does.
    public var description: String
    /// Whether a person is asked each time.
    public var asksFirst: Bool
    /// Whether it is there.
    public var isEnabled: Bool

    /// From its parts.
    public init(
      name: String, category: String, spiritID: String? = nil, description: String, asksFirst: Bool = false,
      isEnabled: Bool = true
    ) {
      self.name = name
      self.category = category
      self.spiritID = spiritID
      self.description = description
      self.asksFirst = asksFirst
      self.isEnabled = isEnabled
    }
  }
}

extension Spirits.Tool: RecordContent {
  static let columns = ["name", "category", "spirit_id", "description", "asks_first", "is_enabled"]

  var values: [DatabaseValue] {
    [
      name.databaseValue, category.databaseValue, spiritID.databaseValue, description.databaseValue,
      asksFirst.databaseValue, isEnabled.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      name: try row["name"], category: try row["category"], spiritID: try row["spirit_id"],
      description: try row["description"], asksFirst: try row["asks_first"], isEnabled: try row["is_enabled"])
  }
}
