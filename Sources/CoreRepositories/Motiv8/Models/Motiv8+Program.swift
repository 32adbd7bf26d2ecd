internal import Database

extension Motiv8 {
  /// What a goal can follow; its key is a word.
  public struct Program: Sendable, Equatable {
    /// What people see.
    public var title: String
    /// What it is for.
    public var category: String
    /// How long it takes, one or more.
    public var days: Int
    /// Whether new goals can follow it.
    public var isActive: Bool

    /// From its parts.
    public init(title: String, category: String, days: Int, isActive: Bool = true) {
      self.title = title
      self.category = category
      self.days = days
      self.isActive = isActive
    }
  }
}

extension Motiv8.Program: RecordContent {
  static let columns = ["title", "category", "days", "is_active"]

  var values: [DatabaseValue] {
    [title.databaseValue, category.databaseValue, days.databaseValue, isActive.databaseValue]
  }

  init(row: Row) throws {
    self.init(
      title: try row["title"], category: try row["category"], days: try row["days"],
      isActive: try row["is_active"])
  }
}
