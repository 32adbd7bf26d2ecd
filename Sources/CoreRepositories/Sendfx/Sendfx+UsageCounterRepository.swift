internal import Database

extension Sendfx {
  /// How much of what a workspace used in a month: `core.usage_counters`.
  public struct UsageCounterRepository: Sendable {
    /// A counter with key and times.
    public typealias Record = Stored<UsageCounter, String>
    private let table: RecordTable<Entities.UsageCounters, UsageCounter, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "UsageCounterRepository",
        RecordLayout(table: "core.usage_counters", entity: "usage_counters"))
    }

    /// The counter with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// How much was used. Older data may have several counters for one month; their sum is what counts.
    public func used(_ metric: UsageMetric, in period: UsagePeriod, by workspace: String) async throws -> Int
    {
      try await table.gate.reading.selectOne(
        "coalesce(sum(used), 0) AS used FROM core.usage_counters WHERE workspace_id = $1 AND period = $2 AND metric = $3",
        [workspace, period, metric])?["used"] ?? 0
    }

    /// All counters of a workspace's month, by what they count.
    public func all(in period: UsagePeriod, of workspace: String) async throws -> [Record] {
      try await table.all(
        "WHERE workspace_id = $1 AND period = $2 ORDER BY metric, created_at, id", [workspace, period])
    }

    /// A workspace's counters, the newest first.
    public func page(ofWorkspace workspace: String, after cursor: PageCursor? = nil, limit: Int = 50)
      async throws
      -> Page<Record>
    {
      try await table.page(where: "workspace_id = $1", [workspace], after: cursor, limit: limit)
    }

    /// Counts, however many do so at once, and makes the counter with the first of them.
    ///
    /// - Returns: the counter after it.
    /// - Throws: ``RepositoryError`` of case `invalid` for a number below 1.
    @discardableResult
    public func increment(
      _ metric: UsageMetric, in period: UsagePeriod, by workspace: String, _ number: Int = 1
    ) async throws -> Record {
      guard number > 0 else {
        throw RepositoryError.invalid(entity: "usage_counters", column: "used", rule: "counters only grow")
      }
      let counter = UsageCounter(workspaceID: workspace, metric: metric, period: period, used: number)
      return try await table.upsert(
        counter, where: "workspace_id = $1 AND period = $2 AND metric = $3", [workspace, period, metric],
        setting: ("used = used + $4", [number]))
    }

    /// Adds a counter.
    public func create(_ counter: UsageCounter) async throws -> Record { try await table.create(counter) }

    /// Writes a counter that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ counter: Record) async throws -> Record { try await table.update(counter) }

    /// Adds the counter, or writes over the one of the same workspace, month and metric.
    public func upsert(_ counter: UsageCounter) async throws -> Record {
      try await table.upsert(
        counter, where: "workspace_id = $1 AND period = $2 AND metric = $3",
        [counter.workspaceID, counter.period, counter.metric])
    }

    /// Deletes a counter.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }
  }
}
