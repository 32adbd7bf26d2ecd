internal import Database

extension Sendfx {
  /// What a workspace can buy: `core.tiers`.
  public struct TierRepository: Sendable {
    /// A tier with key and times.
    public typealias Record = Stored<Tier, String>
    private let table: RecordTable<Entities.Tiers, Tier, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "TierRepository", RecordLayout(table: "core.tiers", entity: "tiers"))
    }

    /// The tier with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// The tier of this short name.
    public func find(code: String) async throws -> Record? {
      try await table.find(where: "code = $1", [InputText.folded(code)])
    }

    /// The tiers in their order; there are few of them.
    ///
    /// - Parameter onlyPublic: without those that not anybody can buy.
    public func all(onlyPublic: Bool = false) async throws -> [Record] {
      try await table.all("\(onlyPublic ? "WHERE is_public " : "")ORDER BY sort_order NULLS LAST, code")
    }

    /// All tiers, the newest first.
    public func page(after cursor: PageCursor? = nil, limit: Int = 50) async throws -> Page<Record> {
      try await table.page(after: cursor, limit: limit)
    }

    /// Adds a tier.
    public func create(_ tier: Tier) async throws -> Record { try await table.create(Self.normalized(tier)) }

    /// Writes a tier that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ tier: Record) async throws -> Record {
      var tier = tier
      tier.content = Self.normalized(tier.content)
      return try await table.update(tier)
    }

    /// Adds the tier, or writes over the one of the same short name.
    public func upsert(_ tier: Tier) async throws -> Record {
      try await table.upsert(Self.normalized(tier), by: ["code"])
    }

    /// Deletes a tier. Refused by the database while anybody has it.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }

    private static func normalized(_ tier: Tier) -> Tier {
      var tier = tier
      tier.code = InputText.folded(tier.code)
      tier.currency = tier.currency.map { InputText.trimmed($0).uppercased() }
      return tier
    }
  }
}
