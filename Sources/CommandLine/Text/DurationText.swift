// Rounding calls the C mathematics library, which is linked for those who import it.
internal import Glibc

/// Lengths of time as people type and read them.
public enum DurationText {
  private static let millisecondsOfUnit: [String: Int64] = [
    "ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
  ]

  /// Reads `1500ms`, `30s`, `5m`, `1h`, `2d`, or several in a row such as `1h30m`; `nil` when the text is
  /// anything else. A number without its unit is refused, since nobody could say what was meant.
  public static func parse(_ text: String) -> Duration? {
    var total: Int64 = 0
    var rest = Substring(text)
    if rest.isEmpty { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !("0"..."9").contains($0) }
      rest = rest.dropFirst(unit.count)
      guard let number = Int64(digits), let size = millisecondsOfUnit[String(unit)] else { return nil }
      let (product, tooLarge) = number.multipliedReportingOverflow(by: size)
      let (sum, tooMuch) = total.addingReportingOverflow(product)
      if tooLarge || tooMuch { return nil }
      total = sum
    }
    return .milliseconds(total)
  }

  /// The duration with the precision that a person needs: `85 ms`, `3.2 s`, `1 min 05 s`, `2 h 07 min`, `3
  /// d 04 h`.
  public static func text(_ duration: Duration) -> String {
    if duration < .zero { return "-" + text(.zero - duration) }
    let seconds = self.seconds(duration)
    if seconds < 0.9995 { return "\(Int((seconds * 1_000).rounded())) ms" }
    if seconds < 59.95 { return "\(NumberText.oneDecimal(seconds)) s" }
    return coarse(wholeSeconds: Int(seconds.rounded()))
  }

  /// A duration that is only an estimate, in whole seconds at best: `9 s`, `1 min 05 s`.
  public static func estimate(_ duration: Duration) -> String {
    let seconds = Int(max(0, self.seconds(duration)).rounded(.up))
    return seconds < 60 ? "\(seconds) s" : coarse(wholeSeconds: seconds)
  }

  /// The duration in seconds, for reports.
  public static func seconds(_ duration: Duration) -> Double {
    let parts = duration.components
    return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
  }

  private static func coarse(wholeSeconds: Int) -> String {
    if wholeSeconds < 3_600 { return pair(wholeSeconds / 60, "min", wholeSeconds % 60, "s") }
    // From here on the smallest unit is a minute, then an hour: round to it before the split.
    let minutes = (wholeSeconds + 30) / 60
    if minutes < 1_440 { return pair(minutes / 60, "h", minutes % 60, "min") }
    let hours = (wholeSeconds + 1_800) / 3_600
    return pair(hours / 24, "d", hours % 24, "h")
  }

  private static func pair(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
    "\(large) \(largeUnit) \(small < 10 ? "0" : "")\(small) \(smallUnit)"
  }
}
