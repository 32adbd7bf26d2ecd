/// Builds trees from libyaml's events, within bounds, and refuses what libyaml lets pass.
struct YAMLTreeBuilder {
  /// Deeper nesting than any mapping needs; it bounds this builder's recursion.
  static let depthLimit = 64
  /// Nodes that aliases may add, so that a small file can't stand for a huge tree.
  static let aliasLimit = 10_000

  private let source: SourceText
  private let log: DiagnosticLog
  private let parser: YAMLEventParser
  private var layout: YAMLLayout
  private var anchors: [String: YAMLNode] = [:]
  private var openAnchors: Set<String> = []
  private var aliasedNodes = 0

  init(_ source: SourceText, log: DiagnosticLog) throws(YAMLSyntaxError) {
    self.source = source
    self.log = log
    parser = try YAMLEventParser(source.bytes)
    layout = YAMLLayout(source)
  }

  /// Every document of the file. Duplicate keys go to the log, the first of them counts.
  mutating func documents() throws(YAMLSyntaxError) -> [YAMLNode] {
    var roots: [YAMLNode] = []
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd: return roots
      case .documentStart(hasDirectives: true):
        throw YAMLSyntaxError("mapping files have no directives such as %YAML", at: event.start)
      case .documentStart:
        anchors = [:]
        roots.append(try node(try next(), indent: -1, isInFlow: false, depth: 1))
      default: break
      }
    }
  }

  private mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
    let event = try parser.next()
    try layout.checkGap(before: event)
    return event
  }

  /// - Parameter indent: the 0-based column of the block collection around it, -1 at the root.
  private mutating func node(_ event: YAMLEvent, indent: Int, isInFlow: Bool, depth: Int)
    throws(YAMLSyntaxError) -> YAMLNode
  {
    guard depth <= Self.depthLimit else {
      throw YAMLSyntaxError("more than \(Self.depthLimit) levels of nesting", at: event.start)
    }
    if case .alias(let name) = event.kind { return try aliased(name, event, depth: depth) }
    try layout.checkAnchor(of: event)
    if let anchor = event.anchor { openAnchors.insert(anchor) }
    var node = YAMLNode(
      content: .sequence([]), location: source.location(event.start), tag: event.tag)
    switch event.kind {
    case .scalar(let text, let style):
      node.content = .scalar(text, style)
      if !isInFlow, style == .singleQuoted || style == .doubleQuoted {
        try layout.checkLines(from: event.start, to: event.end, indent: indent, isFlow: false)
      }
    case .sequenceStart(let isFlow):
      let items = try self.items(event, indent, isFlow || isInFlow, depth)
      if isFlow, !isInFlow {
        try layout.checkLines(from: event.start, to: layout.end, indent: indent, isFlow: true)
      }
      node.content = .sequence(items)
      node.size += items.reduce(0) { $0 + $1.size }
      node.depth += items.map(\.depth).max() ?? 0
    case .mappingStart(let isFlow):
      let pairs = try self.pairs(event, indent, isFlow || isInFlow, depth)
      if isFlow, !isInFlow {
        try layout.checkLines(from: event.start, to: layout.end, indent: indent, isFlow: true)
      }
      node.content = .mapping(pairs)
      node.size += pairs.reduce(0) { $0 + $1.key.size + $1.value.size }
      node.depth += pairs.map { max($0.key.depth, $0.value.depth) }.max() ?? 0
    default:
      throw YAMLSyntaxError("expected a value", at: event.start)
    }
    if let anchor = event.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = node
    }
    return node
  }

  private mutating func items(_ start: YAMLEvent, _ indent: Int, _ isInFlow: Bool, _ depth: Int)
    throws(YAMLSyntaxError) -> [YAMLNode]
  {
    var items: [YAMLNode] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind { return items }
      let column = isInFlow ? indent : min(start.start.column, event.start.column)
      items.append(try node(event, indent: column, isInFlow: isInFlow, depth: depth + 1))
    }
  }

  private mutating func pairs(_ start: YAMLEvent, _ indent: Int, _ isInFlow: Bool, _ depth: Int)
    throws(YAMLSyntaxError) -> [YAMLNode.Pair]
  {
    var pairs: [YAMLNode.Pair] = []
    var places: [ExactText: SourceLocation] = [:]
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { return pairs }
      let column = isInFlow ? indent : min(start.start.column, event.start.column)
      let key = try node(event, indent: column, isInFlow: isInFlow, depth: depth + 1)
      let value = try node(try next(), indent: column, isInFlow: isInFlow, depth: depth + 1)
      if let text = key.scalarText {
        if let first = places[ExactText(text)] {
          log.error(
            "duplicate key \"\(text)\"; it is already given at line \(first.line), column \(first.column)",
            at: source.location(event.start))
          continue
        }
        places[ExactText(text)] = key.location
      }
      pairs.append(YAMLNode.Pair(key: key, value: value))
    }
  }

  private mutating func aliased(_ name: String, _ event: YAMLEvent, depth: Int)
    throws(YAMLSyntaxError) -> YAMLNode
  {
    if openAnchors.contains(name) {
      throw YAMLSyntaxError("the alias *\(name) stands inside what it stands for", at: event.start)
    }
    guard let node = anchors[name] else {
      throw YAMLSyntaxError("no anchor &\(name) stands before this alias", at: event.start)
    }
    aliasedNodes += node.size
    guard aliasedNodes <= Self.aliasLimit, depth + node.depth <= Self.depthLimit else {
      throw YAMLSyntaxError(
        "aliases expand to more than \(Self.aliasLimit) values or \(Self.depthLimit) levels",
        at: event.start, help: "write the values out")
    }
    return node
  }
}

/// A text that equals another only when all bytes do. (Swift's own `==` takes `é` and `e` + accent for one.)
struct ExactText: Hashable, Sendable {
  private let bytes: [UInt8]
  init(_ text: String) { bytes = Array(text.utf8) }
}
