internal import Database
public import Foundation
internal import Guardrails

extension Spirits {
  /// What users have subscribed to: `user_spirit_subscriptions`, one at a time each.
  public struct SpiritSubscriptionRepository: Sendable {
    /// A subscription with key and time.
    public typealias Record = Stored<Subscription, String>
    private let table: RecordTable<Entities.UserSpiritSubscriptions, Subscription, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "SpiritSubscriptionRepository",
        RecordLayout(table: "user_spirit_subscriptions", updatedAt: nil, entity: "user_spirit_subscriptions"))
    }

    /// What a user has now.
    public func current(ofUser user: String) async throws -> Record? {
      try await table.find(where: "user_id = $1 AND status <> 'canceled'", [user])
    }

    /// A user's subscriptions, the latest first.
    public func page(ofUser user: String, after cursor: PageCursor? = nil, limit: Int = 50) async throws
      -> Page<Record>
    {
      try await table.page(where: "user_id = $1", [user], after: cursor, limit: limit)
    }

    /// Those whose period ends before a time, the next first.
    public func due(before time: Date, limit: Int = 100) async throws -> [Record] {
      try await table.all(
        "WHERE status <> 'canceled' AND period_end < $1::timestamptz ORDER BY period_end, id"
          + " LIMIT \(min(max(limit, 1), 1000))", [time])
    }

    /// Begins a subscription.
    ///
    /// - Throws: a `DatabaseError` of kind `uniqueViolation` where the user has one.
    public func create(_ subscription: Subscription) async throws -> Record {
      var subscription = subscription
      subscription.billingEmail = try subscription.billingEmail.map {
        try EmailAddress.normalized($0, of: "user_spirit_subscriptions", column: "billing_email")
      }
      return try await table.create(subscription)
    }

    /// Begins the next period.
    public func renew(_ id: String, until end: Date) async throws -> Record {
      try await table.set(
        "period_start = period_end, period_end = $1::timestamptz, status = 'active'", [end], of: id)
    }

    /// Ends it at the end of its period.
    public func cancelAtEnd(_ id: String) async throws -> Record {
      try await table.set("cancels_at_end = true", [], of: id)
    }

    /// Ends it now.
    public func cancel(_ id: String) async throws -> Record {
      try await table.set("status = 'canceled'", [], of: id)
    }
  }
}
