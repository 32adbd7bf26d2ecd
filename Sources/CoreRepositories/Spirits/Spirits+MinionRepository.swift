internal import Database
internal import Foundation
internal import Guardrails

extension Spirits {
  /// Helpers that carry spirits: `spirit_minions`, and what they carry in `minion_spirits`.
  public struct MinionRepository: Sendable {
    /// A minion with key and times.
    public typealias Record = Stored<Minion, String>
    private let table: RecordTable<Entities.SpiritMinions, Minion, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "MinionRepository", RecordLayout(table: "spirit_minions", entity: "spirit_minions"))
    }

    /// The minion with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// A user's minions, the newest first.
    public func page(ofUser user: String, after cursor: PageCursor? = nil, limit: Int = 50) async throws
      -> Page<Record>
    {
      try await table.page(where: "user_id = $1", [user], after: cursor, limit: limit)
    }

    /// Makes a minion.
    ///
    /// - Throws: a `DatabaseError` of kind `uniqueViolation` where the user has one of this name.
    public func create(_ minion: Minion) async throws -> Record {
      try await table.create(Self.normalized(minion))
    }

    /// Writes a minion that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ minion: Record) async throws -> Record {
      var minion = minion
      minion.content = Self.normalized(minion.content)
      return try await table.update(minion)
    }

    /// Deletes a minion, with what it carries and has mastered.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }

    /// The spirits that it carries, by slot.
    public func spirits(of id: String) async throws -> [String] {
      try await table.gate.reading.select(
        "spirit_id FROM minion_spirits WHERE minion_id = $1 AND is_active ORDER BY slot", [id]
      ).map { try $0["spirit_id"] }
    }

    /// Lets it carry these spirits and no others, eight at most.
    public func equip(_ spirits: [String], _ id: String) async throws {
      guard spirits.count <= 8, Set(spirits).count == spirits.count else {
        throw RepositoryError.invalid(
          entity: "minion_spirits", column: "slot", rule: "a minion carries eight spirits at most, each once")
      }
      try await table.gate.write(.update) { transaction in
        // The minion's row is the lock: two who equip it at once don't mix.
        guard try await transaction.one("SELECT 1 FROM spirit_minions WHERE id = $1 FOR UPDATE", [id]) != nil
        else {
          throw RepositoryError.notFound(entity: "spirit_minions", key: id)
        }
        try await transaction.run("DELETE FROM minion_spirits WHERE minion_id = $1", [id])
        try await transaction.run(
          "INSERT INTO minion_spirits (minion_id, slot, spirit_id) SELECT $1, place - 1, spirit"
            + " FROM unnest($2::text[]) WITH ORDINALITY AS s (spirit, place)", [id, TextArray(spirits)])
      }
    }

    private static func normalized(_ minion: Minion) -> Minion {
      var minion = minion
      minion.name = InputText.trimmed(minion.name)
      return minion
    }
  }
}
