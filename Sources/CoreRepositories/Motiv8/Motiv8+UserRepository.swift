internal import Database
internal import Foundation
internal import Guardrails

extension Motiv8 {
  /// The accounts: table `users`.
  public struct UserRepository: Sendable {
    /// An account with key and time.
    public typealias Record = Stored<User, Int>
    private let table: RecordTable<Entities.Users, User, Int>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "UserRepository", Motiv8.users)
      clock = core.clock
    }

    /// The account with this key.
    public func find(_ id: Int) async throws -> Record? { try await table.find(id) }

    /// The account with this address, however it is spelled.
    public func find(email: String) async throws -> Record? {
      try await table.all(
        "WHERE \(table.column("email")) = $1 ORDER BY id LIMIT 1", [EmailAddress.folded(email)]
      ).first
    }

    /// The accounts, the newest first.
    public func page(after cursor: PageCursor? = nil, limit: Int = 50) async throws -> Page<Record> {
      try await table.page(after: cursor, limit: limit) { Int($0) }
    }

    /// Makes an account.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` for an address that is none, or a balance that can't be.
    public func create(_ user: User) async throws -> Record {
      try await table.create(try Self.checked(user), createdAt: clock.now)
    }

    /// Writes an account.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` or `invalid`.
    public func update(_ user: Record) async throws -> Record {
      var user = user
      user.content = try Self.checked(user.content)
      return try await table.update(user)
    }

    private static func checked(_ user: User) throws -> User {
      var user = user
      user.email = try EmailAddress.normalized(user.email, of: "users")
      try Money.checked(user.balance, of: "users", "balance")
      return user
    }
  }
}
