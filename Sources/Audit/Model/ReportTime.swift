public import Foundation

/// Times in reports: `2026-01-31T09:30:00.125Z`, in UTC, to the millisecond.
public enum ReportTime {
  /// The time as reports write it. Years outside 0 to 9999 are written as the nearest of them.
  public static func text(_ date: Date) -> String {
    let limit = (lowest: -62_167_219_200_000.0, highest: 253_402_300_799_999.0)
    let milliseconds = Int(
      min(max((date.timeIntervalSince1970 * 1000).rounded(), limit.lowest), limit.highest))
    let (days, rest) = (floorDivided(milliseconds, 86_400_000), modulo(milliseconds, 86_400_000))
    let (year, month, day) = civil(days)
    let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { padded($0, 2) }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock.joined(separator: ":"))"
      + ".\(padded(rest % 1000, 3))Z"
  }

  /// Reads what ``text(_:)`` writes; nil for anything else.
  public static func date(_ text: String) -> Date? {
    let form = Array("0000-00-00T00:00:00.000Z".utf8)
    let bytes = Array(text.utf8)
    guard bytes.count == form.count else { return nil }
    var numbers = [0]
    for (byte, place) in zip(bytes, form) {
      if place == UInt8(ascii: "0") {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte - UInt8(ascii: "0"))
      } else {
        guard byte == place else { return nil }
        numbers.append(0)
      }
    }
    guard (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), numbers[3] < 24, numbers[4] < 60,
      numbers[5] < 60
    else { return nil }
    let days = self.days(numbers[0], numbers[1], numbers[2])
    guard civil(days) == (numbers[0], numbers[1], numbers[2]) else { return nil }
    let seconds = days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
    return Date(timeIntervalSince1970: Double(seconds * 1000 + numbers[6]) / 1000)
  }

  /// The day of the Gregorian calendar, counted from 1970-01-01; years begin in March, so that the leap day is the last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivided(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ days: Int) -> (Int, Int, Int) {
    let shifted = days + 719_468
    let era = floorDivided(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
  }

  private static func floorDivided(_ number: Int, _ by: Int) -> Int {
    (number - modulo(number, by)) / by
  }

  private static func modulo(_ number: Int, _ by: Int) -> Int { (number % by + by) % by }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
