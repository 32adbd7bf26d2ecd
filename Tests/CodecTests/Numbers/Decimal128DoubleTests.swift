import Testing

@testable import Codec

@Suite("Decimal128 as a double")
struct Decimal128DoubleTests {
  private func double(_ coefficient: UInt128, _ exponent: Int, isNegative: Bool = false) -> Double? {
    let number = Decimal128.finite(
      DecimalValue(isNegative: isNegative, coefficient: coefficient, exponent: exponent))
    do throws(Refusal) { return try number.double() } catch {
      return error == Refusal(.notExact, found: .decimal128) ? nil : .nan
    }
  }

  @Test("numbers that a double is, and their neighbours that none is")
  func edges() {
    #expect(double(15, -1) == 1.5)
    #expect(double(1_500, -3, isNegative: true) == -1.5)
    #expect(double(1, 22) == 1e22)
    #expect(double(1, 23) == nil)
    #expect(double(1, 6111) == nil)
    #expect(double(1, -1) == nil)
    #expect(double(1, -6176) == nil)
    #expect(double(5, -1) == 0.5)
    #expect(double(9_007_199_254_740_992, 0) == 9_007_199_254_740_992)
    #expect(double(9_007_199_254_740_993, 0) == nil)
    #expect(double(9_007_199_254_740_994, 0) == 9_007_199_254_740_994)
    // 2^100, and ten times as much.
    #expect(double(1 << 100, 0) == 0x1p100)
    #expect(double(1 << 100, 1) == 0xAp100)
    // 2^-34: the fives of all of its digits.
    #expect(double(582_076_609_134_674_072_265_625, -34) == 0x1p-34)
    #expect(double(0, -6176)?.bitPattern == 0)
    #expect(double(0, 6111, isNegative: true)?.sign == .minus)
  }

  @Test("whole numbers times powers of two, and the same with one digit more")
  func random() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let whole = UInt64.random(in: 1...(1 << 53), using: &generator)
      var coefficient = UInt128(whole)
      let power = Int.random(in: 0...26, using: &generator)
      for _ in 0..<power { coefficient *= 5 }
      let expected = Double(sign: .plus, exponent: -power, significand: Double(whole))
      #expect(double(coefficient, -power) == expected)
      if power > 0 { #expect(double(coefficient + 1, -power) == nil) }
    }
  }

  @Test("what isn't finite")
  func special() throws {
    #expect(try Decimal128.notANumber.double().isNaN)
    #expect(try Decimal128.infinity(isNegative: false).double() == .infinity)
    #expect(try Decimal128.infinity(isNegative: true).double() == -.infinity)
  }
}
