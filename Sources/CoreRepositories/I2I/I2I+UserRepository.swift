public import Foundation
internal import Guardrails

extension I2I {
  /// The accounts: table `users`.
  public struct UserRepository: Sendable {
    /// An account with key and times.
    public typealias Record = Stored<User, UUID>
    private let table: RecordTable<Entities.Users, User, UUID>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "UserRepository", RecordLayout(table: "public.users", entity: "users"))
    }

    /// The account with this key.
    public func find(_ id: UUID) async throws -> Record? { try await table.find(id) }

    /// The account with this address, however it is spelled.
    public func find(email: String) async throws -> Record? {
      try await table.find(where: "email = $1", [EmailAddress.folded(email)])
    }

    /// Whether somebody with this address may have images made.
    public func isWhitelisted(email: String) async throws -> Bool {
      try await find(email: email)?.isWhitelisted ?? false
    }

    /// The accounts, the newest first.
    ///
    /// - Parameter isWhitelisted: only those that are, or aren't; nil for all.
    public func page(isWhitelisted: Bool? = nil, after cursor: PageCursor? = nil, limit: Int = 50)
      async throws
      -> Page<Record>
    {
      guard let isWhitelisted else {
        return try await table.page(after: cursor, limit: limit) { UUID(uuidString: $0) }
      }
      return try await table.page(where: "is_whitelisted = $1", [isWhitelisted], after: cursor, limit: limit)
      {
        UUID(uuidString: $0)
      }
    }

    /// Makes an account.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` for an address that is none, or a hash that isn't bcrypt's with twelve rounds.
    public func create(_ user: User) async throws -> Record { try await table.create(try Self.checked(user)) }

    /// Writes an account that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile`, `notFound` or `invalid`.
    public func update(_ user: Record) async throws -> Record {
      var user = user
      user.content = try Self.checked(user.content)
      return try await table.update(user)
    }

    /// Makes the account, or writes over the one that has the same address.
    public func upsert(_ user: User) async throws -> Record {
      try await table.upsert(try Self.checked(user), by: ["email"])
    }

    /// Puts somebody on the whitelist, or takes them off.
    public func setWhitelisted(_ isWhitelisted: Bool, _ id: UUID) async throws -> Record {
      try await table.set("is_whitelisted = $1", [isWhitelisted], of: id)
    }

    /// Deletes an account with its images and jobs.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: UUID) async throws -> Bool { try await table.delete(id) }

    private static func checked(_ user: User) throws -> User {
      var user = user
      user.email = try EmailAddress.normalized(user.email, of: "users")
      guard user.passwordHash.wholeMatch(of: /\$2[aby]\$12\$[.\/A-Za-z0-9]{53}/) != nil else {
        throw RepositoryError.invalid(
          entity: "users", column: "password_hash", rule: "it has to be a bcrypt hash of 12 rounds")
      }
      return user
    }
  }
}
