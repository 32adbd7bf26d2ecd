internal import Database
public import Foundation
internal import Guardrails

extension Motiv8 {
  /// What somebody has set under a name.
  public struct Setting: Sendable, Equatable {
    /// Whose it is.
    public let userID: Int
    /// Its name.
    public let name: String
    /// Its text; some hold JSON.
    public let value: String?
    /// When it was set last.
    public let updatedAt: Date?
  }

  /// What people have set: table `settings`.
  public struct SettingRepository: Sendable {
    private static let columns = "user_id, name, value, updated_at"
    private let gate: CoreGate<Entities.Settings>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      gate = CoreGate(core, as: "SettingRepository")
      clock = core.clock
    }

    private static func setting(_ row: Row) throws -> Setting {
      Setting(
        userID: try row["user_id"], name: try row["name"], value: try row["value"],
        updatedAt: try row["updated_at"])
    }

    /// A user's setting of this name.
    public func find(_ name: String, ofUser user: Int) async throws -> Setting? {
      try await gate.reading.selectOne(
        "\(Self.columns) FROM settings WHERE user_id = $1 AND name = $2", [user, name]
      ).map(Self.setting)
    }

    /// All that a user has set, by name.
    public func all(ofUser user: Int) async throws -> [Setting] {
      try await gate.reading.select(
        "\(Self.columns) FROM settings WHERE user_id = $1 ORDER BY name", [user]
      ).map(Self.setting)
    }

    /// Sets a value, in place of an older one.
    @discardableResult
    public func set(_ name: String, to value: String?, ofUser user: Int) async throws -> Setting {
      let now = clock.now.databaseValue
      let time = gate.backend == .sqlite ? OldForm.currentTimestamp(now) : now
      return try await gate.write(.upsert) { transaction in
        let row = try await transaction.one(
          "INSERT INTO settings (\(Self.columns)) VALUES ($1, $2, $3, $4)"
            + " ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at"
            + " RETURNING \(Self.columns)", [user, name, value, time])
        guard let row else { throw RepositoryError.notFound(entity: "settings", key: name) }
        return try Self.setting(row)
      }
    }

    /// Takes a setting away.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ name: String, ofUser user: Int) async throws -> Bool {
      try await gate.write(.delete) { transaction in
        try await transaction.run("DELETE FROM settings WHERE user_id = $1 AND name = $2", [user, name]) > 0
      }
    }
  }
}
