internal import Database
public import Foundation
internal import Guardrails

extension Omnihub {
  /// A named setting.
  public struct Setting: Sendable, Equatable {
    /// Its name.
    public let key: String
    /// Its text; some hold JSON.
    public let value: String?
    /// When it was set last.
    public let updatedAt: Date?
  }

  /// Named settings: table `settings`.
  public struct SettingRepository: Sendable {
    private let gate: CoreGate<Entities.Settings>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      gate = CoreGate(core, as: "settings")
      clock = core.clock
    }

    private static func setting(_ row: Row) throws -> Setting {
      Setting(
        key: try row["key"], value: try row["value"],
        updatedAt: try row["updated_at", as: AnyInstant?.self]?.time)
    }

    /// The setting of this name.
    public func find(_ key: String) async throws -> Setting? {
      try await gate.reading.selectOne("key, value, updated_at FROM settings WHERE key = $1", [key]).map(
        Self.setting)
    }

    /// All settings by name.
    public func all() async throws -> [Setting] {
      try await gate.reading.select("key, value, updated_at FROM settings ORDER BY key").map(Self.setting)
    }

    /// Sets a value.
    @discardableResult
    public func set(_ key: String, to value: String?) async throws -> Setting {
      try await gate.write(.upsert) { transaction in
        let row = try await transaction.one(
          "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)"
            + " ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at"
            + " RETURNING key, value, updated_at", [key, value, clock.now])
        guard let row else { throw RepositoryError.notFound(entity: "settings", key: key) }
        return try Self.setting(row)
      }
    }

    /// Takes a setting away.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ key: String) async throws -> Bool {
      try await gate.write(.delete) { transaction in
        try await transaction.run("DELETE FROM settings WHERE key = $1", [key]) > 0
      }
    }
  }
}
