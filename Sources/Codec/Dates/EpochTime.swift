extension PostgresTime {
  /// The timestamp that a number of units since an epoch means: an integer, a double, a Decimal128, or a text that
  /// states a decimal number.
  ///
  /// Nothing is rounded: integers, decimals and texts must be a whole number of microseconds. A double means the
  /// shortest decimal that reads back as it, so that 1709209800.123 is 123 milliseconds, and what comes out, turned
  /// into a double again, is the same double. A Julian day as a double means a whole millisecond, as SQLite computes it:
  /// its neighbours are 40 microseconds apart, too far to say which microsecond was meant.
  /// - Throws: `.notExact` for a part of a microsecond; `.outOfRange` outside 4714-11-24 BC … 294276-12-31, for NaN and
  ///   infinities; `.invalidText` for a text that isn't a number; `.wrongType` for other values.
  public static func timestamp(epoch value: RawValue, unit: EpochUnit) throws(Refusal) -> Int64 {
    switch value.kind {
    case .int32, .int64:
      let number = DecimalValue(
        isNegative: value.integer < 0, coefficient: UInt128(value.integer.magnitude), exponent: 0)
      return try timestamp(epoch: number, unit: unit, found: value.kind)
    case .double:
      guard value.double.isFinite else { throw Refusal(.outOfRange, found: .double) }
      if unit == .julian { return try timestamp(julianDay: value.double) }
      return try timestamp(epoch: ShortestDouble.decimal(value.double), unit: unit, found: .double)
    case .decimal128:
      guard case .finite(let number) = try Decimal128(value.bytes) else {
        throw Refusal(.outOfRange, found: .decimal128)
      }
      return try timestamp(epoch: number, unit: unit, found: .decimal128)
    case .string:
      let text = try ScannedDecimal(value.bytes)
      guard let number = text.value else {
        // Too many digits for any unit: either before the point or after it.
        throw Refusal(text.leadingPower > 33 ? .outOfRange : .notExact, found: .string)
      }
      return try timestamp(epoch: number, unit: unit, found: .string)
    default: throw Refusal(.wrongType, found: value.kind)
    }
  }

  private static func timestamp(
    epoch number: DecimalValue, unit: EpochUnit, found: ValueKind
  ) throws(Refusal) -> Int64 {
    let microseconds =
      switch unit {
      case .seconds, .cocoa: try number.whole(shift: 6, found: found)
      case .milliseconds: try number.whole(shift: 3, found: found)
      case .microseconds, .webkit: try number.whole(shift: 0, found: found)
      case .nanoseconds: try number.whole(shift: -3, found: found)
      case .julian: try number.whole(times: 864, shift: 8, found: found)
      }
    return try timestamp(microseconds: microseconds, since: unit, found: found)
  }

  private static func timestamp(
    microseconds: Int128, since unit: EpochUnit, found: ValueKind
  ) throws(Refusal) -> Int64 {
    // From the unit's epoch to 2000-01-01.
    let epoch: Int128 =
      switch unit {
      case .seconds, .milliseconds, .microseconds, .nanoseconds: Int128(unixEpochMicroseconds)
      case .webkit: 12_591_158_400_000_000
      case .cocoa: -31_622_400_000_000
      case .julian: 211_813_444_800_000_000
      }
    guard let result = Int64(exactly: microseconds - epoch) else { throw Refusal(.outOfRange, found: found) }
    return try checked(result, found: found)
  }

  private static func timestamp(julianDay: Double) throws(Refusal) -> Int64 {
    let product = julianDay * 86_400_000
    guard abs(product) < 9_007_199_254_740_992 else { throw Refusal(.outOfRange, found: .double) }
    // The whole number next to the product is the only one that can give the same double back.
    let truncated = Int64(product)
    for milliseconds in truncated - 1...truncated + 1 where Double(milliseconds) / 86_400_000 == julianDay {
      return try timestamp(microseconds: Int128(milliseconds) * 1000, since: .julian, found: .double)
    }
    throw Refusal(.notExact, found: .double)
  }
}
