internal import Foundation

/// Points in time as both backends write them, to the microsecond and without a calendar's cost.
enum DateText {
  /// `2026-01-31 18:30:00` in UTC, with a fraction if there is one; nil outside the years 1 to 9999.
  static func format(_ date: Date) -> String? {
    let seconds = date.timeIntervalSince1970
    guard seconds.isFinite, abs(seconds) < 1e12 else { return nil }
    var whole = Int(seconds.rounded(.down))
    var micros = Int(((seconds - Double(whole)) * 1_000_000).rounded())
    if micros == 1_000_000 {
      whole += 1
      micros = 0
    }
    let days = Int((Double(whole) / 86400).rounded(.down))
    let second = whole - days * 86400
    let (year, month, day) = civil(days)
    guard (1...9999).contains(year) else { return nil }
    var text =
      padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + " " + padded(second / 3600, 2) + ":"
      + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2)
    if micros > 0 {
      var fraction = padded(micros, 6)
      while fraction.last == "0" { fraction.removeLast() }
      text += "." + fraction
    }
    return text
  }

  /// `2026-01-31`, with a time after a space or a `T`, a fraction of a second, and an offset (`Z`, `+02`, `+02:00`, `+0200`).
  static func parse(_ text: String) -> Date? {
    let pattern =
      /(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?)?)?/
    guard let found = text.wholeMatch(of: pattern)?.output else { return nil }
    func number(_ text: Substring?) -> Int { text.flatMap { Int($0) } ?? 0 }
    let (year, month, day) = (number(found.1), number(found.2), number(found.3))
    let (hour, minute, second) = (number(found.4), number(found.5), number(found.6))
    guard (1...12).contains(month), day >= 1, day <= daysIn(month, of: year), hour < 24, minute < 60,
      second <= 60
    else { return nil }
    var whole = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    if let offset = found.8, offset != "Z" {
      let digits = offset.dropFirst().filter(\.isNumber)
      let parts = stride(from: 0, to: digits.count, by: 2).map { number(digits.dropFirst($0).prefix(2)) }
      let shift = parts[0] * 3600 + (parts.count > 1 ? parts[1] * 60 : 0) + (parts.count > 2 ? parts[2] : 0)
      whole -= offset.first == "-" ? -shift : shift
    }
    let fraction = found.7.flatMap { Double("0." + $0) } ?? 0
    return Date(timeIntervalSince1970: Double(whole) + fraction)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func daysIn(_ month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days since 1970 of a date in the Gregorian calendar. Years begin in March here, so that the leap day is the last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
  }

  /// The reverse.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719468
    let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
    let dayOfEra = shifted - era * 146097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let place = (5 * dayOfYear + 2) / 153
    let month = place < 10 ? place + 3 : place - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * place + 2) / 5 + 1)
  }
}
