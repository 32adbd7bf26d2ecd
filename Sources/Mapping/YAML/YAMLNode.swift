/// A value in a YAML file, with its place.
struct YAMLNode: Sendable {
  /// How a scalar is written: only a plain `null` is the null.
  enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

  /// A key of a mapping with its value.
  struct Pair: Sendable {
    var key: YAMLNode
    var value: YAMLNode
  }

  enum Content: Sendable {
    case scalar(String, Style)
    case sequence([YAMLNode])
    case mapping([Pair])
  }

  var content: Content
  var location: SourceLocation
  var tag: String?
  /// How many nodes it stands for, aliases expanded.
  var size = 1
  /// How many levels it has, aliases expanded.
  var depth = 1

  var scalarText: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  var style: Style? {
    if case .scalar(_, let style) = content { style } else { nil }
  }

  var pairs: [Pair]? {
    if case .mapping(let pairs) = content { pairs } else { nil }
  }

  var items: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  /// Whether it is written as nothing, `~` or a plain `null`.
  var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// What it is, for messages.
  var kindName: String {
    switch content {
    case .scalar: isNull ? "null" : "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
