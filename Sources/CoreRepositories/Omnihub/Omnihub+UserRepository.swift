internal import Database
public import Foundation
internal import Guardrails

extension Omnihub {
  /// An account.
  public struct User: Sendable, Equatable {
    /// Trimmed and in lower case; no two people share one.
    public var email: String
    /// A hash, never a password.
    public var passwordHash: String
    /// What others see.
    public var displayName: String?
    /// What is left, two decimals. Only ``CreditRepository`` changes it.
    public let credits: Decimal
    /// What they may do.
    public var role: UserRole
    /// Whether they may log in.
    public var isActive: Bool
    /// When they logged in last.
    public var lastLoginAt: Date?

    /// An account from its parts.
    public init(
      email: String, passwordHash: String, displayName: String? = nil, credits: Decimal = 0,
      role: UserRole = .user,
      isActive: Bool = true, lastLoginAt: Date? = nil
    ) {
      self.email = email
      self.passwordHash = passwordHash
      self.displayName = displayName
      self.credits = credits
      self.role = role
      self.isActive = isActive
      self.lastLoginAt = lastLoginAt
    }
  }

  /// The accounts: table `users`.
  public struct UserRepository: Sendable {
    /// An account with key and times.
    public typealias Record = Stored<User, Int>
    private let gate: CoreGate<Entities.Users>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      gate = CoreGate(core, as: "users")
      clock = core.clock
    }

    /// The columns under one set of names.
    private var columns: String {
      gate.backend == .postgres
        ? "id, email, password_hash, display_name, credits, role, is_active, created_at, last_login_at"
        : "id, lower(trim(email)) AS email, password_hash, nullif(display_name, '') AS display_name,"
          + " coalesce(credits, 0) AS credits, coalesce(role, 'user') AS role, is_active, created_at,"
          + " last_login AS last_login_at"
    }

    private static func record(_ row: Row) throws -> Record {
      Record(
        id: try row["id"],
        content: User(
          email: try row["email"], passwordHash: try row["password_hash"],
          displayName: try row["display_name"],
          credits: try row["credits"], role: try row["role"], isActive: try row["is_active"],
          lastLoginAt: try row["last_login_at", as: AnyInstant?.self]?.time),
        createdAt: try row["created_at", as: AnyInstant.self].time)
    }

    /// The account with this key.
    public func find(_ id: Int) async throws -> Record? {
      try await gate.reading.selectOne("\(columns) FROM users WHERE id = $1", [id]).map(Self.record)
    }

    /// The account with this address, however it is spelled, and however the old application stored it.
    public func find(email: String) async throws -> Record? {
      let column = gate.backend == .postgres ? "email" : "lower(trim(email))"
      return try await gate.reading.select(
        "\(columns) FROM users WHERE \(column) = $1 ORDER BY id LIMIT 1", [EmailAddress.folded(email)]
      ).first.map(Self.record)
    }

    /// All accounts, the newest first.
    public func page(after cursor: PageCursor? = nil, limit: Int = 50) async throws -> Page<Record> {
      let last = try cursor.map { cursor in
        guard let id = Int(cursor.key) else { throw RepositoryError.invalidCursor }
        return id
      }
      let limit = min(max(limit, 1), 1000)
      let rows = try await gate.reading.select(
        "\(columns) FROM users WHERE id < $1 ORDER BY id DESC LIMIT \(limit + 1)", [last ?? Int.max]
      ).map(Self.record)
      return Page(
        items: Array(rows.prefix(limit)),
        next: rows.count > limit ? PageCursor(rows[limit - 1].createdAt, "\(rows[limit - 1].id)") : nil)
    }

    /// Makes an account.
    ///
    /// - Throws: ``RepositoryError`` for an address that is none or credits that can't be; a `DatabaseError` of kind `uniqueViolation`
    ///   where the address is taken.
    public func create(_ user: User) async throws -> Record {
      let email = try EmailAddress.normalized(user.email, of: "users")
      try Money.checked(user.credits, of: "users", "credits")
      let now = clock.now
      let isPostgres = gate.backend == .postgres
      // The old schema's times: text here, milliseconds there. Its key on addresses doesn't know that case is nothing.
      let sql =
        isPostgres
        ? "INSERT INTO users (email, password_hash, display_name, credits, role, is_active, created_at, last_login_at)"
          + " VALUES ($1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz) RETURNING \(columns)"
        : "INSERT INTO users (email, password_hash, display_name, credits, role, is_active, created_at, last_login)"
          + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING \(columns)"
      let lastLogin: DatabaseValue =
        isPostgres ? user.lastLoginAt.databaseValue : (user.lastLoginAt?.milliseconds).databaseValue
      return try await gate.write(.insert) { transaction in
        if !isPostgres {
          try await Self.refuseTaken(email, except: nil, transaction)
        }
        let row = try await transaction.one(
          sql,
          [
            email, user.passwordHash, user.displayName, user.credits, user.role, user.isActive, now,
            lastLogin,
          ])
        guard let row else { throw RepositoryError.notFound(entity: "users", key: "") }
        return try Self.record(row)
      }
    }

    /// Writes an account, but for its credits.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`.
    public func update(_ user: Record) async throws -> Record {
      let email = try EmailAddress.normalized(user.email, of: "users")
      let isPostgres = gate.backend == .postgres
      let lastLogin: DatabaseValue =
        isPostgres ? user.lastLoginAt.databaseValue : (user.lastLoginAt?.milliseconds).databaseValue
      let lastLoginColumn = isPostgres ? "last_login_at = $6::timestamptz" : "last_login = $6"
      return try await gate.write(.update) { transaction in
        if !isPostgres {
          try await Self.refuseTaken(email, except: user.id, transaction)
        }
        let row = try await transaction.one(
          "UPDATE users SET email = $1, password_hash = $2, display_name = $3, role = $4, is_active = $5,"
            + " \(lastLoginColumn) WHERE id = $7 RETURNING \(columns)",
          [email, user.passwordHash, user.displayName, user.role, user.isActive, lastLogin, user.id])
        guard let row else { throw RepositoryError.notFound(entity: "users", key: "\(user.id)") }
        return try Self.record(row)
      }
    }

    /// Deletes an account with its generations; what was logged about it stays.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: Int) async throws -> Bool {
      try await gate.write(.delete) { transaction in
        if gate.backend == .sqlite {
          // What Postgres' foreign keys do by themselves. The old ones take nothing along, and refuse.
          try await transaction.run("DELETE FROM generations WHERE user_id = $1", [id])
          try await transaction.run("UPDATE logs SET user_id = NULL WHERE user_id = $1", [id])
        }
        return try await transaction.run("DELETE FROM users WHERE id = $1", [id]) > 0
      }
    }

    /// SQLite's key compares addresses byte by byte.
    private static func refuseTaken(_ email: String, except id: Int?, _ transaction: Transaction) async throws
    {
      let taken = try await transaction.query(
        "SELECT 1 FROM users WHERE lower(trim(email)) = $1 AND id IS NOT $2", [email, id])
      guard taken.isEmpty else {
        throw DatabaseError(
          .uniqueViolation(constraint: nil, columns: ["email"]), "The address is taken by another account.",
          table: "users")
      }
    }
  }
}
