internal import Foundation

/// Amounts with two decimals.
enum Money {
  /// - Throws: ``RepositoryError`` of case `invalid` for a negative amount, one that is none, or one with more than two decimals.
  static func checked(_ amount: Decimal, of entity: String, _ column: String) throws(RepositoryError) {
    var amount = amount
    var rounded = Decimal()
    NSDecimalRound(&rounded, &amount, 2, .plain)
    guard amount.isFinite, amount >= 0, rounded == amount else {
      throw .invalid(
        entity: entity, column: column, rule: "it has to be zero or more, with two decimals at most")
    }
  }
}
