internal import Database
public import Foundation
internal import Guardrails

extension Sendfx {
  /// The people who log in: `core.users`, and their addresses in `core.user_addresses`.
  public struct UserRepository: Sendable {
    /// A user with key and times.
    public typealias Record = Stored<User, String>
    private static let writer = "UserRepository"
    private let table: RecordTable<Entities.Users, User, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: Self.writer, RecordLayout(table: "core.users", entity: "users"))
    }

    /// The user with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// The user with this address, however it is spelled.
    public func find(email: String) async throws -> Record? {
      try await table.find(where: "email = $1", [EmailAddress.folded(email)])
    }

    /// All users, the newest first.
    ///
    /// - Parameter isActive: only those who may log in, or may not; nil for both.
    public func page(isActive: Bool? = nil, after cursor: PageCursor? = nil, limit: Int = 50) async throws
      -> Page<Record>
    {
      guard let isActive else { return try await table.page(after: cursor, limit: limit) }
      return try await table.page(where: "is_active = $1", [isActive], after: cursor, limit: limit)
    }

    /// The people of the house.
    public func administrators() async throws -> [Record] {
      try await table.all("WHERE role = 'admin' ORDER BY id")
    }

    /// Makes an account.
    ///
    /// - Throws: ``RepositoryError`` for an address that is none; a `DatabaseError` of kind `uniqueViolation` where it is taken.
    public func create(_ user: User) async throws -> Record {
      try await table.create(try Self.normalized(user))
    }

    /// Writes a user whom nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ user: Record) async throws -> Record {
      var user = user
      user.content = try Self.normalized(user.content)
      return try await table.update(user)
    }

    /// Makes the account, or writes over the one that has the same address.
    public func upsert(_ user: User) async throws -> Record {
      try await table.upsert(try Self.normalized(user), by: ["email"])
    }

    /// Notes that somebody logged in.
    public func noteLogin(_ id: String, at time: Date) async throws -> Record {
      try await table.set(
        "login_count = coalesce(login_count, 0) + 1, last_login_at = greatest(last_login_at, $1::timestamptz)",
        [time],
        of: id)
    }

    /// Deletes an account with its memberships and addresses. Refused by the database while it owns a workspace.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }

    /// Where a user lives, in the order that they gave.
    public func addresses(of id: String) async throws -> [Address] {
      try await table.gate.reading.select(
        "address_id, label, street, city, postal_code, country FROM core.user_addresses WHERE user_id = $1 ORDER BY position",
        [id]
      ).map {
        Address(
          id: try $0["address_id"], label: try $0["label"], street: try $0["street"], city: try $0["city"],
          postalCode: try $0["postal_code"], country: try $0["country"])
      }
    }

    /// Writes all addresses of a user anew.
    public func setAddresses(_ addresses: [Address], of id: String) async throws {
      try await table.gate.write(.update) { transaction in
        // The user's row is the lock: two who write at once don't mix.
        guard try await transaction.one("SELECT 1 FROM core.users WHERE id = $1 FOR UPDATE", [id]) != nil
        else {
          throw RepositoryError.notFound(entity: "users", key: id)
        }
        try await transaction.run("DELETE FROM core.user_addresses WHERE user_id = $1", [id])
        for (position, address) in addresses.enumerated() {
          try await transaction.run(
            "INSERT INTO core.user_addresses (user_id, position, address_id, label, street, city, postal_code, country)"
              + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
              id, position, address.id, address.label, address.street, address.city, address.postalCode,
              address.country?.uppercased(),
            ])
        }
      }
    }

    private static func normalized(_ user: User) throws -> User {
      var user = user
      user.email = try EmailAddress.normalized(user.email, of: "users")
      user.phone = user.phone.map { InputText.trimmed($0) }.flatMap { $0.isEmpty ? nil : $0 }
      return user
    }
  }

  /// Where somebody lives.
  public struct Address: Sendable, Equatable {
    /// What older clients call it.
    public var id: String?
    /// Such as `home`.
    public var label: String?
    /// Street and number.
    public var street: String?
    /// City.
    public var city: String?
    /// As the post writes it.
    public var postalCode: String?
    /// Two letters.
    public var country: String?

    /// An address from its parts.
    public init(
      id: String? = nil, label: String? = nil, street: String? = nil, city: String? = nil,
      postalCode: String? = nil,
      country: String? = nil
    ) {
      self.id = id
      self.label = label
      self.street = street
      self.city = city
      self.postalCode = postalCode
      self.country = country
    }
  }
}
