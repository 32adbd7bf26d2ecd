import Testing

@testable import Codec

@Suite struct ParsedTimeTests {
  static func timestamp(_ text: String, _ format: DateFormat = .iso) -> String {
    text.withBytes { bytes in
      appendedHex { (out) throws(Refusal) in
        out.appendBigEndian(try PostgresTime.timestamp(PostgresTime.parse(bytes, format: format)))
      }
    }
  }

  static func date(_ text: String, _ format: DateFormat = .iso) -> String {
    text.withBytes { bytes in
      appendedHex { (out) throws(Refusal) in
        out.appendBigEndian(try PostgresTime.date(PostgresTime.parse(bytes, format: format)))
      }
    }
  }

  static func time(_ text: String, _ format: DateFormat = .iso) -> String {
    text.withBytes { bytes in
      appendedHex { (out) throws(Refusal) in
        out.appendBigEndian(try PostgresTime.time(PostgresTime.parse(bytes, format: format)))
      }
    }
  }

  @Test func timestampsAreWhatTheServerReads() throws {
    var texts = [
      "2024-02-29", "2024-02-29 12:30", "2024-02-29 12:30:00", "2024-02-29 12:30:00.5",
      "2024-02-29T12:30:00Z",
      "2024-02-29T12:30:00+02:00", "2024-02-29T12:30:00.123456-0330", "2024-02-29 12:30:00+02",
      "2024-02-29 12:30:00 +02:00", "2024-02-29 12:30:00.1234560000", "0001-01-01",
      "9999-12-31 23:59:59.999999",
      "2024-02-29 12:30:00+05:30:15", "1900-02-28", "2000-02-29", "2024-02-29T12:30Z",
      "2024-02-29T12:30:00-00:00",
      "2024-12-31T23:59:59+15:59", "2024-02-29t12:30:00z",
    ]
    var random = SeededGenerator(9)
    func two(_ range: ClosedRange<Int>) -> String {
      let value = Int.random(in: range, using: &random)
      return value < 10 ? "0\(value)" : "\(value)"
    }
    for _ in 0..<2000 {
      var text = "\(Int.random(in: 1000...9999, using: &random))-\(two(1...12))-\(two(1...28))"
      text += ["T", " "].randomElement(using: &random)! + "\(two(0...23)):\(two(0...59)):\(two(0...59))"
      if Bool.random(using: &random) {
        text +=
          ".\(String(Int.random(in: 0...999_999, using: &random)).prefix(Int.random(in: 1...6, using: &random)))"
      }
      text += ["", "Z", "+\(two(0...15)):\(two(0...59))", "-\(two(0...15))"].randomElement(using: &random)!
      texts.append(text)
    }
    let answers = try PostgresOracle.answers(
      to: "encode(timestamptz_send(t::timestamptz), 'hex')", for: texts)
    for (text, answer) in zip(texts, answers) { #expect(Self.timestamp(text) == answer, "\(text)") }
  }

  @Test func datesAndTimesAreWhatTheServerReads() throws {
    let dates = ["2024-02-29", "2000-01-01", "0001-01-01", "9999-12-31", "1970-01-01", "1600-02-29"]
    let dateAnswers = try PostgresOracle.answers(to: "encode(date_send(t::date), 'hex')", for: dates)
    for (text, answer) in zip(dates, dateAnswers) { #expect(Self.date(text) == answer) }
    #expect(Self.date("2024-02-29T00:00:00.000Z") == Self.date("2024-02-29"))
    let limits = try PostgresOracle.answers(
      to: "encode(date_send(t::date), 'hex')", for: ["4714-11-24 BC", "5874897-12-31"])
    #expect([Self.date("-004713-11-24"), Self.date("+5874897-12-31")] == limits)
    #expect(Self.date("-004713-11-23") == "!out_of_range")
    #expect(Self.date("+5874898-01-01") == "!out_of_range")
    let times = ["00:00", "12:30", "23:59:59.999999", "12:30:00.5", "01:02:03"]
    let timeAnswers = try PostgresOracle.answers(to: "encode(time_send(t::time), 'hex')", for: times)
    for (text, answer) in zip(times, timeAnswers) { #expect(Self.time(text) == answer) }
  }

  @Test(arguments: [
    "", "2024", "2024-02", "2024-2-29", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10",
    "2024-01-00", "2024-01-32", " 2024-01-01", "2024-01-01 ", "2024-01-01T", "2024-01-01 1:00",
    "2024-01-01 24:00:00",
    "2024-01-01 12:60:00", "2024-01-01 12:30:60", "2024-06-30T23:59:60Z", "2024-01-01 12:30:00.",
    "2024-01-01Z",
    "2024-01-01 12:30:00 UTC", "2024-01-01 12:30:00+", "2024-01-01 12:30:00+2", "2024-01-01 12:30:00+16:00",
    "2024-01-01 12:30:00+02:60", "2024-01-01  12:30", "20240101", "2024/01/01", "now", "12", "12:", "12:3",
    "10000-01-01", "+2024-01-01", "-000000-01-01", "2024-01-01T12:30:00ZZ", "\u{0662}024-01-01",
    "2024-01-01\u{0}",
    "2024-02-29 12:30:00+02:", "2024-02-29 12:30:00 ",
  ])
  func otherTextIsRefused(text: String) {
    #expect(Self.timestamp(text) == "!invalid_text")
  }

  @Test func whatWouldBeLostIsRefused() {
    #expect(Self.timestamp("2024-01-01 12:30:00.1234567") == "!not_exact")
    #expect(Self.timestamp("12:30:00") == "!invalid_text")
    #expect(Self.date("2024-01-01 12:30:00") == "!not_exact")
    #expect(Self.date("2024-01-01T00:00:00+02:00") == "!not_exact")
    #expect(Self.date("12:30") == "!invalid_text")
    #expect(Self.time("2024-01-01 12:30:00") == "!not_exact")
    #expect(Self.time("12:30:00+02:00") == "!not_exact")
    #expect(Self.time("2024-01-01") == "!invalid_text")
    #expect(Self.timestamp("+294277-01-01") == "!out_of_range")
    #expect(Self.timestamp("+294276-12-31T23:59:59.999999Z") == "7fffff5bb3b29fff")
    #expect(Self.timestamp("-004713-11-24") != "!out_of_range")
    #expect(Self.timestamp("-004713-11-23T23:59:59Z") == "!out_of_range")
    #expect(Self.timestamp("+999999999-01-01") == "!out_of_range")
  }

  @Test func patternsReadWhatTheyName() {
    func same(_ text: String, _ pattern: String, _ iso: String) {
      #expect(Self.timestamp(text, .pattern(pattern)) == Self.timestamp(iso), "\(text) by \(pattern)")
    }
    same("29/02/2024", "%d/%m/%Y", "2024-02-29")
    same("9/2/2024", "%d/%m/%Y", "2024-02-09")
    same("20240229T123059", "%Y%m%dT%H%M%S", "2024-02-29 12:30:59")
    same("29 Feb 2024 12:30", "%d %b %Y %H:%M", "2024-02-29 12:30")
    same("29 FEB 24", "%d %b %y", "2024-02-29")
    same("1 jan 69", "%d %b %y", "1969-01-01")
    same("1 jan 68", "%d %b %y", "2068-01-01")
    same("2024-060", "%Y-%j", "2024-02-29")
    same("2023-365", "%Y-%j", "2023-12-31")
    same("2024-01-01 00:00:00.25 +0200", "%Y-%m-%d %H:%M:%S.%f %z", "2024-01-01T00:00:00.25+02:00")
    same("2024-01-01 00:00:00.25 Z", "%Y-%m-%d %H:%M:%S.%f %z", "2024-01-01T00:00:00.25Z")
    same("100% on 2024-01-02", "100%% on %Y-%m-%d", "2024-01-02")
    same("le 2 ⌚ 01 2024", "le %d ⌚ %m %Y", "2024-01-02")
    #expect(Self.time("7:05", .pattern("%H:%M")) == Self.time("07:05"))
    #expect(Self.date("2024.01.02", .pattern("%Y.%m.%d")) == Self.date("2024-01-02"))
  }

  @Test(arguments: [
    ("29/02/2023", "%d/%m/%Y"), ("1/2/24", "%d/%m/%Y"), ("112024", "%d%m%Y"), ("2024-02", "%Y-%m"),
    ("30", "%M"),
    ("2024-366x", "%Y-%j"), ("2023-366", "%Y-%j"), ("2024-000", "%Y-%j"), ("2024", "%Y"),
    ("29 Fex 2024", "%d %b %Y"),
    ("2024-01-02", "%Y-%m-%d "), ("2024-01-02x", "%Y-%m-%d"), ("2024-01-02 25", "%Y-%m-%d %H"), ("", ""),
    ("x", "x"), ("2024-01-02 2023", "%Y-%m-%d %Y"), ("2024-061 02 29", "%Y-%j %m %d"), ("Monday", "%A"),
    ("2024-01-02%", "%Y-%m-%d%"), ("12 30", "%H %S"), ("2024-01-02 Fe", "%Y-%m-%d %b"), ("", "%Y"),
    ("0x10", "%H"), ("12:60", "%H:%M"), ("12:00:60", "%H:%M:%S"),
  ])
  func patternsRefuseWhatTheyDoNot(text: String, pattern: String) {
    #expect(Self.timestamp(text, .pattern(pattern)) == "!invalid_text")
  }

  @Test func unknownDirectives() {
    #expect(DateFormat.iso.unknownDirective == nil)
    #expect(DateFormat.pattern("%Y-%m-%d %H:%M:%S.%f %z %b %y %j %%").unknownDirective == nil)
    #expect(DateFormat.pattern("%Y %A").unknownDirective == "%A")
    #expect(DateFormat.pattern("100%").unknownDirective == "%")
  }

  @Test func randomBytesAreReadWithoutHarm() {
    var random = SeededGenerator(10)
    let alphabet = Array("0123456789-:T Z+.%YmdHMSfzbyj\u{0}é".utf8)
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        alphabet.randomElement(using: &random)!
      }
      let pattern = String(
        decoding: (0..<Int.random(in: 0...12, using: &random)).map { _ in
          alphabet.randomElement(using: &random)!
        },
        as: UTF8.self)
      for format in [DateFormat.iso, .pattern(pattern)] {
        _ = text.withBytes { bytes in
          appendedHex { (out) throws(Refusal) in
            out.appendBigEndian(try PostgresTime.timestamp(PostgresTime.parse(bytes, format: format)))
          }
        }
      }
    }
  }
}
