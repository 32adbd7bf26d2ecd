internal import CommandLine
internal import Foundation

/// Numbers with their nouns, and shares, as people read them.
enum Count {
  /// `1 record`, `12,345 records`.
  static func text(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(NumberText.grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// A share as per cent with two significant digits: `0.03 %`. Rounded up, since it is said as "at most".
  static func upperPercent(_ share: Double) -> String { percent(share, .up) }

  /// A share as per cent with two significant digits, never more than it is.
  static func percent(_ share: Double) -> String { percent(share, .down) }

  private static func percent(_ share: Double, _ rule: FloatingPointRoundingRule) -> String {
    let percent = min(max(share, 0), 1) * 100
    if percent == 0 || percent.isNaN { return "0 %" }
    // Two digits: of 0.02957 the scale is 1000, of 42.3 it is 1.
    let places = min(12, max(0, 1 - Int(log10(percent).rounded(.down))))
    let scale = pow(10, Double(places))
    // What is above a step only by the error of a multiplication stays on that step.
    let steps = percent * scale
    let near = steps.rounded()
    let rounded = (abs(steps - near) < 1e-9 * max(1, steps) ? near : steps.rounded(rule)) / scale
    var text = String(format: "%.\(places)f", rounded)
    if text.contains(".") {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    return text + " %"
  }

  /// `3.2 s`, `1 min 05 s`.
  static func seconds(_ seconds: Double) -> String {
    DurationText.text(.milliseconds(Int64((seconds * 1000).rounded())))
  }
}
