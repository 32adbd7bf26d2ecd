internal import Database
public import Foundation
public import Mapping

extension Motiv8 {
  /// What somebody wants to reach.
  public struct Goal: Sendable, Equatable {
    /// Who.
    public var userID: Int
    /// The program that they follow.
    public var program: String?
    /// In words.
    public var title: String
    /// How much, three decimals.
    public var target: Decimal?
    /// From 0 to 1, four decimals.
    public var progress: Decimal
    /// Whether it is reached.
    public var isDone: Bool
    /// Words that they put on it.
    public var tags: [String]?
    /// Until when.
    public var dueOn: CalendarDay?

    /// From its parts.
    public init(
      userID: Int, program: String? = nil, title: String, target: Decimal? = nil, progress: Decimal = 0,
      isDone: Bool = false, tags: [String]? = nil, dueOn: CalendarDay? = nil
    ) {
      self.userID = userID
      self.program = program
      self.title = title
      self.target = target
      self.progress = progress
      self.isDone = isDone
      self.tags = tags
      self.dueOn = dueOn
    }
  }
}

extension Motiv8.Goal: RecordContent {
  static let columns = ["user_id", "program", "title", "target", "progress", "is_done", "tags", "due_on"]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, program.databaseValue, title.databaseValue, target.databaseValue,
      progress.databaseValue, isDone.databaseValue, tags.map { TextArray($0) }.databaseValue,
      dueOn.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], program: try row["program"], title: try row["title"],
      target: try row["target"], progress: try row["progress"], isDone: try row["is_done"],
      tags: try row["tags", as: TextArray?.self]?.texts, dueOn: try row["due_on"])
  }
}
