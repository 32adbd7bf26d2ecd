/// A point in time, in milliseconds since 1970 UTC, and the texts in which old applications wrote it.
struct Moment {
  var milliseconds: Int64

  /// Year, month, day, hour, minute, second, millisecond.
  private var parts: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, fraction: Int) {
    let inDay = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
    let date = Moment.civil(daysSinceEpoch: Int((milliseconds - inDay) / 86_400_000))
    let time = Int(inDay)
    return (
      date.year, date.month, date.day, time / 3_600_000, time / 60_000 % 60, time / 1000 % 60, time % 1000
    )
  }

  /// `2024-02-29T12:30:00.500Z`, as JavaScript's `toISOString` writes it.
  var isoText: String {
    let part = parts
    return
      "\(dateText)T\(two(part.hour)):\(two(part.minute)):\(two(part.second)).\(padded(part.fraction, 3))Z"
  }

  /// `2024-02-29 12:30:00`, as SQLite's CURRENT_TIMESTAMP writes it.
  var sqliteText: String {
    let part = parts
    return "\(dateText) \(two(part.hour)):\(two(part.minute)):\(two(part.second))"
  }

  /// `2024-02-29 12:30:00.500`, as SQLite's strftime with `%f` writes it.
  var sqliteFractionText: String { sqliteText + "." + padded(parts.fraction, 3) }

  /// `2024-02-29`.
  var dateText: String { "\(padded(parts.year, 4))-\(two(parts.month))-\(two(parts.day))" }

  /// `29.02.2024`.
  var dayFirstText: String { "\(two(parts.day)).\(two(parts.month)).\(padded(parts.year, 4))" }

  /// `2024-02`.
  var monthText: String { "\(padded(parts.year, 4))-\(two(parts.month))" }

  /// The day of the proleptic Gregorian calendar: years are counted from March, so that a leap day ends one.
  private static func civil(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private func two(_ number: Int) -> String { padded(number, 2) }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Moment {
  /// 2019-01-01, when both sample applications opened.
  static let opening = Moment(milliseconds: 1_546_300_800_000)
  /// How long they have been open: six and a half years, in milliseconds.
  static let span: Int64 = 205_000_000_000

  /// When record number `index` of `count` was made: later numbers later.
  static func creation(_ index: Int, of count: Int) -> Moment {
    let (whole, rest) = span.quotientAndRemainder(dividingBy: Int64(max(1, count)))
    // Odd milliseconds, as a clock gives them.
    let jitter = Int64(index &* 7919 % 1000)
    let parts = whole * Int64(index) + rest * Int64(index) / Int64(max(1, count))
    return Moment(milliseconds: opening.milliseconds + parts + jitter)
  }

  func later(by milliseconds: Int) -> Moment { Moment(milliseconds: self.milliseconds + Int64(milliseconds)) }
}
