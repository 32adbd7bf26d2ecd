/// A PostgreSQL `interval`: months, days and a time, none of which turns into another.
public struct Interval: Sendable, Equatable {
  public var months: Int32
  public var days: Int32
  public var microseconds: Int64

  public init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
    self.months = months
    self.days = days
    self.microseconds = microseconds
  }

  /// Appends the 16 bytes of `interval_send`.
  func append(to out: inout ByteBuffer) {
    out.appendBigEndian(microseconds)
    out.appendBigEndian(days)
    out.appendBigEndian(months)
  }

  /// The interval that a number of units means. A double means the shortest decimal that reads back as it.
  ///
  /// - Throws: `.notExact` for parts of a microsecond or of a day, `.outOfRange` beyond what an interval holds,
  ///   `.invalidText` for a text that isn't a number, `.wrongType` for other values.
  init(_ value: RawValue, _ unit: IntervalUnit) throws(Refusal) {
    let number = try DecimalValue(number: value)
    let count =
      switch unit {
      case .microseconds: try number.whole(shift: 0, found: value.kind)
      case .milliseconds: try number.whole(shift: 3, found: value.kind)
      case .seconds: try number.whole(shift: 6, found: value.kind)
      case .minutes: try number.whole(times: 6, shift: 7, found: value.kind)
      case .hours: try number.whole(times: 36, shift: 8, found: value.kind)
      case .days: try number.whole(shift: 0, found: value.kind)
      }
    if unit == .days {
      guard let days = Int32(exactly: count) else { throw Refusal(.outOfRange, found: value.kind) }
      self.init(days: days)
    } else {
      guard let microseconds = Int64(exactly: count) else { throw Refusal(.outOfRange, found: value.kind) }
      self.init(microseconds: microseconds)
    }
  }
}

extension DecimalValue {
  /// The number that a source value is, or that its text states.
  ///
  /// - Throws: `.outOfRange` for NaN and infinities and for too many digits, `.notExact` for too many digits after the
  ///   point, `.invalidText`, `.wrongType`.
  init(number value: RawValue) throws(Refusal) {
    switch value.kind {
    case .int32, .int64:
      self.init(
        isNegative: value.integer < 0, coefficient: UInt128(value.integer.magnitude), exponent: 0)
    case .double:
      guard value.double.isFinite else { throw Refusal(.outOfRange, found: .double) }
      self = ShortestDouble.decimal(value.double)
    case .decimal128:
      guard case .finite(let number) = try Decimal128(value.bytes) else {
        throw Refusal(.outOfRange, found: .decimal128)
      }
      self = number
    case .string, .symbol:
      let text = try ScannedDecimal(value.bytes)
      guard let number = text.value else {
        throw Refusal(text.leadingPower > 33 ? .outOfRange : .notExact, found: value.kind)
      }
      self = number
    default: throw Refusal(.wrongType, found: value.kind)
    }
  }
}
