/// A place in a file as libyaml counts it: all 0-based, in Unicode scalars.
struct YAMLMark: Sendable, Equatable {
  var index: Int
  var line: Int
  var column: Int
}

/// What libyaml reports next, with where it starts and ends.
struct YAMLEvent: Sendable {
  enum Kind: Sendable {
    case streamStart, streamEnd
    case documentStart(hasDirectives: Bool)
    case documentEnd
    case alias(String)
    case scalar(String, YAMLNode.Style)
    case sequenceStart(isFlow: Bool)
    case sequenceEnd
    case mappingStart(isFlow: Bool)
    case mappingEnd
  }
  var kind: Kind
  var anchor: String?
  var tag: String?
  var start: YAMLMark
  var end: YAMLMark
}

/// Text that isn't YAML, or that uses a part of YAML which mapping files don't have.
struct YAMLSyntaxError: Error, Sendable {
  var message: String
  var mark: YAMLMark
  var help: String?

  init(_ message: String, at mark: YAMLMark, help: String? = nil) {
    self.message = message
    self.mark = mark
    self.help = help
  }
}
