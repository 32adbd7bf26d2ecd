public import Database
public import Foundation

extension Omnihub {
  /// One generated image, video or text: what was asked, by whom, at what price, and what came of it.
  public struct Generation: Sendable, Equatable {
    /// Who asked.
    public var userID: Int
    /// What is to come of it.
    public var type: MediaType
    /// By which model.
    public var model: String
    /// Who serves it; nil until somebody does.
    public var provider: String?
    /// What was asked.
    public var prompt: String
    /// What it costs, two decimals.
    public var credits: Decimal
    /// How far it has come.
    public var status: GenerationStatus
    /// What came of it.
    public var result: JSONText?
    /// Why nothing came of it.
    public var error: String?
    /// How long it took.
    public var durationMilliseconds: Int?
    /// When it was over.
    public var finishedAt: Date?

    /// A generation from its parts.
    public init(
      userID: Int, type: MediaType, model: String, provider: String? = nil, prompt: String, credits: Decimal,
      status: GenerationStatus = .pending, result: JSONText? = nil, error: String? = nil,
      durationMilliseconds: Int? = nil, finishedAt: Date? = nil
    ) {
      self.userID = userID
      self.type = type
      self.model = model
      self.provider = provider
      self.prompt = prompt
      self.credits = credits
      self.status = status
      self.result = result
      self.error = error
      self.durationMilliseconds = durationMilliseconds
      self.finishedAt = finishedAt
    }
  }
}

/// How generations stand in either backend.
enum GenerationForm {
  typealias Record = Stored<Omnihub.Generation, UUID>

  /// The columns under one set of names, in the words of today: the first version wrote `img` and `done`.
  static func columns(_ backend: DatabaseBackend) -> String {
    backend == .postgres
      ? "id, user_id, type, model, provider, prompt, credits, status, result, error, duration_ms, created_at, finished_at"
      : "id, user_id, CASE type WHEN 'img' THEN 'image' ELSE type END AS type, trim(model) AS model,"
        + " nullif(provider, '') AS provider, prompt, credits,"
        + " CASE status WHEN 'done' THEN 'completed' ELSE status END AS status, nullif(result, '') AS result,"
        + " error, duration_ms, created_at, finished_at"
  }

  static func record(_ row: Row) throws -> Record {
    Record(
      id: try row["id"],
      content: Omnihub.Generation(
        userID: try row["user_id"], type: try row["type"], model: try row["model"],
        provider: try row["provider"],
        prompt: try row["prompt"], credits: try row["credits"], status: try row["status"],
        result: try row["result"], error: try row["error"], durationMilliseconds: try row["duration_ms"],
        finishedAt: try row["finished_at", as: AnyInstant?.self]?.time),
      createdAt: try row["created_at", as: AnyInstant.self].time)
  }

  /// Which row has this key, with placeholders from a number on. Older keys are in upper case.
  static func isKey(_ backend: DatabaseBackend, _ number: Int) -> String {
    backend == .postgres ? "id = $\(number)" : "id IN ($\(number), upper($\(number)))"
  }

  /// A time as a column of the backend holds it: `created_at` is in milliseconds, `finished_at` ISO text.
  static func created(_ time: Date, _ backend: DatabaseBackend) -> DatabaseValue {
    backend == .postgres ? .date(time) : .integer(time.milliseconds)
  }

  static func finished(_ time: Date, _ backend: DatabaseBackend) -> DatabaseValue {
    backend == .postgres ? .date(time) : .text(InstantText.milliseconds(time))
  }
}
