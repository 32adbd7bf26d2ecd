import Testing

@testable import Codec

/// Every payload is compared with what the server's own `numeric_send` emits.
@Suite struct PostgresNumericTests {
  static let edges = [
    "0", "-0", "0.0", "-0.00", "1", "-1", "9", "10", "9999", "10000", "10001", "99999999", "100000000", "0.1",
    "0.0001", "0.00001", "0.99999999", "1.50", "1e3", "1E+3", "1.5e-3", "1.5e3", "12345.678900",
    "000123.4500",
    "+7", ".5", "5.", "-.5", ".0", "0.", "00",
    "123456789012345678901234567890.123456789012345678901234567890",
    "9223372036854775807", "-9223372036854775808", "1e131071", "9e131071", "1e131072", "1e-16383", "1e-16384",
    "0e-16383", "0e-16384", "0e20000", "0e1000000000", "1e1073741822", "0e1073741823", "1e-1073741823",
    "1e99999999999", "NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf", "-inf", "+inf", "iNF",
    "100000000000000000000e-20", "0.00000000000000000001e20", "1000000", "1000000.0000", "0.10000",
    "10e-5", "100e-5", "1000e-5", "1e4", "1e-4", "1e5", "1e-5", "4e8",
    String(repeating: "9", count: 200) + "." + String(repeating: "1", count: 300),
    "1" + String(repeating: "0", count: 131_071), "1" + String(repeating: "0", count: 131_072),
    "0." + String(repeating: "0", count: 16_382) + "1", "0." + String(repeating: "0", count: 16_383) + "1",
    "0." + String(repeating: "0", count: 16_383),
  ]
  static let invalid = [
    "", "-", "+", ".", "-.", "e", "e5", "1e", "1e+", "1e-", "1.2.3", "1..2", "--1", "+-1", "1-", "1e5.0",
    "1e5e5",
    "abc", "1a", "0x10", "-NaN", "+NaN", "NaNN", "Infinit", "infinityy", "--inf", "1,000", "1_000",
    "\u{0661}",
    "1 2", "\u{1}", "1e5-", "1e--5", "e.5", ".e5",
  ]

  static func randomTexts(_ count: Int) -> [String] {
    var random = SeededGenerator(1)
    return (0..<count).map { _ in
      var text = ["", "-", "+", ""].randomElement(using: &random)!
      let integer = Int.random(in: 0...14, using: &random)
      let fraction = Int.random(in: 0...12, using: &random)
      // Long runs of zeros at every place are where groups begin and end.
      let digits = ["0", "0", "1", "5", "9", "0"]
      for _ in 0..<integer { text += digits.randomElement(using: &random)! }
      if fraction > 0 || Bool.random(using: &random) { text += "." }
      for _ in 0..<fraction { text += digits.randomElement(using: &random)! }
      if integer + fraction == 0 { text += "0" }
      if Int.random(in: 0...2, using: &random) == 0 { text += "e\(Int.random(in: -30...30, using: &random))" }
      return text
    }
    .map { $0.contains(where: \.isNumber) ? $0 : "7" }
  }

  static func payload(_ text: String, precision: Int? = nil, typeScale: Int? = nil) -> String {
    text.withBytes { bytes in
      appendedHex { (out) throws(Refusal) in
        try PostgresNumeric.append(decimalText: bytes, precision: precision, typeScale: typeScale, to: &out)
      }
    }
  }

  @Test func textIsSentAsTheServerSendsIt() throws {
    let texts = Self.edges + Self.randomTexts(5000)
    let expected = try PostgresOracle.answers(to: "encode(numeric_send(t::numeric), 'hex')", for: texts)
    for (text, answer) in zip(texts, expected) {
      let ours = Self.payload(text)
      if answer.hasPrefix("!") {
        #expect(ours == "!out_of_range", "\(text.prefix(60)): the server says \(answer)")
      } else {
        #expect(ours == answer, "\(text.prefix(60))")
      }
    }
  }

