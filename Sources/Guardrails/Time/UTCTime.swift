internal import Glibc
public import Mapping

/// A moment, in microseconds since 1970 began in UTC.
public struct UTCTime: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public let microseconds: Int

  /// - Parameter microseconds: since 1970-01-01T00:00:00Z.
  public init(microseconds: Int) { self.microseconds = microseconds }

  /// The system's time now.
  public static var now: UTCTime { read(CLOCK_REALTIME) }

  /// The system's time at its last tick, some milliseconds ago at most; much cheaper to ask for.
  static var lastTick: UTCTime { read(CLOCK_REALTIME_COARSE) }

  private static func read(_ clock: clockid_t) -> UTCTime {
    var time = timespec()
    clock_gettime(clock, &time)
    return UTCTime(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
  }

  /// Reads `2027-01-31T08:15:00Z`, with or without a fraction of the second; nothing else.
  public init?(_ text: String) {
    guard text.utf8.count >= 20, text.utf8.last == UInt8(ascii: "Z") else { return nil }
    let bytes = Array(text.utf8.dropLast())
    let marks: [(at: Int, Character)] = [(10, "T"), (13, ":"), (16, ":")]
    guard marks.allSatisfy({ bytes[$0.at] == $0.1.asciiValue }) else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      bytes[range].reduce(Optional(0)) { sum, byte in
        guard let sum, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        return sum * 10 + Int(byte - UInt8(ascii: "0"))
      }
    }
    guard let day = CalendarDay(String(decoding: bytes[0..<10], as: UTF8.self)), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), hour < 24, minute < 60, second < 60
    else { return nil }
    var fraction = 0
    if bytes.count > 19 {
      guard bytes[19] == UInt8(ascii: "."), (21...26).contains(bytes.count),
        let digits = number(20..<bytes.count)
      else { return nil }
      fraction = (bytes.count..<26).reduce(digits) { sum, _ in sum * 10 }
    }
    let seconds = ((day.daysSince1970 * 24 + hour) * 60 + minute) * 60 + second
    microseconds = seconds * 1_000_000 + fraction
  }

  public static func < (one: UTCTime, other: UTCTime) -> Bool { one.microseconds < other.microseconds }

  /// Its day in UTC.
  public var day: CalendarDay? {
    CalendarDay(daysSince1970: Int((Double(microseconds) / 86_400_000_000).rounded(.down)))
  }

  /// `2027-01-31T08:15:00.250000Z`.
  public var description: String {
    let day = Int((Double(microseconds) / 86_400_000_000).rounded(.down))
    let rest = microseconds - day * 86_400_000_000
    func padded(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }
    let seconds = rest / 1_000_000
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
    return "\(CalendarDay(daysSince1970: day)?.description ?? "0001-01-01")T\(clock.joined(separator: ":"))"
      + ".\(padded(rest % 1_000_000, 6))Z"
  }
}

extension CalendarDay {
  /// How many days have passed since 1970-01-01. The proleptic Gregorian calendar, counted from March so that leap days come last.
  var daysSince1970: Int {
    let year = month <= 2 ? self.year - 1 : self.year
    let era = year / 400
    let ofEra = year - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// - Returns: nil outside of the years 1 to 9999.
  init?(daysSince1970 days: Int) {
    let shifted = days + 719_468
    guard shifted >= 0 else { return nil }
    let era = shifted / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * ofYear + 2) / 153
    let civilMonth = month < 10 ? month + 3 : month - 9
    self.init(
      year: yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), month: civilMonth,
      day: ofYear - (153 * month + 2) / 5 + 1)
  }
}
