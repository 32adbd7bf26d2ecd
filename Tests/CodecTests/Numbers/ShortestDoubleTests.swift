import Testing

@testable import Codec

/// The standard library's own shortest digits are the judge.
@Suite struct ShortestDoubleTests {
  static func samples(_ count: Int) -> [Double] {
    var random = SeededGenerator(3)
    var values: [Double] = [
      0, -0.0, 1, -1, 0.1, 0.2, 0.3, 1.0 / 3, 2.0 / 3, .leastNonzeroMagnitude, .leastNormalMagnitude,
      Double.leastNormalMagnitude.nextDown,
      1.7976931348623157e308, 9007199254740991, 9007199254740992, 1e15, 1e16, 1e17, 1e21, 1e22,
      1e23, 9.5e-7, 123456.789, 4.35, 1e-5, 1e-6, 1e-7, 1.5e300, 2e-44, 9.109383e-31, 6.02214076e23, 8.41e21,
      9.007199254740993e22, 2.9802322387695312e-8, -40.7128, 74.006,
    ]
    for exponent in -1074...1023 {
      // Powers of two, whose lower neighbour is nearer, and what is beside them.
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      values += [power, power.nextUp, power.nextDown]
    }
    for exponent in -323...308 { values.append(Double("1e\(exponent)")!) }
    while values.count < count || values.count < 9000 {
      let bits = Double(bitPattern: random.next())
      if bits.isFinite { values.append(bits) }
      values.append(Double(Int.random(in: -999_999_999...999_999_999, using: &random)) / 1e5)
      values.append(Double.random(in: -1000...1000, using: &random))
    }
    return values
  }

  /// Digits and exponent of a description such as `1.25e-07`.
  private static func decimal(of description: String) -> (digits: UInt64, exponent: Int) {
    let parts = description.lowercased().split(separator: "e")
    let mantissa = parts[0].drop { $0 == "-" }.split(separator: ".")
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    var digits = UInt64(mantissa[0] + fraction)!
    var exponent = (parts.count > 1 ? Int(parts[1])! : 0) - fraction.count
    while digits > 0, digits % 10 == 0 {
      digits /= 10
      exponent += 1
    }
    return (digits, digits == 0 ? 0 : exponent)
  }

  @Test func digitsAreTheShortestAndNearest() {
    for value in Self.samples(100_000) {
      let ours = ShortestDouble.decimal(value)
      var digits = UInt64(ours.coefficient)
      var exponent = ours.exponent
      while digits > 0, digits % 10 == 0 {
        digits /= 10
        exponent += 1
      }
      let expected = Self.decimal(of: value.description)
      if digits != expected.digits || exponent != expected.exponent && digits != 0 {
        Issue.record("\(value) became \(digits)e\(exponent)")
      }
      if ours.isNegative != (value.sign == .minus) { Issue.record("\(value) lost its sign") }
    }
  }

  @Test func textReadsBackAsTheSameDouble() {
    for value in Self.samples(20_000) {
      let text = appendedText { (out) throws(Refusal) in DoubleText.append(value, to: &out) }
      let read = text.withBytes { DoubleText.parse($0) }
      if read?.bitPattern != value.bitPattern {
        Issue.record("\(value) became \(text) became \(read as Any)")
      }
      if text.contains("e") || !text.contains(".") { Issue.record("\(value) became \(text)") }
    }
  }

  @Test func textForms() {
    func text(_ value: Double) -> String {
      appendedText { (out) throws(Refusal) in DoubleText.append(value, to: &out) }
    }
    #expect(text(1) == "1.0")
    #expect(text(-0.0) == "-0.0")
    #expect(text(0.1) == "0.1")
    #expect(text(-123.456) == "-123.456")
    #expect(text(1e21) == "1000000000000000000000.0")
    #expect(text(1.5e-7) == "0.00000015")
    #expect(text(.leastNonzeroMagnitude) == "0." + String(repeating: "0", count: 323) + "5")
    #expect(text(1e300) == "1" + String(repeating: "0", count: 300) + ".0")
    #expect(text(.nan) == "NaN")
    #expect(text(.infinity) == "Infinity")
    #expect(text(-.infinity) == "-Infinity")
  }

  @Test func parsing() throws {
    func parse(_ text: String) -> Double? { text.withBytes { DoubleText.parse($0) } }
    for text in [
      "", " 1", "1 ", "0x1p3", "1e", ".", "abc", "nan(1)", "1_0", "--1", "1e400", "-1e400", "1e-400",
    ] {
      #expect(parse(text) == nil, "\(text)")
    }
    #expect(parse("nan")?.isNaN == true)
    #expect(parse("-Infinity") == -.infinity)
    #expect(parse("-0")?.sign == .minus)
    #expect(parse("0e999") == 0)
    var random = SeededGenerator(4)
    var texts = [
      "1.", ".5", "+1.5", "00012", "9007199254740993", "8.5e22", "1.7976931348623157e308", "4.9e-324",
    ]
    texts += ["123456789012345678901234567890", "0.1e1", "1e22", "1e23", "2.4703282292062328e-324"]
    texts.append("0." + String(repeating: "3", count: 2000))
    texts.append(String(repeating: "7", count: 300))
    for _ in 0..<5000 {
      let digits =
        UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0...63, using: &random)
      texts.append("\(digits)e\(Int.random(in: -330...300, using: &random))")
      texts.append("\(Int64(bitPattern: digits)).\(digits % 1000)")
    }
    let answers = try PostgresOracle.answers(to: "encode(float8send(t::float8), 'hex')", for: texts)
    for (text, answer) in zip(texts, answers) {
      let ours = parse(text).map { String($0.bitPattern, radix: 16) } ?? "!"
      if answer.hasPrefix("!") {
        #expect(ours == "!", "\(text)")
      } else {
        #expect(String(repeating: "0", count: max(0, 16 - ours.count)) + ours == answer, "\(text)")
      }
    }
  }
}
