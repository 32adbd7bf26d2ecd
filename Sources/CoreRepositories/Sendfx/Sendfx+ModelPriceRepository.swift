internal import Database
internal import Foundation
internal import Guardrails
public import Mapping

extension Sendfx {
  /// What language models cost, and from which day on: `core.model_prices`. The costs of calls that are logged come from here.
  public struct ModelPriceRepository: Sendable {
    private static let columns = ModelPrice.columns.joined(separator: ", ")
    private let gate: CoreGate<Entities.ModelPrices>

    /// The repository in a context.
    public init(_ core: CoreContext) { gate = CoreGate(core, as: "ModelPriceRepository") }

    /// What a model costs on a day in UTC: the price that began last. Nil before its first one.
    public func price(of model: String, on day: CalendarDay) async throws -> ModelPrice? {
      try await gate.reading.selectOne(
        "\(Self.columns) FROM core.model_prices WHERE model = $1 AND valid_from <= $2"
          + " ORDER BY valid_from DESC LIMIT 1", [InputText.trimmed(model), day]
      ).map { try ModelPrice(row: $0) }
    }

    /// All that a model has cost and will, the oldest price first.
    public func history(of model: String) async throws -> [ModelPrice] {
      try await gate.reading.select(
        "\(Self.columns) FROM core.model_prices WHERE model = $1 ORDER BY valid_from",
        [InputText.trimmed(model)]
      ).map { try ModelPrice(row: $0) }
    }

    /// Sets what a model costs from a day on, in place of a price that begins on the same day. Earlier days keep theirs, and calls
    /// that were logged keep what they cost.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` for a price that can't be, or a model without a name.
    @discardableResult
    public func set(_ price: ModelPrice) async throws -> ModelPrice {
      var price = price
      price.model = InputText.trimmed(price.model)
      guard !price.model.isEmpty else {
        throw RepositoryError.invalid(entity: "model_prices", column: "model", rule: "it has to have a name")
      }
      try Money.checked(price.promptPrice, of: "model_prices", "prompt_price", decimals: 6)
      try Money.checked(price.completionPrice, of: "model_prices", "completion_price", decimals: 6)
      return try await gate.write(.upsert) { transaction in
        let row = try await transaction.one(
          "INSERT INTO core.model_prices (\(Self.columns)) VALUES ($1, $2, $3, $4)"
            + " ON CONFLICT (model, valid_from) DO UPDATE SET prompt_price = excluded.prompt_price,"
            + " completion_price = excluded.completion_price RETURNING \(Self.columns)",
          price.values)
        guard let row else { throw RepositoryError.notFound(entity: "model_prices", key: price.model) }
        return try ModelPrice(row: row)
      }
    }

    /// Deletes the price that begins on a day; the one before it holds on.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ model: String, validFrom day: CalendarDay) async throws -> Bool {
      try await gate.write(.delete) { transaction in
        try await transaction.run(
          "DELETE FROM core.model_prices WHERE model = $1 AND valid_from = $2",
          [InputText.trimmed(model), day]) > 0
      }
    }
  }
}
