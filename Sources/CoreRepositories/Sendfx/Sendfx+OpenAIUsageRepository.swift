internal import Database
public import Foundation
internal import Guardrails

extension Sendfx {
  /// Calls of language models, and what they cost: `core.openai_usage`.
  ///
  /// The three services log for themselves, each as the writer that the mapping knows:
  /// ```swift
  /// let usage = Sendfx.OpenAIUsageRepository(core, as: .reply)
  /// try await usage.log(call)
  /// ```
  public struct OpenAIUsageRepository: Sendable {
    /// A call with key and time.
    public typealias Record = Stored<ModelCall, String>
    private let table: RecordTable<Entities.OpenAIUsage, ModelCall, String>
    private let workspaces: String

    /// The repository in a context.
    ///
    /// - Parameters:
    ///   - service: the service that writes; nil for the repository itself.
    ///   - openAIUsage: the table, as SQL writes it.
    ///   - workspaces: the table of workspaces, as SQL writes it.
    public init(
      _ core: CoreContext, as service: UsageWriter? = nil, table openAIUsage: String = "core.openai_usage",
      workspaces: String = "core.workspaces"
    ) {
      table = RecordTable(
        core, as: service?.service ?? "OpenAIUsageRepository",
        RecordLayout(table: openAIUsage, updatedAt: nil, entity: "openai_usage"))
      self.workspaces = workspaces
    }

    /// The call with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// A workspace's calls, the newest first.
    ///
    /// - Parameter writer: only those of this service; nil for all.
    public func page(
      ofWorkspace workspace: String, writer: UsageWriter? = nil, after cursor: PageCursor? = nil,
      limit: Int = 50
    ) async throws -> Page<Record> {
      guard let writer else {
        return try await table.page(where: "workspace_id = $1", [workspace], after: cursor, limit: limit)
      }
      return try await table.page(
        where: "workspace_id = $1 AND writer = $2", [workspace, writer], after: cursor, limit: limit)
    }

    /// Logs a call. Without a cost of its own it gets what the prices of its day say, exactly; a cached one costs nothing.
    ///
    /// - Returns: the call as it was logged.
    @discardableResult
    public func log(_ call: ModelCall) async throws -> Record {
      let rows = try await insert([call], returning: " RETURNING \(table.columns)")
      guard let row = rows.first else { throw RepositoryError.notFound(entity: "openai_usage", key: "") }
      return try table.record(row)
    }

    /// Logs many calls with one statement: all of them, or none.
    ///
    /// - Returns: how many.
    @discardableResult
    public func log(_ calls: [ModelCall]) async throws -> Int {
      guard !calls.isEmpty else { return 0 }
      return try await insert(calls, returning: " RETURNING 1").count
    }

    /// Deletes a call that was logged in error.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }

    /// Sums up what a workspace used, in one query over an index.
    ///
    /// - Parameters:
    ///   - from: the first instant; nil for the beginning.
    ///   - to: the instant behind the last; nil for no end.
    /// - Throws: ``RepositoryError`` of case `notFound` for a workspace that isn't there.
    public func summary(ofWorkspace workspace: String, from: Date? = nil, to: Date? = nil) async throws
      -> UsageSummary
    {
      let reading = try table.gate.reading
      guard try await reading.selectOne("1 FROM \(workspaces) WHERE id = $1", [workspace]) != nil else {
        throw RepositoryError.notFound(entity: "workspaces", key: workspace)
      }
      let rows = try await reading.select(
        UsageQuery.sql(table.layout.table), UsageQuery.parameters(workspace, from, to))
      return try UsageQuery.summary(rows, workspace, from, to)
    }

    /// One JSON value for any number of calls, so that the statement is always the same, and prepared once.
    private func insert(_ calls: [ModelCall], returning: String) async throws -> [Row] {
      let json = try JSONText(encoding: calls.map(LoggedCall.init))
      return try await table.gate.write(.insert) { transaction in
        try await transaction.query(
          """
          INSERT INTO \(table.layout.table) (workspace_id, user_id, writer, model, prompt_tokens, completion_tokens, total_tokens, \
          estimated_cost, latency_ms, cached, request_id, detail, created_at) \
          SELECT workspace_id, user_id, writer, btrim(model), prompt_tokens, completion_tokens, \
          prompt_tokens + completion_tokens, CASE WHEN estimated_cost IS NOT NULL THEN estimated_cost WHEN cached THEN 0 \
          ELSE core.estimated_cost(btrim(model), prompt_tokens, completion_tokens, coalesce(created_at, now())) END, latency_ms, \
          cached, request_id, detail::jsonb, coalesce(created_at, now()) FROM jsonb_to_recordset($1::jsonb) AS c (\
          workspace_id text, user_id text, writer text, model text, prompt_tokens bigint, completion_tokens bigint, \
          estimated_cost numeric, latency_ms double precision, cached boolean, request_id text, detail text, \
          created_at timestamptz)
          """ + returning, [json])
      }
    }
  }
}

/// A call as the statement takes it. Exact numbers and times go as text, which loses nothing.
private struct LoggedCall: Encodable {
  private enum Key: String, CodingKey {
    case workspaceID = "workspace_id"
    case userID = "user_id"
    case writer, model
    case promptTokens = "prompt_tokens"
    case completionTokens = "completion_tokens"
    case estimatedCost = "estimated_cost"
    case latency = "latency_ms"
    case cached
    case requestID = "request_id"
    case detail
    case createdAt = "created_at"
  }

  let call: Sendfx.ModelCall

  init(_ call: Sendfx.ModelCall) { self.call = call }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(call.workspaceID, forKey: .workspaceID)
    try fields.encodeIfPresent(call.userID, forKey: .userID)
    try fields.encode(call.writer.rawValue, forKey: .writer)
    try fields.encode(call.model, forKey: .model)
    try fields.encode(call.promptTokens, forKey: .promptTokens)
    try fields.encode(call.completionTokens, forKey: .completionTokens)
    try fields.encodeIfPresent(call.estimatedCost?.description, forKey: .estimatedCost)
    try fields.encodeIfPresent(call.latencyMilliseconds, forKey: .latency)
    try fields.encode(call.isCached, forKey: .cached)
    try fields.encodeIfPresent(call.requestID, forKey: .requestID)
    try fields.encodeIfPresent(call.detail?.text, forKey: .detail)
    try fields.encodeIfPresent(call.time.map { InstantText.text($0) }, forKey: .createdAt)
  }
}
