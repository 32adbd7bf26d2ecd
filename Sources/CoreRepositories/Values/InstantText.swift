internal import Foundation

/// Points in time as text, to the microsecond and in UTC.
enum InstantText {
  /// As `2026-01-31T18:30:00.250Z`, which is how JavaScript says it.
  static func milliseconds(_ time: Date) -> String {
    let rounded = Date(timeIntervalSince1970: (time.timeIntervalSince1970 * 1000).rounded() / 1000)
    return text(rounded).dropLast(4) + "Z"
  }

  /// As `2026-01-31T18:30:00.250000Z`.
  static func text(_ time: Date) -> String {
    // Rounded first, so that no fraction becomes a whole second behind the seconds' back.
    let microseconds = (time.timeIntervalSince1970 * 1_000_000).rounded()
    let seconds = (microseconds / 1_000_000).rounded(.down)
    let fraction = Int(microseconds - seconds * 1_000_000)
    let whole = Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    let digits = "\(fraction)"
    return whole.dropLast() + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
  }
}
