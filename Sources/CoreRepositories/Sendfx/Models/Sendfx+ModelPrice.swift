internal import Database
public import Foundation
public import Mapping

extension Sendfx {
  /// What a language model's tokens cost from a day on.
  public struct ModelPrice: Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// The first day on which the price holds, in UTC. It holds until the next one begins.
    public var validFrom: CalendarDay
    /// Dollars for a million tokens that go in, six decimals.
    public var promptPrice: Decimal
    /// Dollars for a million tokens that come out, six decimals.
    public var completionPrice: Decimal

    /// From its parts.
    public init(model: String, validFrom: CalendarDay, promptPrice: Decimal, completionPrice: Decimal) {
      self.model = model
      self.validFrom = validFrom
      self.promptPrice = promptPrice
      self.completionPrice = completionPrice
    }
  }
}

extension Sendfx.ModelPrice: RecordContent {
  static let columns = ["model", "valid_from", "prompt_price", "completion_price"]

  var values: [DatabaseValue] {
    [
      model.databaseValue, validFrom.databaseValue, promptPrice.databaseValue, completionPrice.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      model: try row["model"], validFrom: try row["valid_from"], promptPrice: try row["prompt_price"],
      completionPrice: try row["completion_price"])
  }
}
