internal import Database
internal import Foundation
internal import Guardrails

extension Spirits {
  /// What users bought: `user_spirit_purchases`. What is paid opens spirits; what is paid back closes them.
  public struct SpiritPurchaseRepository: Sendable {
    /// A purchase with its key and the time when it was made.
    public typealias Record = Stored<Purchase, String>
    private let core: CoreContext

    /// The repository in a context.
    public init(_ core: CoreContext) { self.core = core }

    private func table(_ core: CoreContext) -> RecordTable<Entities.UserSpiritPurchases, Purchase, String> {
      RecordTable(
        core, as: "SpiritPurchaseRepository",
        RecordLayout(
          table: "user_spirit_purchases", createdAt: "purchased_at", updatedAt: nil,
          entity: "user_spirit_purchases"))
    }

    /// The purchase with this key.
    public func find(_ id: String) async throws -> Record? { try await table(core).find(id) }

    /// The purchase that the payment provider calls so.
    public func find(paymentID: String) async throws -> Record? {
      try await table(core).find(where: "payment_id = $1", [paymentID])
    }

    /// A user's purchases, the latest first.
    public func page(ofUser user: String, after cursor: PageCursor? = nil, limit: Int = 50) async throws
      -> Page<Record>
    {
      try await table(core).page(where: "user_id = $1", [user], after: cursor, limit: limit)
    }

    /// Notes that somebody wants to buy a spirit, at its price of now.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` for one that isn't on offer.
    public func begin(spirit: String, for user: String) async throws -> Record {
      guard let found = try await SpiritRepository(core).find(spirit), found.isActive else {
        throw RepositoryError.notFound(entity: "spirits_registry", key: spirit)
      }
      return try await table(core).create(
        Purchase(userID: user, spiritID: spirit, price: found.price), createdAt: core.clock.now)
    }

    /// Notes that somebody wants to buy a bundle, at its price of now.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` for one that isn't on offer.
    public func begin(bundle: String, for user: String) async throws -> Record {
      guard let found = try await BundleRepository(core).find(bundle), found.isActive else {
        throw RepositoryError.notFound(entity: "spirit_bundles", key: bundle)
      }
      return try await table(core).create(
        Purchase(userID: user, bundleID: bundle, price: found.price), createdAt: core.clock.now)
    }

    /// Notes that it is paid, and opens what was bought for good, both or neither. A second call changes nothing.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`, or `wrongState` where it was paid back.
    @discardableResult
    public func pay(_ id: String, paymentID: String) async throws -> Record {
      try await core.transaction { core in
        let moved = try await move(core, id, "status = 'paid', payment_id = $1", [paymentID], from: .pending)
        guard let record = moved else { return try await confirm(core, id, is: .paid, for: "paid") }
        let access = SpiritAccessRepository(core)
        if let spirit = record.spiritID {
          try await access.grant(
            Access(userID: record.userID, spiritID: spirit, grantedBy: .purchase, purchaseID: id))
        }
        if let bundle = record.bundleID, let found = try await BundleRepository(core).find(bundle) {
          for spirit in found.spiritIDs {
            try await access.grant(
              Access(userID: record.userID, spiritID: spirit, grantedBy: .bundle, purchaseID: id))
          }
        }
        return record
      }
    }

    /// Notes that it was paid back, and closes what it opened, both or neither. A second call changes nothing.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`, or `wrongState` where it was never paid.
    @discardableResult
    public func refund(_ id: String) async throws -> Record {
      try await core.transaction { core in
        let moved = try await move(
          core, id, "status = 'refunded', refunded_at = greatest($1::timestamptz, purchased_at)",
          [core.clock.now],
          from: .paid)
        guard let record = moved else { return try await confirm(core, id, is: .refunded, for: "refunded") }
        try await SpiritAccessRepository(core).revoke(purchase: id)
        return record
      }
    }

    private func move(
      _ core: CoreContext, _ id: String, _ assignments: String, _ values: [(any DatabaseEncodable)?],
      from: PurchaseStatus
    ) async throws -> Record? {
      let table = table(core)
      return try await table.gate.write(.update) { transaction in
        try await transaction.one(
          "UPDATE user_spirit_purchases SET \(assignments) WHERE id = $2 AND status = '\(from.rawValue)'"
            + " RETURNING \(table.columns)", values + [id]
        ).map { try table.record($0) }
      }
    }

    private func confirm(_ core: CoreContext, _ id: String, is status: PurchaseStatus, for action: String)
      async throws -> Record
    {
      guard let found = try await table(core).find(id) else {
        throw RepositoryError.notFound(entity: "user_spirit_purchases", key: id)
      }
      guard found.status == status else {
        throw RepositoryError.wrongState(
          entity: "user_spirit_purchases", key: id, state: found.status.rawValue, action: action)
      }
      return found
    }
  }
}
