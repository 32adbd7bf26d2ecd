import Foundation
import Testing

@testable import Codec

@Suite struct Decimal128Tests {
  struct Sample {
    var bytes: [UInt8]
    var text: String
    var isNegativeZero: Bool
  }

  static func encoded(negative: Bool, coefficient: UInt128, exponent: Int) -> [UInt8] {
    let sign: UInt128 = negative ? 1 << 127 : 0
    let bits = sign | UInt128(exponent + 6176) << 113 | coefficient
    return withUnsafeBytes(of: bits.littleEndian) { Array($0) }
  }

  /// Values as bytes, with the same value as a decimal text.
  static func samples(_ count: Int) -> [Sample] {
    var random = SeededGenerator(5)
    let largest = DecimalDigits.power(34) - 1
    return (0..<count).map { index in
      let digits = Int.random(in: 0...34, using: &random)
      var coefficient = UInt128(random.next()) << 64 | UInt128(random.next())
      coefficient %= digits == 34 ? largest + 1 : DecimalDigits.power(digits)
      if index % 5 == 0 { coefficient *= coefficient < DecimalDigits.power(24) ? 10_000_000_000 : 1 }
      if index == 0 { coefficient = largest }
      let exponent =
        switch index {
        case 0: 6111
        case 1: -6176
        default:
          index % 20 == 0
            ? Int.random(in: -6176...6111, using: &random) : Int.random(in: -40...40, using: &random)
        }
      let isNegative = Bool.random(using: &random)
      return Sample(
        bytes: encoded(negative: isNegative, coefficient: coefficient, exponent: exponent),
        text: "\(isNegative ? "-" : "")\(coefficient)e\(exponent)",
        isNegativeZero: isNegative && coefficient == 0)
    }
  }

  static func text(_ bytes: [UInt8]) -> String {
    bytes.withBytes { raw in
      appendedText { (out) throws(Refusal) in try Decimal128Text.append(raw, to: &out) }
    }
  }

  @Test(
    .enabled(if: ExtendedJSONCorpus.isThere, "Set KEDGE_DATA_DIR to the folder that has suites/bson-corpus."))
  func corpusStrings() throws {
    var count = 0
    for file in try ExtendedJSONCorpus.files(prefix: "decimal128") {
      for sample in file.valid {
        let document = try JSONSerialization.jsonObject(with: Data(sample.canonicalJSON.utf8))
        let value = (document as? [String: [String: String]])?["d"]?["$numberDecimal"]
        // A document of one element "d": 7 bytes before the value and a NUL after it.
        #expect(Self.text(Array(sample.bytes[7..<23])) == value, "\(sample.description)")
        count += 1
      }
    }
    #expect(count > 300)
  }

  @Test func otherLengthsAreRefused() {
    for count in [0, 1, 15, 17] {
      #expect(Self.text([UInt8](repeating: 0, count: count)) == "!invalid_document")
    }
  }

  @Test func everyBitPatternIsReadWithoutHarm() {
    var random = SeededGenerator(6)
    for _ in 0..<20_000 {
      let low = random.next()
      let high = random.next()
      let bytes = withUnsafeBytes(of: (low.littleEndian, high.littleEndian)) { Array($0) }
      #expect(!Self.text(bytes).hasPrefix("!"))
      _ = bytes.withBytes { raw in
        appendedHex { (out) throws(Refusal) in
          try PostgresNumeric.append(decimal128: raw, precision: 20, typeScale: 4, to: &out)
        }
      }
    }
  }

  @Test func numericKeepsTheExponentAsScale() {
    func payload(_ coefficient: UInt128, _ exponent: Int, scale: Int? = nil) -> String {
      Self.encoded(negative: false, coefficient: coefficient, exponent: exponent).withBytes { raw in
        appendedHex { (out) throws(Refusal) in
          try PostgresNumeric.append(
            decimal128: raw, precision: scale.map { $0 + 5 }, typeScale: scale, to: &out)
        }
      }
    }
    #expect(payload(150, -2) == "000200000000000200011388")
    #expect(payload(150, -2, scale: 1) == "000200000000000100011388")
    #expect(payload(150, -2, scale: 0) == "!not_exact")
    #expect(payload(0, -3) == "0000000000000003")
    #expect(payload(0, 10) == "0000000000000000")
    #expect(payload(1, 5, scale: 2) == "!out_of_range")
  }
}
