internal import Database
public import Foundation

extension Sendfx {
  /// What workspaces have bought: `core.subscriptions`.
  public struct SubscriptionRepository: Sendable {
    /// A subscription with key and times.
    public typealias Record = Stored<Subscription, String>
    private let table: RecordTable<Entities.Subscriptions, Subscription, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "SubscriptionRepository", RecordLayout(table: "core.subscriptions", entity: "subscriptions")
      )
    }

    /// The subscription with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// What a workspace has now: its newest subscription that isn't canceled.
    public func current(ofWorkspace workspace: String) async throws -> Record? {
      try await table.all(
        "WHERE workspace_id = $1 AND status <> 'canceled' ORDER BY created_at DESC, id DESC LIMIT 1",
        [workspace]
      ).first
    }

    /// A workspace's subscriptions, the newest first.
    public func page(ofWorkspace workspace: String, after cursor: PageCursor? = nil, limit: Int = 50)
      async throws
      -> Page<Record>
    {
      try await table.page(where: "workspace_id = $1", [workspace], after: cursor, limit: limit)
    }

    /// Those whose period ends before a time, the next first: whom to charge, remind or stop.
    public func ending(before time: Date, status: SubscriptionStatus = .active, limit: Int = 100) async throws
      -> [Record]
    {
      try await table.all(
        "WHERE status = $1 AND period_end < $2::timestamptz ORDER BY period_end, id LIMIT \(min(max(limit, 1), 1000))",
        [status, time])
    }

    /// Begins a subscription.
    public func create(_ subscription: Subscription) async throws -> Record {
      try await table.create(subscription)
    }

    /// Writes a subscription that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ subscription: Record) async throws -> Record { try await table.update(subscription) }

    /// Begins the subscription, or writes over the one with this key, which the payment provider's events carry.
    public func upsert(_ id: String, _ subscription: Subscription) async throws -> Record {
      try await table.upsert(subscription, by: ["id"], id: id)
    }

    /// Deletes a subscription.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }
  }
}
