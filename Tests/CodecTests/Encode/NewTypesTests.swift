import Testing

@testable import Codec

@Suite("Intervals, network addresses, rounding")
struct NewTypesTests {
  private func shown(_ interval: Interval) -> String {
    "\(interval.months) \(interval.days) \(interval.microseconds)"
  }

  private func interval(_ text: String) -> String {
    text.withBytes { bytes in
      do throws(Refusal) { return shown(try Interval.parse(bytes)) } catch { return "!" + error.reason.code }
    }
  }

  @Test("texts that are intervals mean what PostgreSQL reads in them")
  func intervals() throws {
    let texts = [
      "P1Y2M10DT2H30M0.5S", "P3W", "PT0S", "P-1YT-2M", "PT36H", "P1M", "PT0.000001S", "02:30", "100:00:05.25",
      "00:00:00", "-100:00:05.25", "+01:00:00", "P1Y3W", "PT1.5S", "P0D",
    ]
    let expected = try PostgresOracle.answers(
      to:
        "select extract(year from t::interval)*12 + extract(month from t::interval) || ' ' || extract(day from t::interval) || ' ' || (extract(hour from t::interval)*3600000000::numeric + extract(minute from t::interval)*60000000 + extract(microseconds from t::interval))::bigint",
      for: texts)
    for (text, answer) in zip(texts, expected) { #expect(interval(text) == answer, "\(text)") }
    // A sign before the P is ISO 8601-2's.
    #expect(interval("-P1Y2DT1S") == "-12 -2 -1000000")
  }

  @Test(
    "other texts are refused",
    arguments: [
      ("", "invalid_text"), ("P", "invalid_text"), ("PT", "invalid_text"), ("P1DT", "invalid_text"),
      ("1 day", "invalid_text"),
      ("P1.5D", "invalid_text"), ("P1D1Y", "invalid_text"), ("P1D ", "invalid_text"),
      ("1:60", "invalid_text"), ("1", "invalid_text"),
      ("PT1S1H", "invalid_text"), ("PT0.0000001S", "not_exact"), ("P200000000Y", "out_of_range"),
      ("999999999999:00", "out_of_range"), ("P1DT2M1M", "invalid_text"), ("--1:00", "invalid_text"),
    ])
  func refusedIntervals(_ text: String, _ reason: String) { #expect(interval(text) == "!" + reason) }

  @Test("numbers of units")
  func counts() throws {
    #expect(shown(try Interval(.int64(90), .minutes)) == "0 0 5400000000")
    #expect(shown(try Interval(.double(0.1), .seconds)) == "0 0 100000")
    #expect(shown(try Interval(.double(-1.5), .hours)) == "0 0 -5400000000")
    #expect(shown(try Interval(.int64(3), .days)) == "0 3 0")
    #expect(throws: Refusal(.notExact, found: .double)) { try Interval(.double(1.5), .days) }
    #expect(throws: Refusal(.outOfRange, found: .int64)) { try Interval(.int64(.max), .seconds) }
    #expect(throws: Refusal(.outOfRange, found: .double)) { try Interval(.double(.nan), .seconds) }
  }

  private func address(_ text: String, isNetwork: Bool) -> String {
    text.withBytes { bytes in
      appendedHex { out throws(Refusal) in
        try NetworkAddress.parse(bytes).append(isNetwork: isNetwork, to: &out)
      }
    }
  }

  @Test("addresses are what PostgreSQL sends")
  func addresses() throws {
    let hosts = [
      "192.0.2.1", "10.1.2.3/8", "0.0.0.0/0", "255.255.255.255/32", "::", "::1",
      "2001:db8::8:800:200c:417a/64",
      "1:2:3:4:5:6:7:8", "1::8", "::ffff:192.0.2.1", "FE80::1", "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:7::",
      "::2:3:4:5:6:7:8",
    ]
    let expected = try PostgresOracle.answers(to: "encode(inet_send(t::inet), 'hex')", for: hosts)
    for (text, answer) in zip(hosts, expected) {
      #expect(address(text, isNetwork: false) == answer, "\(text)")
    }
    let networks = ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::/0", "0.0.0.0/0", "10.1.2.3/8", "::1/64"]
    let answers = try PostgresOracle.answers(to: "encode(cidr_send(t::cidr), 'hex')", for: networks)
    for (text, answer) in zip(networks, answers) {
      #expect(address(text, isNetwork: true) == (answer.hasPrefix("!") ? "!not_exact" : answer), "\(text)")
    }
  }

  @Test(
    "other texts are no addresses",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/08", " 1.2.3.4",
      "1.2.3.4 ", ":", ":1",
      "1:", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::",
      "::1/129", "fe80::1%eth0",
      "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "host",
    ])
  func noAddresses(_ text: String) { #expect(address(text, isNetwork: false) == "!invalid_text") }

  @Test("rounding is PostgreSQL's", arguments: [0, 1, 2, 5])
  func rounding(_ digits: Int) throws {
    let texts = [
      "0", "0.5", "-0.5", "0.4", "-0.4", "9.99", "99.995", "-99.995", "1e3", "1.5e-3",
      "123456789012345678901234567890.555",
      "0.05", "0.049", "1e-40", "-1e-40", "2.675", "1.00", "-0.005", "0.95", "999.999999", "5e-1", "1.000000",
    ]
    let expected = try PostgresOracle.answers(to: "round(t::numeric, \(digits))", for: texts)
    for (text, answer) in zip(texts, expected) {
      let found = text.withBytes { bytes in
        appendedText { out throws(Refusal) in
          try ScannedDecimal(bytes).appendRounded(digits: digits, to: &out)
        }
      }
      // PostgreSQL pads with zeros, which mean nothing here.
      let padded = found.contains(".") ? found : found + "."
      let zeros = String(
        repeating: "0",
        count: max(0, digits - (padded.split(separator: ".", omittingEmptySubsequences: false)[1].count)))
      #expect((digits == 0 ? found : padded + zeros) == answer, "\(text)")
    }
  }

  @Test("order of decimals")
  func order() throws {
    let ascending = [
      "-1e400", "-10.5", "-10", "-9.99", "-1e-400", "0", "1e-400", "0.1", "0.11", "1", "9.9999", "10", "1e2",
      "100.5",
    ]
    for (left, one) in ascending.enumerated() {
      for (right, other) in ascending.enumerated() {
        let found = try one.withBytes { first in
          try other.withBytes { second in try ScannedDecimal(first).compare(ScannedDecimal(second)) }
        }
        #expect(found.signum() == (left - right).signum(), "\(one) \(other)")
      }
    }
    let equal = try "1.50".withBytes { first in
      try "15e-1".withBytes { second in try ScannedDecimal(first).compare(ScannedDecimal(second)) }
    }
    #expect(equal == 0)
  }

  @Test("an ObjectId's UUID is of version 8, keeps the order, and tells the ObjectId")
  func derivedUUID() throws {
    let halves = bytes(hex: "507f1f77bcf86cd799439011").withBytes { UUIDText.derived(objectID: $0) }
    let text = appendedText { out throws(Refusal) in
      var pair = (halves.0.bigEndian, halves.1.bigEndian)
      try withUnsafeBytes(of: &pair) { bytes throws(Refusal) in try UUIDText.append(bytes, to: &out) }
    }
    #expect(text == "507f1f77-bcf8-8000-8000-6cd799439011")
  }
}
