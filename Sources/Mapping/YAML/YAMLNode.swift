/// A value in a YAML file, with its place.
package struct YAMLNode: Sendable {
  /// How a scalar is written: only a plain `null` is the null.
  package enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

  /// A key of a mapping with its value.
  package struct Pair: Sendable {
    package var key: YAMLNode
    package var value: YAMLNode
  }

  package enum Content: Sendable {
    case scalar(String, Style)
    case sequence([YAMLNode])
    case mapping([Pair])
  }

  package var content: Content
  package var location: SourceLocation
  package var tag: String?
  /// How many nodes it stands for, aliases expanded.
  package var size = 1
  /// How many levels it has, aliases expanded.
  package var depth = 1

  package var scalarText: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  package var style: Style? {
    if case .scalar(_, let style) = content { style } else { nil }
  }

  package var pairs: [Pair]? {
    if case .mapping(let pairs) = content { pairs } else { nil }
  }

  package var items: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  /// Whether it is written as nothing, `~` or a plain `null`.
  package var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// What it is, for messages.
  package var kindName: String {
    switch content {
    case .scalar: isNull ? "null" : "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
