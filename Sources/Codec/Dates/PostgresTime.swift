/// PostgreSQL's binary points in time: microseconds since 2000-01-01 (`timestamp`, `timestamptz`), days since then
/// (`date`), microseconds since midnight (`time`).
public enum PostgresTime {
  /// 4714-11-24 BC, the first day that PostgreSQL knows, and 294277-01-01, the first that a timestamp doesn't.
  static let firstTimestamp: Int64 = -211_813_488_000_000_000
  static let endOfTimestamps: Int64 = 9_223_371_331_200_000_000
  /// From 1970-01-01 to 2000-01-01.
  static let unixEpochMicroseconds: Int64 = 946_684_800_000_000
  static let unixEpochDays: Int64 = 10_957
  static let microsecondsPerDay: Int64 = 86_400_000_000

  /// The timestamp of a BSON date.
  ///
  /// - Throws: `.outOfRange` outside 4714-11-24 BC … 294276-12-31.
  public static func timestamp(unixMilliseconds: Int64) throws(Refusal) -> Int64 {
    let (shifted, tooSmall) = unixMilliseconds.subtractingReportingOverflow(unixEpochMicroseconds / 1000)
    let (microseconds, tooLarge) = shifted.multipliedReportingOverflow(by: 1000)
    if tooSmall || tooLarge { throw Refusal(.outOfRange, found: .date) }
    return try checked(microseconds, found: .date)
  }

  static func checked(_ timestamp: Int64, found: ValueKind) throws(Refusal) -> Int64 {
    guard timestamp >= firstTimestamp, timestamp < endOfTimestamps else {
      throw Refusal(.outOfRange, found: found)
    }
    return timestamp
  }

  /// The timestamp of a text that was parsed. Without an offset the text is read as UTC; without a time, as midnight.
  ///
  /// - Throws: `.invalidText` if the text has no date, `.outOfRange` outside 4714-11-24 BC … 294276-12-31.
  public static func timestamp(_ parsed: ParsedTime) throws(Refusal) -> Int64 {
    guard parsed.hasDate else { throw Refusal(.invalidText, found: .string) }
    // Far beyond what PostgreSQL holds, and far below what would overflow.
    guard abs(parsed.year) < 300_000 else { throw Refusal(.outOfRange, found: .string) }
    let days = Calendar.days(year: parsed.year, month: parsed.month, day: parsed.day)
    let microseconds = Int128(days) * Int128(microsecondsPerDay) + Int128(parsed.microsecondOfDay)
    let shifted =
      microseconds - Int128(parsed.offsetSeconds ?? 0) * 1_000_000 - Int128(unixEpochMicroseconds)
    guard let timestamp = Int64(exactly: shifted) else { throw Refusal(.outOfRange, found: .string) }
    return try checked(timestamp, found: .string)
  }

  /// The date of a text that was parsed.
  ///
  /// - Throws: `.notExact` if the text has a time other than midnight or an offset other than zero, which a date would
  ///   lose; `.invalidText` if it has no date; `.outOfRange` outside 4714-11-24 BC … 5874897-12-31.
  public static func date(_ parsed: ParsedTime) throws(Refusal) -> Int32 {
    guard parsed.hasDate else { throw Refusal(.invalidText, found: .string) }
    guard parsed.microsecondOfDay == 0, (parsed.offsetSeconds ?? 0) == 0 else {
      throw Refusal(.notExact, found: .string)
    }
    guard parsed.year >= -4713, parsed.year <= 5_874_897 else { throw Refusal(.outOfRange, found: .string) }
    let days = Calendar.days(year: parsed.year, month: parsed.month, day: parsed.day) - Int(unixEpochDays)
    // Day 0 of the Julian count: 4714-11-24 BC, which is year -4713 where there is a year 0.
    guard days >= -2_451_545 else { throw Refusal(.outOfRange, found: .string) }
    return Int32(days)
  }

  /// The date of a timestamp that is midnight UTC.
  ///
  /// - Throws: `.notExact` for any other time of day.
  public static func date(timestamp: Int64, found: ValueKind = .date) throws(Refusal) -> Int32 {
    let (days, rest) = timestamp.dividedDown(by: microsecondsPerDay)
    if rest != 0 { throw Refusal(.notExact, found: found) }
    return Int32(days)
  }

  /// The date of a BSON date that is midnight UTC.
  ///
  /// - Throws: `.notExact` for any other time of day, `.outOfRange` outside a timestamp's range.
  public static func date(unixMilliseconds: Int64) throws(Refusal) -> Int32 {
    try date(timestamp: timestamp(unixMilliseconds: unixMilliseconds))
  }

  /// The time of day, in microseconds since midnight, of a text that was parsed.
  ///
  /// - Throws: `.notExact` if the text has a date, or an offset other than zero, which a time would lose; `.invalidText`
  ///   if it has no time.
  public static func time(_ parsed: ParsedTime) throws(Refusal) -> Int64 {
    guard parsed.hasTime else { throw Refusal(.invalidText, found: .string) }
    guard !parsed.hasDate, (parsed.offsetSeconds ?? 0) == 0 else { throw Refusal(.notExact, found: .string) }
    return parsed.microsecondOfDay
  }

  /// How many digits of a second `appendISO` writes.
  public enum Fraction: Sendable {
    /// Always three.
    case milliseconds
    /// Three, or none if they are zero: relaxed Extended JSON.
    case whereNotZero
  }

  /// Appends `2024-02-29T12:30:00.123Z`. Years before 0 or after 9999 have a sign and at least six digits, as ISO 8601
  /// and JavaScript write them: `+012024-…`, `-000001-…`.
  public static func appendISO(
    unixMilliseconds: Int64, fraction: Fraction = .milliseconds, to out: inout ByteBuffer
  ) {
    let (days, rest) = unixMilliseconds.dividedDown(by: 86_400_000)
    let date = Calendar.date(days: Int(days))
    let milliseconds = UInt64(rest)
    if date.year >= 0, date.year <= 9999 {
      IntegerText.append(UInt64(date.year), width: 4, to: &out)
    } else {
      out.append(date.year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      let year = UInt64(date.year.magnitude)
      IntegerText.append(year, width: max(6, DecimalDigits.count(year)), to: &out)
    }
    appendField(UInt64(date.month), after: "-", to: &out)
    appendField(UInt64(date.day), after: "-", to: &out)
    appendField(milliseconds / 3_600_000, after: "T", to: &out)
    appendField(milliseconds / 60_000 % 60, after: ":", to: &out)
    appendField(milliseconds / 1000 % 60, after: ":", to: &out)
    if fraction == .milliseconds || milliseconds % 1000 != 0 {
      out.append(UInt8(ascii: "."))
      IntegerText.append(milliseconds % 1000, width: 3, to: &out)
    }
    out.append(UInt8(ascii: "Z"))
  }

  private static func appendField(_ value: UInt64, after separator: StaticString, to out: inout ByteBuffer) {
    out.append(separator)
    IntegerText.append(value, width: 2, to: &out)
  }
}
