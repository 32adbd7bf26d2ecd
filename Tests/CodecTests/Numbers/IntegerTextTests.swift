import Testing

@testable import Codec

@Suite struct IntegerTextTests {
  @Test func textOfEveryLength() {
    var values: [Int64] = [0, .max, .min, -1, 7]
    for digits in 0..<19 {
      let power = Int64(DecimalDigits.powers[digits])
      values += [power, power - 1, -power, power + 1]
    }
    for value in values {
      let text = appendedText { (out) throws(Refusal) in IntegerText.append(value, to: &out) }
      #expect(text == String(value))
      #expect(text.withBytes { IntegerText.parse($0) } == value)
    }
    #expect(
      appendedText { (out) throws(Refusal) in IntegerText.append(magnitude: .max, to: &out) }
        == String(UInt64.max))
    let wides: [UInt128] = [
      UInt128(UInt64.max) + 1, UInt128.max / 7, DecimalDigits.power(38), DecimalDigits.power(33) - 1,
    ]
    for wide in wides {
      #expect(
        appendedText { (out) throws(Refusal) in IntegerText.append(wide: wide, to: &out) } == String(wide))
      #expect(DecimalDigits.count(wide: wide) == String(wide).count)
    }
  }

  @Test(arguments: [
    "", "-", "+1", " 1", "1 ", "1.0", "--1", "9223372036854775808", "-9223372036854775809", "1e3", "abc",
    "1\u{0}",
    "99999999999999999999999", "/", ":",
  ])
  func otherTextIsRefused(text: String) {
    #expect(text.withBytes { IntegerText.parse($0) } == nil)
  }

  @Test func leadingZerosAndNegativeZeroAreRead() {
    #expect("007".withBytes { IntegerText.parse($0) } == 7)
    #expect("-0".withBytes { IntegerText.parse($0) } == 0)
  }
}
