/// Metrics in the text forms that monitoring reads: Prometheus' exposition format 0.0.4, and OpenMetrics 1.0.
public struct Exposition {
  /// The two forms. They differ in how a unit and the end of the text are said, and in one escape.
  public enum Format: String, Sendable, CaseIterable {
    case prometheus
    case openmetrics

    /// The form that a file's name asks for: OpenMetrics for `.om` and `.openmetrics`.
    public init(path: String) {
      let name = path.lowercased()
      self = name.hasSuffix(".om") || name.hasSuffix(".openmetrics") ? .openmetrics : .prometheus
    }
  }

  private let format: Format
  private var text = ""

  init(_ format: Format) { self.format = format }

  /// Adds a gauge: its description, then a line for each sample. A gauge without samples isn't written.
  ///
  /// - Parameter unit: OpenMetrics wants it to be the end of the name.
  mutating func gauge(
    _ name: String, unit: String? = nil, help: String,
    _ samples: [(labels: [(String, String)], value: Double)]
  ) {
    if samples.isEmpty { return }
    if format == .openmetrics {
      text += "# TYPE \(name) gauge\n"
      if let unit { text += "# UNIT \(name) \(unit)\n" }
      text += "# HELP \(name) \(escapedHelp(help))\n"
    } else {
      text += "# HELP \(name) \(escapedHelp(help))\n# TYPE \(name) gauge\n"
    }
    for sample in samples {
      let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
      text += "\(name){\(labels)} \(Self.number(sample.value))\n"
    }
  }

  /// The whole text, with its end.
  func finished() -> String { format == .openmetrics ? text + "# EOF\n" : text }

  /// "Label values can be any sequence of UTF-8 characters, but the backslash, double-quote, and line feed characters have to
  /// be escaped" (both formats). A carriage return or a NUL would confuse line-based readers: they are written out.
  static func escaped(_ value: String) -> String {
    var result = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        result += "\\\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// In a help text OpenMetrics escapes the double quote as well.
  private func escapedHelp(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    return format == .openmetrics ? escaped.replacing("\"", with: "\\\"") : escaped
  }

  /// Whole numbers without a point: counters of records stay readable.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 9e15 ? String(Int(value)) : "\(value)"
  }
}
