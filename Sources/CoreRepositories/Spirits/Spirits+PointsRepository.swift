public import Database
internal import Foundation
internal import Guardrails

extension Spirits {
  /// What users have earned and spent: `user_points` and `points_transactions`, which never disagree.
  public struct PointsRepository: Sendable {
    /// A user's points; the key is the user's.
    public typealias Record = Stored<Points, String>
    /// A change of them.
    public typealias Change = Stored<PointsTransaction, String>
    private static let writer = "PointsRepository"
    private let core: CoreContext

    /// The repository in a context.
    public init(_ core: CoreContext) { self.core = core }

    private func points(_ core: CoreContext) -> RecordTable<Entities.UserPoints, Points, String> {
      RecordTable(
        core, as: Self.writer, RecordLayout(table: "user_points", key: "user_id", entity: "user_points"))
    }

    private func changes(_ core: CoreContext) -> RecordTable<
      Entities.PointsTransactions, PointsTransaction, String
    > {
      RecordTable(
        core, as: Self.writer,
        RecordLayout(table: "points_transactions", updatedAt: nil, entity: "points_transactions"))
    }

    /// What a user has; nil for one who never had any.
    public func find(_ user: String) async throws -> Record? { try await points(core).find(user) }

    /// The users with the most points.
    public func best(_ limit: Int = 10) async throws -> [Record] {
      try await points(core).all("ORDER BY balance DESC, user_id LIMIT \(min(max(limit, 1), 1000))")
    }

    /// A user's changes, the latest first.
    public func page(ofUser user: String, after cursor: PageCursor? = nil, limit: Int = 50) async throws
      -> Page<Change>
    {
      try await changes(core).page(where: "user_id = $1", [user], after: cursor, limit: limit)
    }

    /// Adds points and notes why, both or neither. What was earned (not a bonus, not a refund) goes on with a streak of days.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` for a number below 1, or for the kind `spend`.
    @discardableResult
    public func add(
      _ amount: Int, to user: String, _ kind: PointsKind = .earn, reason: String? = nil,
      detail: JSONText? = nil
    ) async throws -> Change {
      guard amount > 0, kind != .spend else {
        throw RepositoryError.invalid(
          entity: "points_transactions", column: "amount", rule: "add more than zero")
      }
      let day = core.clock.now.formatted(.iso8601.year().month().day())
      let streak =
        kind == .earn
        ? ", streak_days = CASE user_points.last_earned_on WHEN $3::date THEN greatest(user_points.streak_days, 1)"
          + " WHEN $3::date - 1 THEN user_points.streak_days + 1 ELSE 1 END,"
          + " last_earned_on = greatest(user_points.last_earned_on, $3::date)" : ""
      return try await core.transaction { core in
        try await points(core).gate.write(.upsert) { transaction in
          _ = try await transaction.run(
            "INSERT INTO user_points (user_id, balance, earned, streak_days, last_earned_on) VALUES ($1, $2, $2,"
              + (kind == .earn ? " 1, $3::date)" : " 0, CASE WHEN false THEN $3::date END)")
              + " ON CONFLICT (user_id) DO UPDATE SET balance = user_points.balance + $2,"
              + " earned = user_points.earned + $2, updated_at = clock_timestamp()\(streak)",
            [user, amount, day])
        }
        return try await changes(core).create(
          PointsTransaction(userID: user, amount: amount, kind: kind, reason: reason, detail: detail))
      }
    }

    /// Takes points and notes why, both or neither; never more than there are, however many ask at once.
    ///
    /// - Throws: ``RepositoryError`` of case `notEnough`, or `invalid` for a number below 1.
    @discardableResult
    public func spend(_ amount: Int, of user: String, reason: String? = nil, detail: JSONText? = nil)
      async throws -> Change
    {
      guard amount > 0 else {
        throw RepositoryError.invalid(
          entity: "points_transactions", column: "amount", rule: "spend more than zero")
      }
      return try await core.transaction { core in
        try await points(core).gate.write(.update) { transaction in
          let taken = try await transaction.run(
            "UPDATE user_points SET balance = balance - $1, spent = spent + $1, updated_at = clock_timestamp()"
              + " WHERE user_id = $2 AND balance >= $1", [amount, user])
          guard taken > 0 else { throw RepositoryError.notEnough(of: "points", key: user) }
        }
        return try await changes(core).create(
          PointsTransaction(userID: user, amount: -amount, kind: .spend, reason: reason, detail: detail))
      }
    }

    /// Users whose balance isn't what their changes add up to, the first hundred. Points that came from the old store may begin with a
    /// balance whose changes nobody kept; what this repository writes never adds to the list.
    public func unbalanced() async throws -> [String] {
      try await points(core).gate.reading.select(
        "p.user_id FROM user_points AS p LEFT JOIN points_transactions AS t ON t.user_id = p.user_id"
          + " GROUP BY p.user_id, p.balance HAVING p.balance <> coalesce(sum(t.amount), 0) ORDER BY p.user_id LIMIT 100"
      ).map { try $0["user_id"] }
    }
  }
}
