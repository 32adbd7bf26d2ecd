public import Database
public import Foundation
internal import Guardrails

extension Omnihub {
  /// Credits: reserved when a generation begins, spent when it is completed, and given back once when it fails.
  ///
  /// Each step is one transaction, right whatever number of callers there are: what users have and what is reserved is the same
  /// sum before and after, and nobody has less than nothing.
  public struct CreditRepository: Sendable {
    /// A generation with key and times.
    public typealias Record = Stored<Generation, UUID>
    private static let writer = "credits"
    private let core: CoreContext

    /// The repository in a context.
    public init(_ core: CoreContext) { self.core = core }

    private var users: CoreGate<Entities.Users> { CoreGate(core, as: Self.writer) }
    private var generations: CoreGate<Entities.Generations> { CoreGate(core, as: Self.writer) }

    /// What a user has left.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`.
    public func balance(of user: Int) async throws -> Decimal {
      guard
        let row = try await users.reading.selectOne(
          "coalesce(credits, 0) AS credits FROM users WHERE id = $1", [user])
      else { throw RepositoryError.notFound(entity: "users", key: "\(user)") }
      return try row["credits"]
    }

    /// Gives a user credits that they have bought.
    ///
    /// - Returns: what they have then.
    /// - Throws: ``RepositoryError`` of case `notFound` or `invalid`.
    @discardableResult
    public func grant(_ amount: Decimal, to user: Int) async throws -> Decimal {
      try Money.checked(amount, of: "users", "credits")
      return try await users.write(.update) { transaction in
        guard let row = try await transaction.one(add(returning: true), [amount, user]) else {
          throw RepositoryError.notFound(entity: "users", key: "\(user)")
        }
        return try row["credits"]
      }
    }

    /// Takes what a generation costs from its user, and notes it as pending: both, or nothing.
    ///
    /// - Throws: ``RepositoryError`` of case `notEnough` where the user has less, or may not log in; `notFound`; `invalid`.
    public func reserve(_ generation: Generation, id: UUID = UUID()) async throws -> Record {
      try Money.checked(generation.credits, of: "generations", "credits")
      let backend = core.backend
      let columns = GenerationForm.columns(backend)
      let created = GenerationForm.created(core.clock.now, backend)
      return try await core.transaction { core in
        let credits = CreditRepository(core)
        try await credits.users.write(.update) { transaction in
          let taken = try await transaction.run(subtract, [generation.credits, generation.userID])
          guard taken == 0 else { return }
          let user = try await transaction.one("SELECT 1 FROM users WHERE id = $1", [generation.userID])
          let key = "\(generation.userID)"
          throw user == nil
            ? RepositoryError.notFound(entity: "users", key: key)
            : RepositoryError.notEnough(of: "credits", key: key)
        }
        return try await credits.generations.write(.insert) { transaction in
          let row = try await transaction.one(
            "INSERT INTO generations (id, user_id, type, model, provider, prompt, credits, status, created_at)"
              + " VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8) RETURNING \(columns)",
            [
              id, generation.userID, generation.type, InputText.trimmed(generation.model),
              generation.provider,
              generation.prompt, generation.credits, created,
            ])
          guard let row else { throw RepositoryError.notFound(entity: "generations", key: "\(id)") }
          return try GenerationForm.record(row)
        }
      }
    }

    /// Notes that a provider works on it.
    ///
    /// - Returns: false if it was so already.
    /// - Throws: ``RepositoryError`` of case `notFound`, or `wrongState` where it is over.
    @discardableResult
    public func start(_ id: UUID, provider: String) async throws -> Bool {
      try await generations.write(.update) { transaction in
        let rows = try await transaction.run(
          "UPDATE generations SET status = 'running', provider = $1 WHERE \(isKey(2)) AND status = 'pending'",
          [provider, id])
        if rows > 0 { return true }
        return try await confirm(id, is: .running, transaction, for: "started")
      }
    }

    /// Notes the result. The credits are spent.
    ///
    /// - Returns: false if it was completed already; the first result stays.
    /// - Throws: ``RepositoryError`` of case `notFound`, or `wrongState` where it has failed and was refunded.
    @discardableResult
    public func complete(_ id: UUID, result: JSONText? = nil) async throws -> Bool {
      try await generations.write(.update) { transaction in
        let row = try await transaction.one(finish("completed", "result = $1"), [result, finished, id])
        guard let row else { return try await confirm(id, is: .completed, transaction, for: "completed") }
        try await noteDuration(row, id, transaction)
        return true
      }
    }

