/// A decimal number digit by digit, for comparison.
struct Decimal: Equatable {
  var isNegative: Bool
  /// Without zeros at either end; empty for zero.
  var digits: [UInt8]
  /// The power of ten of the last digit; of huge exponents, something huge.
  var exponent: Int

  /// Whether PostgreSQL, and so the engine, reads an exponent of this size at all, be it one of zero.
  private var isReadable = true

  static func == (left: Decimal, right: Decimal) -> Bool {
    left.isNegative == right.isNegative && left.digits == right.digits && left.exponent == right.exponent
  }

  /// - Parameter text: a JSON number.
  init(_ text: [UInt8]) {
    let parts = text.split(omittingEmptySubsequences: false) { $0 | 0x20 == UInt8(ascii: "e") }
    var power = 0
    if parts.count == 2 {
      let exponent = parts[1].filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }.drop {
        $0 == 0x30
      }
      power = exponent.count > 10 ? 10_000_000_000 : Int(String(decoding: exponent, as: UTF8.self)) ?? 0
      if parts[1].first == UInt8(ascii: "-") { power = -power }
    }
    let mantissa = parts[0].drop { $0 == UInt8(ascii: "-") }
    let halves = mantissa.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let all = halves.joined().drop { $0 == 0x30 }.map { $0 - 0x30 }
    self.init(
      isNegative: text.first == UInt8(ascii: "-"), digits: all,
      exponent: power - (halves.count == 2 ? halves[1].count : 0))
    isReadable = abs(power) < 1_073_741_823
  }

  /// - Parameter digits: values from 0 to 9, the highest first.
  init(isNegative: Bool, digits all: [UInt8], exponent: Int) {
    let all = Array(all.drop { $0 == 0 })
    let zeros = all.reversed().prefix { $0 == 0 }.count
    digits = Array(all.dropLast(zeros))
    self.isNegative = isNegative && !digits.isEmpty
    self.exponent = digits.isEmpty ? 0 : exponent + zeros
  }

  /// Whether an int64, a double or a Decimal128 can hold it.
  var fits: Bool {
    if !isReadable || digits.isEmpty { return isReadable }
    // As many zeros as there is room for may stand behind the digits.
    let room = 34 - digits.count
    return room >= 0 && exponent >= -6176 && exponent - room <= 6111
  }
}
