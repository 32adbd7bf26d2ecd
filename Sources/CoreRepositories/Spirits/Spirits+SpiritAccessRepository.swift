internal import Database
public import Foundation
internal import Guardrails

extension Spirits {
  /// Which spirits are open to whom: `user_spirit_access`.
  public struct SpiritAccessRepository: Sendable {
    /// An access with its key and the time when it was granted.
    public typealias Record = Stored<Access, String>
    private let table: RecordTable<Entities.UserSpiritAccess, Access, String>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      clock = core.clock
      table = RecordTable(
        core, as: "SpiritAccessRepository",
        RecordLayout(
          table: "user_spirit_access", createdAt: "granted_at", updatedAt: nil, entity: "user_spirit_access"))
    }

    /// What is open to a user now, by spirit.
    public func all(ofUser user: String) async throws -> [Record] {
      try await table.all(
        "WHERE user_id = $1 AND (expires_at IS NULL OR expires_at > $2::timestamptz) ORDER BY spirit_id",
        [user, clock.now])
    }

    /// Whether a spirit is open to a user now.
    public func isOpen(_ spirit: String, to user: String) async throws -> Bool {
      try await table.count(
        where: "user_id = $1 AND spirit_id = $2 AND (expires_at IS NULL OR expires_at > $3::timestamptz)",
        [user, spirit, clock.now]) > 0
    }

    /// Access that ends before a time, the next first.
    public func expiring(before time: Date, limit: Int = 100) async throws -> [Record] {
      try await table.all(
        "WHERE expires_at < $1::timestamptz ORDER BY expires_at, id LIMIT \(min(max(limit, 1), 1000))", [time]
      )
    }

    /// Opens a spirit. Where it is open already, for the longer of the two times; what is for good stays so.
    @discardableResult
    public func grant(_ access: Access) async throws -> Record {
      try await table.gate.write(.upsert) { transaction in
        let row = try await transaction.one(
          """
          INSERT INTO user_spirit_access AS a (user_id, spirit_id, granted_by, purchase_id, expires_at, granted_at) \
          VALUES ($1, $2, $3, $4, $5::timestamptz, $6::timestamptz) ON CONFLICT (user_id, spirit_id) DO UPDATE SET \
          granted_by = CASE WHEN a.expires_at IS NULL OR a.expires_at >= excluded.expires_at THEN a.granted_by \
          ELSE excluded.granted_by END, \
          purchase_id = CASE WHEN a.expires_at IS NULL OR a.expires_at >= excluded.expires_at THEN a.purchase_id \
          ELSE excluded.purchase_id END, \
          expires_at = CASE WHEN a.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL \
          ELSE greatest(a.expires_at, excluded.expires_at) END RETURNING \(table.columns)
          """,
          [
            access.userID, access.spiritID, access.grantedBy, access.purchaseID, access.expiresAt, clock.now,
          ])
        return try table.record(row)
      }
    }

    /// Closes a spirit.
    ///
    /// - Returns: whether it was open.
    @discardableResult
    public func revoke(_ spirit: String, of user: String) async throws -> Bool {
      try await table.gate.write(.delete) { transaction in
        try await transaction.run(
          "DELETE FROM user_spirit_access WHERE user_id = $1 AND spirit_id = $2", [user, spirit])
          > 0
      }
    }

    /// Closes what a purchase opened.
    ///
    /// - Returns: how many spirits.
    @discardableResult
    public func revoke(purchase: String) async throws -> Int {
      try await table.gate.write(.delete) { transaction in
        try await transaction.run("DELETE FROM user_spirit_access WHERE purchase_id = $1", [purchase])
      }
    }
  }
}
