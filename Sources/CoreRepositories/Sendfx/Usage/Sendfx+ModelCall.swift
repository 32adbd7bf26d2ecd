public import Database
public import Foundation

extension Sendfx {
  /// Who calls language models.
  public enum UsageWriter: String, Sendable, CaseIterable, DatabaseEncodable, DatabaseDecodable {
    /// Answers messages.
    case reply
    /// Does tasks.
    case agent
    /// Helps people in the application.
    case assistant

    /// The service's name among the writers of the mapping.
    var service: String {
      switch self {
      case .reply: "ReplyService"
      case .agent: "AgentService"
      case .assistant: "AssistantService"
      }
    }
  }

  /// One call of a language model.
  public struct ModelCall: Sendable, Equatable {
    /// For which workspace.
    public var workspaceID: String
    /// For whom; nil for the system itself.
    public var userID: String?
    /// By whom.
    public var writer: UsageWriter
    /// Which model, such as `gpt-4o`.
    public var model: String
    /// Tokens of the question.
    public var promptTokens: Int
    /// Tokens of the answer.
    public var completionTokens: Int
    /// Dollars. Nil when it is logged: by the prices of the day. Nil when it is read: the model had no price.
    public var estimatedCost: Decimal?
    /// How long it took.
    public var latencyMilliseconds: Double?
    /// Whether the answer came from a cache, and cost nothing.
    public var isCached: Bool
    /// What the provider calls it.
    public var requestID: String?
    /// What else is known.
    public var detail: JSONText?
    /// When it was made; nil for now.
    public var time: Date?

    /// A call from its parts.
    public init(
      workspaceID: String, userID: String? = nil, writer: UsageWriter, model: String, promptTokens: Int,
      completionTokens: Int, estimatedCost: Decimal? = nil, latencyMilliseconds: Double? = nil,
      isCached: Bool = false,
      requestID: String? = nil, detail: JSONText? = nil, time: Date? = nil
    ) {
      self.workspaceID = workspaceID
      self.userID = userID
      self.writer = writer
      self.model = model
      self.promptTokens = promptTokens
      self.completionTokens = completionTokens
      self.estimatedCost = estimatedCost
      self.latencyMilliseconds = latencyMilliseconds
      self.isCached = isCached
      self.requestID = requestID
      self.detail = detail
      self.time = time
    }
  }
}

extension Sendfx.ModelCall: RecordContent {
  static let columns = [
    "workspace_id", "user_id", "writer", "model", "prompt_tokens", "completion_tokens", "total_tokens",
    "estimated_cost", "latency_ms", "cached", "request_id", "detail",
  ]

  var values: [DatabaseValue] {
    [
      workspaceID.databaseValue, userID.databaseValue, writer.databaseValue, model.databaseValue,
      promptTokens.databaseValue, completionTokens.databaseValue,
      (promptTokens + completionTokens).databaseValue,
      estimatedCost.databaseValue, latencyMilliseconds.databaseValue, isCached.databaseValue,
      requestID.databaseValue,
      detail.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      workspaceID: try row["workspace_id"], userID: try row["user_id"], writer: try row["writer"],
      model: try row["model"], promptTokens: try row["prompt_tokens", as: Int?.self] ?? 0,
      completionTokens: try row["completion_tokens", as: Int?.self] ?? 0,
      estimatedCost: try row["estimated_cost"],
      latencyMilliseconds: try row["latency_ms"], isCached: try row["cached", as: Bool?.self] ?? false,
      requestID: try row["request_id"], detail: try row["detail"], time: try row["created_at"])
  }
}
