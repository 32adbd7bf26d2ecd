extension TimeCursor {
  /// ISO 8601's extended form and SQLite's: `2024-02-29`, `12:30`, `12:30:00.5`, or both with `T` or one space between,
  /// and an offset after the time, one space before it allowed. A year of more than four digits needs a sign and
  /// at least six, as ISO 8601 and JavaScript have it.
  mutating func isoTime() throws(Refusal) -> ParsedTime {
    var time = ParsedTime()
    if isDigit(), isDigit(at: 1), offset + 2 < text.count, text[offset + 2] == UInt8(ascii: ":") {
      try isoTimeOfDay(into: &time)
    } else {
      try isoDate(into: &time)
      if isAtEnd { return time }
      guard skip("T") || skip(" ") || skip("t") else { throw Self.invalid }
      try isoTimeOfDay(into: &time)
    }
    guard isAtEnd else { throw Self.invalid }
    return time
  }

  private mutating func isoDate(into time: inout ParsedTime) throws(Refusal) {
    let isNegative = byte == UInt8(ascii: "-")
    if skip("-") || skip("+") {
      // Nine digits are more than a BSON date can count.
      time.year = try number(digits: 6, upTo: 9)
      if isNegative {
        guard time.year != 0 else { throw Self.invalid }
        time.year = -time.year
      }
    } else {
      time.year = try number(digits: 4, upTo: 4)
    }
    try expect("-")
    time.month = try number(digits: 2, in: 1...12)
    try expect("-")
    time.day = try number(digits: 2, in: 1...31)
    guard Calendar.isValid(year: time.year, month: time.month, day: time.day) else { throw Self.invalid }
    time.hasDate = true
  }

  private mutating func isoTimeOfDay(into time: inout ParsedTime) throws(Refusal) {
    time.hour = try number(digits: 2, in: 0...23)
    try expect(":")
    time.minute = try number(digits: 2, in: 0...59)
    if skip(":") {
      time.second = try number(digits: 2, in: 0...59)
      if skip(".") || skip(",") { time.microsecond = try microseconds() }
    }
    time.hasTime = true
    if isAtEnd { return }
    _ = skip(" ")
    time.offsetSeconds = try utcOffset()
  }
}
