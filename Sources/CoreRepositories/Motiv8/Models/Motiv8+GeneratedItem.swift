public import Database
public import Foundation

extension Motiv8 {
  /// What a model made for somebody.
  public struct GeneratedItem: Sendable, Equatable {
    /// For whom.
    public var userID: Int
    /// For which goal.
    public var goalID: Int?
    /// The file; words have none.
    public var mediaID: UUID?
    /// What it is.
    public var kind: ItemKind
    /// What was asked.
    public var prompt: String
    /// By which model.
    public var model: String
    /// Dollars, four decimals.
    public var cost: Decimal
    /// How.
    public var parameters: JSONText?
    /// How far it has come.
    public var status: ItemStatus

    /// From its parts.
    public init(
      userID: Int, goalID: Int? = nil, mediaID: UUID? = nil, kind: ItemKind, prompt: String, model: String,
      cost: Decimal = 0, parameters: JSONText? = nil, status: ItemStatus = .queued
    ) {
      self.userID = userID
      self.goalID = goalID
      self.mediaID = mediaID
      self.kind = kind
      self.prompt = prompt
      self.model = model
      self.cost = cost
      self.parameters = parameters
      self.status = status
    }
  }
}

extension Motiv8.GeneratedItem: RecordContent {
  static let columns = [
    "user_id", "goal_id", "media_id", "kind", "prompt", "model", "cost", "parameters", "status",
  ]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, goalID.databaseValue, mediaID.databaseValue, kind.databaseValue,
      prompt.databaseValue, model.databaseValue, cost.databaseValue, parameters.databaseValue,
      status.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], goalID: try row["goal_id"], mediaID: try row["media_id"],
      kind: try row["kind"], prompt: try row["prompt"], model: try row["model"], cost: try row["cost"],
      parameters: try row["parameters"], status: try row["status"])
  }
}
