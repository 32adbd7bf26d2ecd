internal import Database
public import Foundation
internal import Guardrails

extension Spirits {
  /// Several spirits for one price, which is below that of all of them.
  public struct Bundle: Sendable, Equatable {
    /// What people see; no two bundles share one.
    public var name: String
    /// What it holds, two at least, each once.
    public var spiritIDs: [String]
    /// What it costs, in dollars.
    public var price: Decimal
    /// What it is for.
    public var description: String?
    /// Whether it is on offer.
    public var isActive: Bool
    /// What its spirits cost one by one. The repository adds it up.
    public internal(set) var listPrice = Decimal(0)
    /// What one saves, in whole per cent. The repository works it out.
    public internal(set) var saving = 0

    /// A bundle from its parts.
    public init(
      name: String, spiritIDs: [String], price: Decimal, description: String? = nil, isActive: Bool = true
    ) {
      self.name = name
      self.spiritIDs = spiritIDs
      self.price = price
      self.description = description
      self.isActive = isActive
    }
  }

  /// The bundles on offer: `spirit_bundles`.
  public struct BundleRepository: Sendable {
    /// A bundle with its key.
    public typealias Item = Entry<Bundle, String>
    private let gate: CoreGate<Entities.SpiritBundles>
    private let columns = "id, name, spirit_ids, list_price, price, saving, description, is_active"

    /// The repository in a context.
    public init(_ core: CoreContext) { gate = CoreGate(core, as: "BundleRepository") }

    private static func entry(_ row: Row) throws -> Item {
      var bundle = Bundle(
        name: try row["name"], spiritIDs: try row["spirit_ids", as: TextArray.self].texts,
        price: try row["price"],
        description: try row["description"], isActive: try row["is_active"])
      bundle.listPrice = try row["list_price"]
      bundle.saving = try row["saving"]
      return Item(id: try row["id"], content: bundle)
    }

    /// The bundle with this key.
    public func find(_ id: String) async throws -> Item? {
      try await gate.reading.selectOne("\(columns) FROM spirit_bundles WHERE id = $1", [id]).map(Self.entry)
    }

    /// Those on offer, the greatest saving first.
    public func all() async throws -> [Item] {
      try await gate.reading.select("\(columns) FROM spirit_bundles WHERE is_active ORDER BY saving DESC, id")
        .map(Self.entry)
    }

    /// Those that hold a spirit, by key.
    public func all(holding spirit: String) async throws -> [Item] {
      try await gate.reading.select(
        "\(columns) FROM spirit_bundles WHERE spirit_ids @> ARRAY[$1::text] ORDER BY id", [spirit]
      ).map(Self.entry)
    }

    /// Adds a bundle, or writes over the one with this key, with the list price and the saving that its spirits' prices make.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` for a spirit that isn't there; a `DatabaseError` where the database refuses it.
    @discardableResult
    public func put(_ id: String, _ bundle: Bundle) async throws -> Item {
      try await gate.write(.upsert) { transaction in
        let spirits = TextArray(bundle.spiritIDs)
        // Held, so that no price changes before the bundle is written.
        let found = try await transaction.query(
          "SELECT id, price FROM spirits_registry WHERE id = ANY ($1::text[]) ORDER BY id FOR SHARE",
          [spirits])
        let known = Set(try found.map { try $0["id", as: String.self] })
        if let unknown = bundle.spiritIDs.first(where: { !known.contains($0) }) {
          throw RepositoryError.notFound(entity: "spirits_registry", key: unknown)
        }
        let list = try found.reduce(Decimal(0)) { try $0 + $1["price", as: Decimal.self] }
        let row = try await transaction.one(
          "INSERT INTO spirit_bundles (\(columns)) VALUES ($1, $2, $3, $4, $5, round(100 * ($4 - $5) / nullif($4, 0)), $6, $7)"
            + " ON CONFLICT (id) DO UPDATE SET name = excluded.name, spirit_ids = excluded.spirit_ids,"
            + " list_price = excluded.list_price, price = excluded.price, saving = excluded.saving,"
            + " description = excluded.description, is_active = excluded.is_active RETURNING \(columns)",
          [id, bundle.name, spirits, list, bundle.price, bundle.description, bundle.isActive])
        guard let row else { throw RepositoryError.notFound(entity: "spirit_bundles", key: id) }
        return try Self.entry(row)
      }
    }

    /// Deletes a bundle. Refused by the database while anybody has bought it.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool {
      try await gate.write(.delete) { transaction in
        try await transaction.run("DELETE FROM spirit_bundles WHERE id = $1", [id]) > 0
      }
    }
  }
}
