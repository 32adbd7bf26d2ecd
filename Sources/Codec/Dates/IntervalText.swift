extension Interval {
  /// Reads an ISO 8601 duration (`P1Y2M10DT2H30M0.5S`, `P3W`; a sign may stand before the P or before a number) or a time
  /// (`02:30`, `-100:00:05.25`), all of which must be the text: no spaces around it.
  ///
  /// A fraction may stand only with the seconds: what half a month is depends on the month.
  /// - Throws: `.invalidText` for a text of another form, `.notExact` for digits beyond microseconds that aren't zero,
  ///   `.outOfRange` beyond what an interval holds.
  public static func parse(_ text: UnsafeRawBufferPointer) throws(Refusal) -> Interval {
    var cursor = TimeCursor(text)
    let isNegative = cursor.skip("-")
    if !isNegative { _ = cursor.skip("+") }
    var sum = Sum()
    if cursor.skip("P") {
      try cursor.isoDuration(into: &sum)
    } else {
      try cursor.clockTime(into: &sum)
    }
    guard cursor.isAtEnd else { throw TimeCursor.invalid }
    return try sum.interval(isNegative: isNegative)
  }

  /// Parts added up, wide enough for any text's digits.
  struct Sum {
    var months: Int128 = 0
    var days: Int128 = 0
    var microseconds: Int128 = 0

    func interval(isNegative: Bool) throws(Refusal) -> Interval {
      let sign: Int128 = isNegative ? -1 : 1
      guard let months = Int32(exactly: sign * months), let days = Int32(exactly: sign * days),
        let microseconds = Int64(exactly: sign * microseconds)
      else { throw Refusal(.outOfRange, found: .string) }
      return Interval(months: months, days: days, microseconds: microseconds)
    }
  }
}

extension TimeCursor {
  fileprivate mutating func isoDuration(into sum: inout Interval.Sum) throws(Refusal) {
    var designators = "YMWD".utf8[...]
    var isTime = false
    var count = 0
    while !isAtEnd {
      if skip("T") {
        guard !isTime else { throw Self.invalid }
        isTime = true
        designators = "HMS".utf8[...]
        guard !isAtEnd else { throw Self.invalid }
      }
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      var value = Int128(try number(digits: 1, upTo: 18))
      var fraction: Int128 = 0
      let hasFraction = skip(".") || skip(",")
      if hasFraction { fraction = Int128(try microseconds()) }
      // Designators come in their order, each at most once.
      guard let place = designators.firstIndex(of: byte) else { throw Self.invalid }
      let designator = designators[place]
      designators = designators[designators.index(after: place)...]
      guard skip(designator), !hasFraction || designator == UInt8(ascii: "S") else { throw Self.invalid }
      if isNegative { (value, fraction) = (-value, -fraction) }
      switch (isTime, designator) {
      case (false, UInt8(ascii: "Y")): sum.months += value * 12
      case (false, UInt8(ascii: "M")): sum.months += value
      case (false, UInt8(ascii: "W")): sum.days += value * 7
      case (false, _): sum.days += value
      case (true, UInt8(ascii: "H")): sum.microseconds += value * 3_600_000_000
      case (true, UInt8(ascii: "M")): sum.microseconds += value * 60_000_000
      case (true, _): sum.microseconds += value * 1_000_000 + fraction
      }
      count += 1
    }
    guard count > 0 else { throw Self.invalid }
  }

  fileprivate mutating func clockTime(into sum: inout Interval.Sum) throws(Refusal) {
    let hours = try number(digits: 1, upTo: 12)
    try expect(":")
    let minutes = try number(digits: 2, in: 0...59)
    sum.microseconds = Int128(hours) * 3_600_000_000 + Int128(minutes) * 60_000_000
    guard skip(":") else { return }
    sum.microseconds += Int128(try number(digits: 2, in: 0...59)) * 1_000_000
    if skip(".") || skip(",") { sum.microseconds += Int128(try microseconds()) }
  }
}
