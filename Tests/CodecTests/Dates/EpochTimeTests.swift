import Testing

@testable import Codec

@Suite struct EpochTimeTests {
  static func timestamp(_ value: RawValue, _ unit: EpochUnit) -> String {
    switch appended({ (out) throws(Refusal) in
      out.appendLittleEndian(try PostgresTime.timestamp(epoch: value, unit: unit))
    }) {
    case .success(let bytes): String(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) })
    case .failure(let refusal): "!" + refusal.reason.code
    }
  }

  static func timestamp(_ text: String, _ unit: EpochUnit) -> String {
    text.withBytes { timestamp(.string($0), unit) }
  }

  /// 2024-02-29T12:30:00.123456Z since 2000.
  static let moment: Int64 = 762_525_000_123_456

  @Test func integersAreExact() {
    let unix = Self.moment + 946_684_800_000_000
    let seconds = String(Self.moment / 1_000_000 * 1_000_000)
    #expect(Self.timestamp(.int64(unix), .microseconds) == String(Self.moment))
    #expect(Self.timestamp(.int64(unix * 1000), .nanoseconds) == String(Self.moment))
    #expect(Self.timestamp(.int64(unix * 1000 + 1), .nanoseconds) == "!not_exact")
    #expect(Self.timestamp(.int64(unix / 1000), .milliseconds) == "762525000123000")
    #expect(Self.timestamp(.int64(unix / 1_000_000), .seconds) == seconds)
    #expect(Self.timestamp(.int64(unix + 11_644_473_600_000_000), .webkit) == String(Self.moment))
    #expect(Self.timestamp(.int64(unix / 1_000_000 - 978_307_200), .cocoa) == seconds)
    // Noon of 2000-01-01.
    #expect(Self.timestamp(.int64(2_451_545), .julian) == "43200000000")
    #expect(Self.timestamp(.int64(0), .julian) == String(-211_813_488_000_000_000 + 43_200_000_000))
    #expect(Self.timestamp(.int64(-1), .julian) == "!out_of_range")
    #expect(Self.timestamp(RawValue(kind: .int32, bits: 0), .seconds) == "-946684800000000")
    for unit in EpochUnit.allCases where unit != .nanoseconds && unit != .julian {
      #expect(Self.timestamp(.int64(.min), unit) == "!out_of_range")
    }
    #expect(Self.timestamp(.int64(.max), .seconds) == "!out_of_range")
    #expect(Self.timestamp(.int64(.max), .julian) == "!out_of_range")
    #expect(Self.timestamp(.int64(9_224_318_015_999), .seconds) == "9223371331199000000")
    #expect(Self.timestamp(.int64(9_224_318_016_000), .seconds) == "!out_of_range")
    // Noon of the last day that PostgreSQL knows.
    #expect(
      Self.timestamp(.int64(109_203_527), .julian) == String(9_223_371_331_200_000_000 - 43_200_000_000))
  }

  @Test func textsAndDecimalsAreExact() {
    #expect(Self.timestamp("1709209800.123456", .seconds) == String(Self.moment))
    #expect(Self.timestamp("1709209800.1234560", .seconds) == String(Self.moment))
    #expect(Self.timestamp("1.7092098e9", .seconds) == "762525000000000")
    #expect(Self.timestamp("1709209800.1234567", .seconds) == "!not_exact")
    #expect(Self.timestamp("2460370.0", .julian) == "762523200000000")
    #expect(Self.timestamp("2460370.00000000001", .julian) == "!not_exact")
    #expect(Self.timestamp("1e30", .seconds) == "!out_of_range")
    #expect(Self.timestamp("1e1000000", .seconds) == "!out_of_range")
    #expect(Self.timestamp("1e-1000000", .seconds) == "!not_exact")
    #expect(Self.timestamp("1" + String(repeating: "0", count: 50), .seconds) == "!out_of_range")
    #expect(Self.timestamp("1." + String(repeating: "3", count: 50), .seconds) == "!not_exact")
    #expect(Self.timestamp("0", .seconds) == "-946684800000000")
    for text in ["", "NaN", "Infinity", " 1", "x"] {
      #expect(Self.timestamp(text, .seconds) == "!invalid_text")
    }
    let decimal = Decimal128Tests.encoded(negative: false, coefficient: 1_709_209_800_123_456, exponent: -6)
    let answer = decimal.withBytes { Self.timestamp(RawValue(kind: .decimal128, bytes: $0), .seconds) }
    #expect(answer == String(Self.moment))
  }

  @Test func doublesReadBackAsTheSameDouble() {
    #expect(Self.timestamp(.double(1_709_209_800.123456), .seconds) == String(Self.moment))
    #expect(Self.timestamp(.double(1_709_209_800.123), .seconds) == "762525000123000")
    #expect(Self.timestamp(.double(1_709_209_800_123), .milliseconds) == "762525000123000")
    #expect(Self.timestamp(.double(0.1 + 0.2), .seconds) == "!not_exact")
    #expect(Self.timestamp(.double(411_230_939.7028667), .cocoa) == "!not_exact")
    #expect(Self.timestamp(.double(411_230_939.702866), .cocoa) == "442853339702866")
    for value in [Double.nan, .infinity, -.infinity, 1e300, -1e300] {
      for unit in EpochUnit.allCases { #expect(Self.timestamp(.double(value), unit) == "!out_of_range") }
    }
    #expect(Self.timestamp(.double(.leastNonzeroMagnitude), .seconds) == "!not_exact")
    #expect(Self.timestamp(.double(.leastNonzeroMagnitude), .julian) == "!not_exact")
    var random = SeededGenerator(11)
    for _ in 0..<5000 {
      // What a program gets that divides a whole number of microseconds, up to where doubles are a microsecond apart.
      let unix = Int64.random(in: -8_589_934_592_000_000...8_589_934_592_000_000, using: &random)
      let answer = Self.timestamp(.double(Double(unix) / 1_000_000), .seconds)
      if answer != String(unix - 946_684_800_000_000) { Issue.record("\(unix) became \(answer)") }
    }
    for _ in 0..<5000 {
      let seconds =
        Double(Int64.random(in: -200_000_000_000_000_000...9_000_000_000_000_000_000, using: &random)) / 1e6
      guard let answer = Int64(Self.timestamp(.double(seconds), .seconds)) else { continue }
      let back = DecimalValue(
        isNegative: answer + 946_684_800_000_000 < 0,
        coefficient: UInt128((answer + 946_684_800_000_000).magnitude),
        exponent: -6)
      let text = appendedText { (out) throws(Refusal) in back.appendPlain(keepsPoint: false, to: &out) }
      if Double(text) != seconds { Issue.record("\(seconds) became \(text)") }
    }
  }

  @Test func julianDoublesAreWholeMilliseconds() {
    var random = SeededGenerator(12)
    for _ in 0..<5000 {
      // As SQLite's julianday() computes it.
      let milliseconds = Int64.random(in: 148_699_540_800_000...464_269_060_799_999, using: &random)
      let answer = Self.timestamp(.double(Double(milliseconds) / 86_400_000), .julian)
      if answer != String(milliseconds * 1000 - 211_813_444_800_000_000) { Issue.record("\(milliseconds)") }
    }
    #expect(Self.timestamp(.double((2_460_370.1).nextUp), .julian) == "!not_exact")
  }

  @Test func otherKindsAreRefused() {
    for kind in ValueKind.allCases {
      switch kind {
      case .int32, .int64, .double, .decimal128, .string: continue
      default: #expect(Self.timestamp(RawValue(kind: kind), .seconds) == "!wrong_type")
      }
    }
  }
}