  @Test func textThatIsNoNumberIsRefused() throws {
    let answers = try PostgresOracle.answers(to: "t::numeric", for: Self.invalid)
    for (text, answer) in zip(Self.invalid, answers) {
      #expect(Self.payload(text) == "!invalid_text", "\(text)")
      #expect(answer.hasPrefix("!22"), "\(text): the server takes it")
    }
    for text in [" 1", "1 ", "\n1", "1\u{0}"] { #expect(Self.payload(text) == "!invalid_text") }
  }

  @Test(arguments: [(5, 2), (4, 4), (10, 0), (30, 10), (3, 5), (5, -2), (1, 0), (38, 20)])
  func typedTextIsSentExactlyOrRefused(precision: Int, scale: Int) throws {
    let texts = Self.edges + Self.randomTexts(3000)
    let type = "numeric(\(precision),\(scale))"
    let answers = try PostgresOracle.answers(
      to: """
        case when t::\(type) is distinct from t::numeric then 'rounded' \
        else encode(numeric_send(t::\(type)), 'hex') end
        """, for: texts)
    for (text, answer) in zip(texts, answers) {
      let ours = Self.payload(text, precision: precision, typeScale: scale)
      if answer == "rounded" {
        #expect(ours == "!not_exact", "\(text.prefix(60))")
      } else if answer.hasPrefix("!") {
        // A number that would be rounded and is out of range too may be refused for either. One whose text doesn't fit
        // plain numeric may fit the type.
        let fits = text.hasPrefix("0.000") || text.hasPrefix("0e-")
        #expect(ours == "!out_of_range" || ours == "!not_exact" || fits, "\(text.prefix(60)): \(ours)")
      } else {
        #expect(ours == answer, "\(text.prefix(60))")
      }
    }
  }

  @Test func integersAreSentAsTheServerSendsThem() throws {
    var random = SeededGenerator(2)
    var values: [Int64] = [0, 1, -1, 9, 10, 99, 100, 9999, 10000, 10001, .max, .min, .max - 1]
    for shift in 0..<63 { values += [1 << shift, -(1 << shift), (1 << shift) - 1] }
    for digits in 0..<19 {
      values += [Int64(DecimalDigits.powers[digits]), -Int64(DecimalDigits.powers[digits])]
    }
    for _ in 0..<2000 {
      values.append(Int64.random(in: .min ... .max, using: &random) >> Int.random(in: 0...63, using: &random))
    }
    for scale in [0, 1, 2, 3, 4, 5, 18, 19, 30, -2] {
      let answers = try PostgresOracle.answers(
        to: "encode(numeric_send((t || 'e\(-scale)')::numeric), 'hex')", for: values.map(String.init))
      for (value, answer) in zip(values, answers) {
        let ours = appendedHex { (out) throws(Refusal) in
          try PostgresNumeric.append(int64: value, scale: scale, precision: nil, typeScale: nil, to: &out)
        }
        #expect(ours == answer, "\(value) with \(scale) digits")
      }
    }
  }

  @Test func centsFitTheirType() {
    func payload(_ value: Int64, _ scale: Int, _ precision: Int, _ typeScale: Int) -> String {
      appendedHex { (out) throws(Refusal) in
        try PostgresNumeric.append(
          int64: value, scale: scale, precision: precision, typeScale: typeScale, to: &out)
      }
    }
    #expect(payload(1999, 2, 10, 2) == "00020000000000020013" + "26ac")
    #expect(payload(1999, 2, 10, 1) == "!not_exact")
    #expect(payload(1990, 2, 10, 1) == "00020000000000010013" + "2328")
    #expect(payload(99999, 2, 5, 2) == "0002000000000002" + "03e7" + "26ac")
    #expect(payload(100000, 2, 5, 2) == "!out_of_range")
    #expect(payload(0, 2, 5, 2) == "0000000000000002")
    #expect(payload(0, 2, 5, 0) == "0000000000000000")
    #expect(payload(.max, 20_000, 5, 2) == "!not_exact")
  }

  @Test func doublesAreSentAsTheirShortestDecimal() throws {
    let values = ShortestDoubleTests.samples(2000)
    let answers = try PostgresOracle.answers(
      to: "encode(numeric_send(trim_scale(t::numeric)), 'hex')", for: values.map(\.description))
    for (value, answer) in zip(values, answers) where !(value == 0 && value.sign == .minus) {
      let ours = appendedHex { (out) throws(Refusal) in
        try PostgresNumeric.append(double: value, precision: nil, typeScale: nil, to: &out)
      }
      #expect(ours == answer, "\(value)")
    }
  }

  @Test func specialDoubles() {
    func payload(_ value: Double, precision: Int? = nil) -> String {
      appendedHex { (out) throws(Refusal) in
        try PostgresNumeric.append(double: value, precision: precision, typeScale: precision, to: &out)
      }
    }
    #expect(payload(-0.0) == "!not_exact")
    #expect(payload(.nan) == "00000000c0000000")
    #expect(payload(.infinity) == "00000000d0000020")
    #expect(payload(-.infinity) == "00000000f0000020")
    #expect(payload(.nan, precision: 3) == "00000000c0000000")
    #expect(payload(.infinity, precision: 3) == "!out_of_range")
    #expect(payload(0.5, precision: 3) == "0001ffff000000031388")
    #expect(payload(0.12345, precision: 3) == "!not_exact")
    #expect(payload(1.5, precision: 3) == "!out_of_range")
  }

  @Test func decimal128IsSentWithItsExponentAsScale() throws {
    let samples = Decimal128Tests.samples(3000)
    let answers = try PostgresOracle.answers(
      to: "encode(numeric_send(t::numeric), 'hex')", for: samples.map(\.text))
    for (sample, answer) in zip(samples, answers) {
      let ours = sample.bytes.withBytes { bytes in
        appendedHex { (out) throws(Refusal) in
          try PostgresNumeric.append(decimal128: bytes, precision: nil, typeScale: nil, to: &out)
        }
      }
      #expect(ours == (sample.isNegativeZero ? "!not_exact" : answer), "\(sample.text)")
    }
  }
}
