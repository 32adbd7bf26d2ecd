public import Foundation

/// The hours of each day in which work may be done, such as `01:00-05:00`; `22:00-05:00` crosses midnight.
///
/// Wall-clock time: on a day when clocks are changed, a window is an hour longer or shorter.
public struct MaintenanceWindow: Sendable, Equatable, CustomStringConvertible {
  /// Minutes after midnight: the first inside, and the first outside again.
  let opens: Int
  let closes: Int
  private let zone: TimeZone

  /// Reads `HH:MM-HH:MM`; nil for anything else, and for a window that closes when it opens.
  public init?(_ text: String, zone: TimeZone = .current) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Self.minutes($0) }
    guard ends.count == 2, let opens = ends[0], let closes = ends[1], opens != closes else { return nil }
    self.opens = opens
    self.closes = closes
    self.zone = zone
  }

  private static func minutes(_ text: Substring) -> Int? {
    let digits = Array(text.utf8)
    guard digits.count == 5, digits[2] == UInt8(ascii: ":"),
      [0, 1, 3, 4].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digits[$0]) })
    else { return nil }
    let values = digits.map { Int($0) - 48 }
    let (hour, minute) = (values[0] * 10 + values[1], values[3] * 10 + values[4])
    return hour < 24 && minute < 60 ? hour * 60 + minute : nil
  }

  public var description: String { "\(Self.text(opens))-\(Self.text(closes))" }

  private static func text(_ minutes: Int) -> String {
    String(format: "%02d:%02d", minutes / 60, minutes % 60)
  }

  private var calendar: Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    return calendar
  }

  /// When the window opens next, seen from a moment outside of it; nil inside.
  public func opening(after now: Date) -> Date? {
    let calendar = calendar
    let parts = calendar.dateComponents([.hour, .minute], from: now)
    let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
    let isOpen = opens < closes ? (opens..<closes).contains(minute) : minute >= opens || minute < closes
    if isOpen { return nil }
    // A time that a change of clocks leaves out is taken as the next one that there is.
    return calendar.nextDate(
      after: now, matching: DateComponents(hour: opens / 60, minute: opens % 60, second: 0),
      matchingPolicy: .nextTime)
  }

  /// A moment as the window's own clock shows it, with its day.
  func text(_ moment: Date) -> String {
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: moment)
    return String(
      format: "%04d-%02d-%02d %02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0,
      parts.minute ?? 0)
  }
}