    /// Notes a failure, and gives the credits back: once, however often and by however many it is called.
    ///
    /// - Returns: whether this call gave them back.
    /// - Throws: ``RepositoryError`` of case `notFound`, or `wrongState` where it is completed.
    @discardableResult
    public func fail(_ id: UUID, error: String) async throws -> Bool {
      try await core.transaction { core in
        let credits = CreditRepository(core)
        let row = try await credits.generations.write(.update) { transaction -> Row? in
          // Of callers at once the first changes the row; the others wait for it, and find none to change.
          let row = try await transaction.one(finish("failed", "error = $1"), [error, finished, id])
          if let row {
            try await noteDuration(row, id, transaction)
          } else {
            _ = try await confirm(id, is: .failed, transaction, for: "failed")
          }
          return row
        }
        guard let row else { return false }
        let amount: Decimal = try row["credits"]
        let user: Int = try row["user_id"]
        try await credits.users.write(.update) { transaction in
          _ = try await transaction.run(add(returning: false), [amount, user])
        }
        return true
      }
    }

    /// Generations that were reserved longer ago than this and never came to an end: whoever worked on them has crashed. The oldest first.
    public func stalePending(olderThan age: TimeInterval, limit: Int = 100) async throws -> [Record] {
      let backend = core.backend
      return try await generations.reading.select(
        "\(GenerationForm.columns(backend)) FROM generations WHERE generations.status IN ('pending', 'running')"
          + " AND created_at < $1\(backend == .postgres ? "::timestamptz" : "") ORDER BY created_at"
          + " LIMIT \(min(max(limit, 1), 1000))",
        [GenerationForm.created(core.clock.now.addingTimeInterval(-age), backend)]
      ).map(GenerationForm.record)
    }

    /// Lets those of ``stalePending(olderThan:limit:)`` fail. Several may do so at once.
    ///
    /// - Returns: how many this call refunded.
    public func refundStale(olderThan age: TimeInterval, limit: Int = 100) async throws -> Int {
      var refunded = 0
      for record in try await stalePending(olderThan: age, limit: limit) {
        do {
          if try await fail(record.id, error: "No result came, and its worker is gone.") { refunded += 1 }
        } catch RepositoryError.wrongState {
          // It was completed in the last moment.
          continue
        }
      }
      return refunded
    }
  }
}

/// The statements, in each backend's words.
extension Omnihub.CreditRepository {
  private var finished: DatabaseValue { GenerationForm.finished(core.clock.now, core.backend) }

  private func isKey(_ number: Int) -> String { GenerationForm.isKey(core.backend, number) }

  /// SQLite keeps credits as binary fractions: rounding keeps them at the nearest one to whole cents.
  private var subtract: String {
    core.backend == .postgres
      ? "UPDATE users SET credits = credits - $1 WHERE id = $2 AND is_active AND credits >= $1"
      : "UPDATE users SET credits = round(coalesce(credits, 0) - CAST($1 AS REAL), 2)"
        + " WHERE id = $2 AND is_active AND round(coalesce(credits, 0), 2) >= round(CAST($1 AS REAL), 2)"
  }

  private func add(returning: Bool) -> String {
    (core.backend == .postgres
      ? "UPDATE users SET credits = credits + $1 WHERE id = $2"
      : "UPDATE users SET credits = round(coalesce(credits, 0) + CAST($1 AS REAL), 2) WHERE id = $2")
      + (returning ? " RETURNING credits" : "")
  }

  private func finish(_ status: String, _ assignment: String) -> String {
    "UPDATE generations SET status = '\(status)', \(assignment), finished_at = $2 WHERE \(isKey(3))"
      + " AND status IN ('pending', 'running') RETURNING user_id, credits, created_at"
  }

  /// From the reservation to now.
  private func noteDuration(_ row: Row, _ id: UUID, _ transaction: Transaction) async throws {
    let created = try row["created_at", as: AnyInstant.self].time
    let duration = max(0, min(core.clock.now.timeIntervalSince(created) * 1000, 2_147_483_647))
    _ = try await transaction.run(
      "UPDATE generations SET duration_ms = $1 WHERE \(isKey(2))", [Int(duration), id])
  }

  /// - Returns: false, for nothing is to be done if it has come so far already.
  /// - Throws: ``RepositoryError`` where it hasn't.
  private func confirm(
    _ id: UUID, is status: Omnihub.GenerationStatus, _ transaction: Transaction, for action: String
  ) async throws -> Bool {
    let row = try await transaction.one(
      "SELECT CASE status WHEN 'done' THEN 'completed' ELSE status END AS status FROM generations WHERE \(isKey(1))",
      [id])
    guard let found = try row?["status", as: Omnihub.GenerationStatus.self] else {
      throw RepositoryError.notFound(entity: "generations", key: "\(id)")
    }
    guard found == status else {
      throw RepositoryError.wrongState(
        entity: "generations", key: "\(id)", state: found.rawValue, action: action)
    }
    return false
  }
}
