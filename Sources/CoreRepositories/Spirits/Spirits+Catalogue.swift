internal import Database
internal import Guardrails

extension Spirits {
  /// The spirits on offer: `spirits_registry`.
  public struct SpiritRepository: Sendable {
    /// A spirit with its key.
    public typealias Item = Entry<Spirit, String>
    private let table: EntryTable<Entities.SpiritsRegistry, Spirit>

    /// The repository in a context.
    public init(_ core: CoreContext) { table = EntryTable(core, as: "SpiritRepository", "spirits_registry") }

    /// The spirit with this key.
    public func find(_ id: String) async throws -> Item? { try await table.find(id) }
    /// The spirit with this number of the old application.
    public func find(legacyID: Int) async throws -> Item? {
      try await table.find(where: "legacy_id = $1", [legacyID])
    }
    /// Those on offer, by their numbers.
    public func all(category: SpiritCategory? = nil) async throws -> [Item] {
      guard let category else { return try await table.all("WHERE is_active ORDER BY legacy_id") }
      return try await table.all("WHERE is_active AND category = $1 ORDER BY legacy_id", [category])
    }
    /// Adds a spirit, or writes over the one with this key.
    @discardableResult
    public func put(_ id: String, _ spirit: Spirit) async throws -> Item { try await table.put(id, spirit) }
    /// Deletes a spirit. Refused by the database while a bundle holds it, or anybody has it.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }
  }

  /// The plans on offer: `subscription_plans`.
  public struct PlanRepository: Sendable {
    /// A plan with its key.
    public typealias Item = Entry<Plan, String>
    private let table: EntryTable<Entities.SubscriptionPlans, Plan>

    /// The repository in a context.
    public init(_ core: CoreContext) { table = EntryTable(core, as: "PlanRepository", "subscription_plans") }

    /// The plan with this key.
    public func find(_ id: String) async throws -> Item? { try await table.find(id) }
    /// Those on offer, in their order.
    public func all() async throws -> [Item] {
      try await table.all("WHERE is_active ORDER BY sort_order, id")
    }
    /// Adds a plan, or writes over the one with this key.
    @discardableResult
    public func put(_ id: String, _ plan: Plan) async throws -> Item { try await table.put(id, plan) }
    /// Deletes a plan. Refused by the database while anybody has it.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }
  }

  /// What minions can do: `tools_registry`.
  public struct ToolRepository: Sendable {
    /// A tool with its key.
    public typealias Item = Entry<Tool, String>
    private let table: EntryTable<Entities.ToolsRegistry, Tool>

    /// The repository in a context.
    public init(_ core: CoreContext) { table = EntryTable(core, as: "ToolRepository", "tools_registry") }

    /// The tool with this key.
    public func find(_ id: String) async throws -> Item? { try await table.find(id) }
    /// Those of a category, by name.
    public func all(category: String) async throws -> [Item] {
      try await table.all("WHERE is_enabled AND category = $1 ORDER BY name", [category])
    }
    /// What a minion can do that carries these spirits, by category and name.
    public func all(carrying spirits: [String]) async throws -> [Item] {
      try await table.all(
        "WHERE is_enabled AND (spirit_id IS NULL OR spirit_id = ANY ($1::text[])) ORDER BY category, name",
        [TextArray(spirits)])
    }
    /// Adds a tool, or writes over the one with this key.
    @discardableResult
    public func put(_ id: String, _ tool: Tool) async throws -> Item { try await table.put(id, tool) }
    /// Deletes a tool.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }
  }
}
