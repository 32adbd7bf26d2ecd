extension JSONValue {
  /// How a document is laid out.
  public enum Layout: Sendable {
    /// On one line, without spaces.
    case compact
    /// One member a line, indented by two spaces.
    case pretty
  }

  /// The document as JSON text (RFC 8259), without a newline at its end.
  public func text(_ layout: Layout = .pretty) -> String {
    var output = ""
    write(to: &output, layout, depth: 0)
    return output
  }

  private func write(to output: inout String, _ layout: Layout, depth: Int) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .double(let value): output += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(string: value, to: &output)
    case .array(let elements):
      Self.write(elements, between: "[", "]", to: &output, layout, depth) { element, output in
        element.write(to: &output, layout, depth: depth + 1)
      }
    case .object(let members):
      Self.write(members, between: "{", "}", to: &output, layout, depth) { member, output in
        Self.write(string: member.0, to: &output)
        output += layout == .pretty ? ": " : ":"
        member.1.write(to: &output, layout, depth: depth + 1)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], between open: String, _ close: String, to output: inout String, _ layout: Layout,
    _ depth: Int, writing: (Element, inout String) -> Void
  ) {
    output += open
    for (offset, element) in elements.enumerated() {
      if offset > 0 { output += "," }
      if layout == .pretty { newline(to: &output, depth: depth + 1) }
      writing(element, &output)
    }
    if layout == .pretty && !elements.isEmpty { newline(to: &output, depth: depth) }
    output += close
  }

  private static func newline(to output: inout String, depth: Int) {
    output += "\n" + String(repeating: "  ", count: depth)
  }

  /// "All Unicode characters may be placed within the quotation marks, except for the characters that MUST
  /// be escaped: quotation mark, reverse solidus, and the control characters (U+0000 through U+001F)." (RFC
  /// 8259, 7). U+007F to U+009F, U+2028 and U+2029 are escaped as well: they steer terminals and break
  /// JavaScript.
  private static func write(string: String, to output: inout String) {
    output += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{8}": output += "\\b"
      case "\u{C}": output += "\\f"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
