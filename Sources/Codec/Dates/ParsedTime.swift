/// What a text states about a date, a time of day, or both; always a day that the calendar has.
public struct ParsedTime: Sendable, Equatable {
  /// The year, where 0 is the year before year 1.
  public var year = 0
  public var month = 1
  public var day = 1
  public var hour = 0
  public var minute = 0
  public var second = 0
  public var microsecond = 0
  /// Seconds east of UTC, if the text states an offset.
  public var offsetSeconds: Int32?
  public var hasDate = false
  public var hasTime = false

  public init() {}

  /// Microseconds since midnight.
  public var microsecondOfDay: Int64 {
    Int64((hour * 60 + minute) * 60 + second) * 1_000_000 + Int64(microsecond)
  }
}

extension PostgresTime {
  /// Reads a date, a time or both from a text, all of which must be part of it: no spaces around it.
  ///
  /// - Throws: `.invalidText` for a text of another form, a day that the calendar doesn't have, or a second 60;
  ///   `.notExact` for digits beyond microseconds that aren't zero.
  public static func parse(
    _ text: UnsafeRawBufferPointer, format: DateFormat
  ) throws(Refusal) -> ParsedTime {
    var cursor = TimeCursor(text)
    switch format {
    case .iso: return try cursor.isoTime()
    case .pattern(var pattern):
      // A closure's typed errors can't leave withUTF8, hence the result.
      let result = pattern.withUTF8 { bytes in
        Result { () throws(Refusal) in try cursor.patternTime(UnsafeRawBufferPointer(bytes)) }
      }
      return try result.get()
    }
  }
}

/// A place in a text, moving through the parts of dates and times.
struct TimeCursor {
  let text: UnsafeRawBufferPointer
  var offset = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  static var invalid: Refusal { Refusal(.invalidText, found: .string) }

  var isAtEnd: Bool { offset == text.count }

  /// The byte here; 0 at the end.
  var byte: UInt8 { offset < text.count ? text[offset] : 0 }

  /// Whether there is a digit `distance` bytes on.
  func isDigit(at distance: Int = 0) -> Bool {
    offset + distance < text.count && text[offset + distance] &- 0x30 < 10
  }

  /// Moves past an ASCII character if it is here.
  mutating func skip(_ expected: Unicode.Scalar) -> Bool { skip(UInt8(ascii: expected)) }

  /// Moves past a byte if it is here.
  mutating func skip(_ expected: UInt8) -> Bool {
    guard !isAtEnd, text[offset] == expected else { return false }
    offset += 1
    return true
  }

  mutating func expect(_ expected: Unicode.Scalar) throws(Refusal) {
    guard skip(expected) else { throw Self.invalid }
  }

  /// A number of `minimum` to `maximum` digits, as many as there are.
  mutating func number(digits minimum: Int, upTo maximum: Int) throws(Refusal) -> Int {
    var value = 0
    var count = 0
    while count < maximum, isDigit() {
      value = value * 10 + Int(text[offset] - 0x30)
      offset += 1
      count += 1
    }
    guard count >= minimum else { throw Self.invalid }
    return value
  }

  mutating func number(digits: Int, in range: ClosedRange<Int>) throws(Refusal) -> Int {
    let value = try number(digits: digits, upTo: digits)
    guard range.contains(value) else { throw Self.invalid }
    return value
  }

  /// The digits of a second as microseconds; any number of them, but only zeros after the sixth.
  mutating func microseconds() throws(Refusal) -> Int {
    guard isDigit() else { throw Self.invalid }
    var value = 0
    var count = 0
    while isDigit() {
      let digit = Int(text[offset] - 0x30)
      offset += 1
      count += 1
      if count <= 6 {
        value = value * 10 + digit
      } else if digit != 0 {
        throw Refusal(.notExact, found: .string)
      }
    }
    while count < 6 {
      value *= 10
      count += 1
    }
    return value
  }

  /// `Z`, `+02`, `+0200`, `+02:00`, and either with seconds, up to 15:59:59 as in PostgreSQL.
  mutating func utcOffset() throws(Refusal) -> Int32 {
    if skip("Z") || skip("z") { return 0 }
    let isWest = byte == UInt8(ascii: "-")
    guard isWest || byte == UInt8(ascii: "+") else { throw Self.invalid }
    offset += 1
    var seconds = try number(digits: 2, in: 0...15) * 3600
    let hasColons = byte == UInt8(ascii: ":")
    if hasColons || isDigit() {
      if hasColons { offset += 1 }
      seconds += try number(digits: 2, in: 0...59) * 60
      if hasColons ? skip(":") : isDigit() { seconds += try number(digits: 2, in: 0...59) }
    }
    return Int32(isWest ? -seconds : seconds)
  }
}
