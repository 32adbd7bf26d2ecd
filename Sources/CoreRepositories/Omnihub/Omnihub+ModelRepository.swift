internal import Database
public import Foundation
internal import Guardrails

extension Omnihub {
  /// Who serves a model.
  public struct ModelProvider: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Where it is asked.
    public var endpoint: String
    /// Dollars that it takes for one call.
    public var cost: Decimal
    /// Its place in the order in which providers are tried: 1 is the first.
    public var fallbackOrder: Int

    /// A provider from its parts.
    public init(name: String, endpoint: String, cost: Decimal, fallbackOrder: Int) {
      self.name = name
      self.endpoint = endpoint
      self.cost = cost
      self.fallbackOrder = fallbackOrder
    }
  }

  /// A model, and all that serve it.
  public struct Model: Sendable, Equatable {
    /// Its name, which is its key.
    public var name: String
    /// What it makes.
    public var type: MediaType
    /// Credits that one generation costs at least.
    public var baseCost: Decimal
    /// Who serves it where nobody asks for another.
    public var defaultProvider: String
    /// Whether users may choose it.
    public var isEnabled: Bool
    /// Who serves it, in the order in which they are tried.
    public var providers: [ModelProvider]

    /// A model from its parts.
    public init(
      name: String, type: MediaType, baseCost: Decimal, defaultProvider: String, isEnabled: Bool = true,
      providers: [ModelProvider]
    ) {
      self.name = name
      self.type = type
      self.baseCost = baseCost
      self.defaultProvider = defaultProvider
      self.isEnabled = isEnabled
      self.providers = providers
    }

    /// Who to ask, one after the other: the default provider, then the others in their order.
    public var chain: [ModelProvider] {
      providers.filter { $0.name == defaultProvider }
        + providers.filter { $0.name != defaultProvider }.sorted { $0.fallbackOrder < $1.fallbackOrder }
    }
  }

  /// The only place that knows the models: tables `models` and `model_providers`, which have always lived in Postgres and are seeded.
  public struct ModelRepository: Sendable {
    private static let writer = "models"
    private let core: CoreContext
    private let models: CoreGate<Entities.Models>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      self.core = core
      models = CoreGate(core, as: Self.writer)
    }

    /// All models in one query, by name.
    ///
    /// - Parameters:
    ///   - type: only those that make this; nil for all.
    ///   - includingDisabled: also those that users may not choose.
    public func all(_ type: MediaType? = nil, includingDisabled: Bool = false) async throws -> [Model] {
      try await read(
        "($1::text IS NULL OR m.type = $1) AND (m.is_enabled OR $2)", [type?.rawValue, includingDisabled])
    }

    /// The model of this name.
    public func find(_ name: String) async throws -> Model? { try await read("m.name = $1", [name]).first }

    private func read(_ condition: String, _ values: [(any DatabaseEncodable)?]) async throws -> [Model] {
      let rows = try await models.reading.select(
        "m.name, m.type, m.base_cost, m.default_provider, m.is_enabled, p.provider, p.endpoint, p.cost, p.fallback_order"
          + " FROM models AS m LEFT JOIN model_providers AS p ON p.model = m.name WHERE \(condition)"
          + " ORDER BY m.name, p.fallback_order", values)
      var found: [Model] = []
      for row in rows {
        let name: String = try row["name"]
        if found.last?.name != name {
          found.append(
            Model(
              name: name, type: try row["type"], baseCost: try row["base_cost"],
              defaultProvider: try row["default_provider"], isEnabled: try row["is_enabled"], providers: []))
        }
        guard let provider = try row["provider", as: String?.self] else { continue }
        found[found.count - 1].providers.append(
          ModelProvider(
            name: provider, endpoint: try row["endpoint"], cost: try row["cost"],
            fallbackOrder: try row["fallback_order"]))
      }
      return found
    }

    /// Adds a model with its providers, or writes over the one of this name: all of it, or nothing.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` where the default provider isn't one of the providers.
    public func put(_ model: Model) async throws {
      guard model.providers.contains(where: { $0.name == model.defaultProvider }) else {
        throw RepositoryError.invalid(
          entity: "models", column: "default_provider", rule: "it has to be one of the model's providers")
      }
      try await core.transaction { core in
        let models = CoreGate<Entities.Models>(core, as: Self.writer)
        try await models.write(.upsert) { transaction in
          _ = try await transaction.run(
            "INSERT INTO models (name, type, base_cost, default_provider, is_enabled) VALUES ($1, $2, $3, $4, $5)"
              + " ON CONFLICT (name) DO UPDATE SET type = excluded.type, base_cost = excluded.base_cost,"
              + " default_provider = excluded.default_provider, is_enabled = excluded.is_enabled",
            [model.name, model.type, model.baseCost, model.defaultProvider, model.isEnabled])
        }
        let providers = CoreGate<Entities.ModelProviders>(core, as: Self.writer)
        try await providers.write(.delete) { transaction in
          _ = try await transaction.run("DELETE FROM model_providers WHERE model = $1", [model.name])
        }
        try await providers.write(.insert) { transaction in
          for provider in model.providers {
            _ = try await transaction.run(
              "INSERT INTO model_providers (model, provider, endpoint, cost, fallback_order) VALUES ($1, $2, $3, $4, $5)",
              [model.name, provider.name, provider.endpoint, provider.cost, provider.fallbackOrder])
          }
        }
      }
    }

    /// Lets users choose a model, or not.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`.
    public func setEnabled(_ isEnabled: Bool, _ name: String) async throws {
      try await models.write(.update) { transaction in
        let count = try await transaction.run(
          "UPDATE models SET is_enabled = $1 WHERE name = $2", [isEnabled, name])
        guard count > 0 else { throw RepositoryError.notFound(entity: "models", key: name) }
      }
    }

    /// Takes a model out, with its providers.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ name: String) async throws -> Bool {
      try await models.write(.delete) { transaction in
        try await transaction.run("DELETE FROM models WHERE name = $1", [name]) > 0
      }
    }
  }
}
