import Testing

@testable import Codec

/// Points in time are compared with what the server's own `timestamptz_send` emits.
@Suite struct PostgresTimeTests {
  /// The last milliseconds of PostgreSQL's range and the first, in Unix time.
  static let last: Int64 = 9_224_318_015_999_999
  static let first: Int64 = -210_866_803_200_000

  static func samples() -> [Int64] {
    var random = SeededGenerator(7)
    var values: [Int64] = [
      0, 1, -1, 999, -999, 951_782_400_000, 951_868_799_999, first, last, 946_684_800_000,
    ]
    for year in [-4712, -400, -1, 0, 1, 4, 100, 1582, 1600, 1900, 1999, 2000, 2024, 9999, 10000, 294_276] {
      for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
        values.append(Int64(Calendar.days(year: year, month: month, day: day)) * 86_400_000)
      }
    }
    for _ in 0..<3000 { values.append(Int64.random(in: first...last, using: &random)) }
    for _ in 0..<1000 { values.append(Int64.random(in: -1 << 42...1 << 42, using: &random)) }
    return values
  }

  @Test func millisecondsAreSentAsTheServerSendsThem() throws {
    let values = Self.samples()
    // Exact integer arithmetic on the server: to_timestamp would go through doubles.
    let answers = try PostgresOracle.answers(
      to: """
        encode(timestamptz_send('1970-01-01Z'::timestamptz + (t::bigint / 86400000) * interval '1 day' \
        + (t::bigint % 86400000) * interval '1 millisecond'), 'hex')
        """, for: values.map(String.init))
    for (value, answer) in zip(values, answers) {
      let ours = appendedHex { (out) throws(Refusal) in
        out.appendBigEndian(try PostgresTime.timestamp(unixMilliseconds: value))
      }
      #expect(ours == answer, "\(value)")
    }
  }

  @Test func outsideTheRangeIsRefused() {
    for value in [Self.first - 1, Self.last + 1, .max, .min] {
      #expect(throws: Refusal(.outOfRange, found: .date)) {
        try PostgresTime.timestamp(unixMilliseconds: value)
      }
    }
  }

  @Test func isoTextIsTheServersTime() throws {
    let values = Self.samples().filter { $0 >= -62_135_596_800_000 && $0 < 253_402_300_800_000 }
    #expect(values.count > 1000)
    let texts = values.map { value in
      appendedText { (out) throws(Refusal) in PostgresTime.appendISO(unixMilliseconds: value, to: &out) }
    }
    let answers = try PostgresOracle.answers(
      to: "round(extract(epoch from t::timestamptz) * 1000)::bigint", for: texts)
    for (value, answer) in zip(values, answers) { #expect(String(value) == answer) }
  }

  @Test func isoTextOfAnyTimeReadsBack() throws {
    var random = SeededGenerator(8)
    var values = Self.samples() + [.min, .max]
    for _ in 0..<1000 { values.append(Int64.random(in: .min ... .max, using: &random)) }
    for value in values {
      let text = appendedText { (out) throws(Refusal) in
        PostgresTime.appendISO(unixMilliseconds: value, to: &out)
      }
      let parsed = try text.withBytes { (bytes) throws(Refusal) in
        try PostgresTime.parse(bytes, format: .iso)
      }
      let days = Calendar.days(year: parsed.year, month: parsed.month, day: parsed.day)
      let back = Int128(days) * 86_400_000 + Int128(parsed.microsecondOfDay / 1000)
      #expect(back == Int128(value), "\(text)")
      #expect(parsed.offsetSeconds == 0)
    }
  }

  @Test func isoForms() {
    func text(_ value: Int64, _ fraction: PostgresTime.Fraction = .milliseconds) -> String {
      appendedText { (out) throws(Refusal) in
        PostgresTime.appendISO(unixMilliseconds: value, fraction: fraction, to: &out)
      }
    }
    #expect(text(1_709_209_800_123) == "2024-02-29T12:30:00.123Z")
    #expect(text(1_709_209_800_000) == "2024-02-29T12:30:00.000Z")
    #expect(text(1_709_209_800_000, .whereNotZero) == "2024-02-29T12:30:00Z")
    #expect(text(1_709_209_800_120, .whereNotZero) == "2024-02-29T12:30:00.120Z")
    #expect(text(-1) == "1969-12-31T23:59:59.999Z")
    #expect(text(253_402_300_800_000) == "+010000-01-01T00:00:00.000Z")
    #expect(text(-62_167_219_200_000) == "0000-01-01T00:00:00.000Z")
    #expect(text(-62_167_219_200_001) == "-000001-12-31T23:59:59.999Z")
    #expect(text(.max) == "+292278994-08-17T07:12:55.807Z")
    #expect(text(.min) == "-292275055-05-16T16:47:04.192Z")
  }

  @Test func everyDayOfManyYearsIsTheDayAfterTheOneBefore() {
    var expected = Calendar.days(year: -5, month: 1, day: 1)
    for year in -5...2405 {
      for month in 1...12 {
        for day in 1...Calendar.length(ofMonth: month, year: year) {
          let date = Calendar.date(days: expected)
          if Calendar.days(year: year, month: month, day: day) != expected || date != (year, month, day) {
            Issue.record("\(year)-\(month)-\(day)")
          }
          expected += 1
        }
      }
    }
  }

  @Test func datesOfMidnights() throws {
    #expect(try PostgresTime.date(unixMilliseconds: 946_684_800_000) == 0)
    #expect(try PostgresTime.date(unixMilliseconds: 0) == -10_957)
    #expect(try PostgresTime.date(unixMilliseconds: Self.first) == -2_451_545)
    #expect(throws: Refusal(.notExact, found: .date)) { try PostgresTime.date(unixMilliseconds: 1) }
    #expect(throws: Refusal(.outOfRange, found: .date)) { try PostgresTime.date(unixMilliseconds: .max) }
  }
}
