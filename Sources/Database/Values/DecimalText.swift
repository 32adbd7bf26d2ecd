internal import Foundation

/// Exact numbers as text.
enum DecimalText {
  /// The number; nil for what isn't one, and for one that a `Decimal` can't hold exactly.
  static func parse(_ text: String) -> Decimal? {
    guard text.wholeMatch(of: /[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/) != nil,
      let value = Decimal(string: text, locale: nil), value.isFinite
    else { return nil }
    // `Decimal` drops digits beyond its 38 without a word.
    let mantissa = text.prefix { $0 != "e" && $0 != "E" }.filter(\.isNumber)
    let significant = mantissa.drop { $0 == "0" }.reversed().drop { $0 == "0" }.count
    return significant <= 38 ? value : nil
  }
}
