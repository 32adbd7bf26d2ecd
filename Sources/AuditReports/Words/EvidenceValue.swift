/// A value of a record as people can tell it from another: what is invisible is written out, and what is long is cut
/// around the place where it differs.
struct EvidenceValue {
  /// The value as it is shown, without its quotes.
  private let body: String
  private let isQuoted: Bool
  /// How many characters the value has, where not all are shown.
  private let cutFrom: Int?

  /// The value as shown: `NULL`, `0.3`, `"two  spaces"`, `…rest of it… (10,000 characters)`.
  var text: String {
    let value = isQuoted ? "\"\(body)\"" : body
    return cutFrom.map { "\(value) (\(Count.text($0, "character")))" } ?? value
  }

  /// One value.
  ///
  /// - Parameter limit: how many characters of a long value are shown.
  static func text(_ value: String?, limit: Int = 80) -> String {
    guard let value else { return "NULL" }
    return EvidenceValue(value, from: 0, limit: limit, isASCII: false).text
  }

  /// Two values that differ, cut at the same place.
  static func pair(_ source: String?, _ target: String?, limit: Int = 80) -> (source: String, target: String)
  {
    guard let source, let target else { return (text(source, limit: limit), text(target, limit: limit)) }
    // Texts that look alike (é as one character or as two) are told apart by their code points.
    let isASCII = source == target && !source.utf8.elementsEqual(target.utf8)
    let common = zip(source.unicodeScalars, target.unicodeScalars).prefix { $0 == $1 }.count
    let start = max(0, common - limit / 4)
    func shown(_ value: String) -> String {
      EvidenceValue(value, from: start, limit: limit, isASCII: isASCII).text
    }
    return (shown(source), shown(target))
  }

  private init(_ value: String, from start: Int, limit: Int, isASCII: Bool) {
    let count = value.unicodeScalars.count
    let isLong = count > limit
    // The end of a text is shown whole, however early the excerpt would begin.
    let first = isLong ? min(start, count - limit) : 0
    let excerpt = isLong ? value.unicodeScalars.dropFirst(first).prefix(limit) : value.unicodeScalars[...]
    let isStrange = excerpt.contains { Self.needsEscape($0, isASCII: isASCII) }
    isQuoted = isStrange || Self.needsQuotes(value)
    var text = first > 0 ? "…" : ""
    for scalar in excerpt {
      if Self.needsEscape(scalar, isASCII: isASCII) {
        text += Self.escaped(scalar)
      } else if isQuoted && (scalar == "\"" || scalar == "\\") {
        text += "\\\(scalar)"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    body = isLong && first + limit < count ? text + "…" : text
    cutFrom = isLong ? count : nil
  }

  /// Whether the value would be misread without quotes: empty, `NULL` as a text, spaces at an end or in a row.
  private static func needsQuotes(_ value: String) -> Bool {
    value.isEmpty || value == "NULL" || value.hasPrefix("\"") || value.hasPrefix(" ") || value.hasSuffix(" ")
      || value.contains("  ")
  }

  private static func needsEscape(_ scalar: Unicode.Scalar, isASCII: Bool) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    if isASCII { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
      .surrogate:
      return true
    default: return false
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
  }
}
