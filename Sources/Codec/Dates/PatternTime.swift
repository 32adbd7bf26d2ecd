extension DateFormat {
  /// The first directive of a pattern that isn't one of `%Y %m %d %H %M %S %f %z %b %y %j %%`, such as `%A`, or `%` where
  /// the pattern ends with it; nil if there is none.
  public var unknownDirective: String? {
    guard case .pattern(let pattern) = self else { return nil }
    var scalars = pattern.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "%" else { continue }
      guard let directive = scalars.next() else { return "%" }
      guard "YmdHMSfzbyj%".unicodeScalars.contains(directive) else { return "%\(directive)" }
    }
    return nil
  }
}

extension TimeCursor {
  /// What a pattern's directives have found so far.
  private struct Fields {
    var year: Int?
    var month: Int?
    var day: Int?
    var dayOfYear: Int?
    var hour: Int?
    var minute: Int?
    var second: Int?
    var microsecond: Int?
    var offsetSeconds: Int32?
  }

  /// Reads the text by a pattern, whose literal characters must be there as they are.
  ///
  /// Years have four digits (`%Y`) or two (`%y`: 69 to 99 are of the 20th century, 00 to 68 of the 21st), days of the
  /// year (`%j`) three. Other numbers have two; one is enough unless a digit follows in the pattern.
  mutating func patternTime(_ pattern: UnsafeRawBufferPointer) throws(Refusal) -> ParsedTime {
    var fields = Fields()
    var index = 0
    while index < pattern.count {
      let literal = pattern[index]
      index += 1
      if literal != UInt8(ascii: "%") {
        guard skip(literal) else { throw Self.invalid }
        continue
      }
      guard index < pattern.count else { throw Self.invalid }
      let directive = pattern[index]
      index += 1
      try read(directive, into: &fields, width: Self.beginsWithDigit(pattern, at: index) ? 2 : 1)
    }
    guard isAtEnd else { throw Self.invalid }
    return try Self.time(fields)
  }

  /// Whether the pattern goes on with a digit or with a directive that reads one.
  private static func beginsWithDigit(_ pattern: UnsafeRawBufferPointer, at index: Int) -> Bool {
    guard index < pattern.count else { return false }
    guard pattern[index] == UInt8(ascii: "%") else { return pattern[index] &- 0x30 < 10 }
    guard index + 1 < pattern.count else { return false }
    switch Unicode.Scalar(pattern[index + 1]) {
    case "z", "b", "%": return false
    default: return true
    }
  }

  private mutating func read(_ directive: UInt8, into fields: inout Fields, width: Int) throws(Refusal) {
    switch Unicode.Scalar(directive) {
    case "Y": try set(&fields.year, number(digits: 4, upTo: 4))
    case "y":
      let year = try number(digits: 2, upTo: 2)
      try set(&fields.year, year < 69 ? 2000 + year : 1900 + year)
    case "m": try set(&fields.month, number(digits: width, upTo: 2))
    case "b":
      guard text.count - offset >= 3 else { throw Self.invalid }
      let name = UnsafeRawBufferPointer(rebasing: text[offset..<offset + 3])
      guard let month = Calendar.month(named: name) else { throw Self.invalid }
      offset += 3
      try set(&fields.month, month)
    case "d": try set(&fields.day, number(digits: width, upTo: 2))
    case "j": try set(&fields.dayOfYear, number(digits: 3, upTo: 3))
    case "H": try set(&fields.hour, number(digits: width, upTo: 2))
    case "M": try set(&fields.minute, number(digits: width, upTo: 2))
    case "S": try set(&fields.second, number(digits: width, upTo: 2))
    case "f": try set(&fields.microsecond, microseconds())
    case "z": try set(&fields.offsetSeconds, utcOffset())
    case "%": try expect("%")
    default: throw Self.invalid
    }
  }

  /// Takes a value; one that the text states twice must be the same.
  private func set<Value: Equatable>(_ field: inout Value?, _ value: Value) throws(Refusal) {
    if let field, field != value { throw Self.invalid }
    field = value
  }

  /// A whole date, a whole time (hours at least) or both; nothing that is left out in the middle is guessed.
  private static func time(_ fields: Fields) throws(Refusal) -> ParsedTime {
    var time = ParsedTime()
    if fields.year != nil || fields.month != nil || fields.day != nil || fields.dayOfYear != nil {
      (time.year, time.month, time.day) = try date(fields)
      time.hasDate = true
    }
    if let hour = fields.hour {
      time.hour = hour
      time.minute = fields.minute ?? 0
      time.second = fields.second ?? 0
      time.microsecond = fields.microsecond ?? 0
      time.hasTime = true
      let skipsMinutes = fields.minute == nil && (fields.second != nil || fields.microsecond != nil)
      let skipsSeconds = fields.second == nil && fields.microsecond != nil
      guard !skipsMinutes, !skipsSeconds, hour < 24, time.minute < 60, time.second < 60 else { throw invalid }
    } else {
      guard fields.minute == nil, fields.second == nil, fields.microsecond == nil else { throw invalid }
    }
    guard time.hasDate || time.hasTime else { throw invalid }
    time.offsetSeconds = fields.offsetSeconds
    return time
  }

  private static func date(_ fields: Fields) throws(Refusal) -> (year: Int, month: Int, day: Int) {
    guard let year = fields.year else { throw invalid }
    guard let dayOfYear = fields.dayOfYear else {
      guard let month = fields.month, let day = fields.day else { throw invalid }
      guard Calendar.isValid(year: year, month: month, day: day) else { throw invalid }
      return (year, month, day)
    }
    guard dayOfYear >= 1, dayOfYear <= (Calendar.isLeap(year) ? 366 : 365) else { throw invalid }
    let date = Calendar.date(days: Calendar.days(year: year, month: 1, day: 1) + dayOfYear - 1)
    guard fields.month ?? date.month == date.month, fields.day ?? date.day == date.day else { throw invalid }
    return date
  }
}
