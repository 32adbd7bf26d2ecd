internal import Foundation

/// Amounts with two decimals, or with some more.
enum Money {
  /// - Throws: ``RepositoryError`` of case `invalid` for a negative amount, one that is none, or one with more than these decimals.
  static func checked(
    _ amount: Decimal, of entity: String, _ column: String, decimals: Int = 2
  ) throws(RepositoryError) {
    var amount = amount
    var rounded = Decimal()
    NSDecimalRound(&rounded, &amount, decimals, .plain)
    guard amount.isFinite, amount >= 0, rounded == amount else {
      let words = decimals == 2 ? "two" : "\(decimals)"
      throw .invalid(
        entity: entity, column: column, rule: "it has to be zero or more, with \(words) decimals at most")
    }
  }
}
