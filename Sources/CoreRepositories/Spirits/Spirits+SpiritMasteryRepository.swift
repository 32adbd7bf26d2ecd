internal import Database
internal import Foundation
internal import Guardrails

extension Spirits {
  /// How far minions have come with spirits: `spirit_mastery`.
  public struct SpiritMasteryRepository: Sendable {
    /// A mastery with key and time.
    public typealias Record = Stored<Mastery, String>
    private let table: RecordTable<Entities.SpiritMastery, Mastery, String>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      clock = core.clock
      table = RecordTable(
        core, as: "SpiritMasteryRepository",
        RecordLayout(table: "spirit_mastery", updatedAt: nil, entity: "spirit_mastery"))
    }

    /// The level that experience makes: n is reached with 100 (n - 1)², and 100 is the last.
    public static func level(forXP xp: Int) -> Int {
      var level = min(100, 1 + Int((Double(max(0, xp)) / 100).squareRoot()))
      // What rounding may have put beyond or before the line.
      while level > 1, xp < 100 * (level - 1) * (level - 1) { level -= 1 }
      while level < 100, xp >= 100 * level * level { level += 1 }
      return level
    }

    /// How far a minion has come with a spirit.
    public func find(minion: String, spirit: String) async throws -> Record? {
      try await table.find(where: "minion_id = $1 AND spirit_id = $2", [minion, spirit])
    }

    /// All that a minion has mastered, the best first.
    public func all(ofMinion minion: String) async throws -> [Record] {
      try await table.all("WHERE minion_id = $1 ORDER BY xp DESC, id", [minion])
    }

    /// The best with a spirit.
    public func best(with spirit: String, limit: Int = 10) async throws -> [Record] {
      try await table.all(
        "WHERE spirit_id = $1 ORDER BY xp DESC, id LIMIT \(min(max(limit, 1), 1000))", [spirit])
    }

    /// Adds experience, and the levels that it makes, however many do so at once.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` for a number that is less than 1 or more than a thousand million.
    @discardableResult
    public func gain(_ xp: Int, minion: String, spirit: String) async throws -> Record {
      guard (1...1_000_000_000).contains(xp) else {
        throw RepositoryError.invalid(
          entity: "spirit_mastery", column: "xp", rule: "gain 1 to 1000000000 at a time")
      }
      func level(_ xp: String) -> String {
        "CASE WHEN \(xp) >= 980100 THEN 100 ELSE 1 + floor(sqrt((\(xp) / 100)::double precision))::integer END"
      }
      return try await table.gate.write(.upsert) { transaction in
        let row = try await transaction.one(
          "INSERT INTO spirit_mastery AS m (minion_id, spirit_id, xp, level, last_used_at)"
            + " VALUES ($1, $2, $3, \(level("$3")), $4::timestamptz) ON CONFLICT (minion_id, spirit_id) DO UPDATE"
            + " SET xp = m.xp + $3, level = \(level("(m.xp + $3)")), last_used_at = excluded.last_used_at"
            + " RETURNING \(table.columns)", [minion, spirit, xp, clock.now])
        return try table.record(row)
      }
    }
  }
}
