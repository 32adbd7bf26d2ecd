/// Rules of layout that libyaml doesn't keep: where comments may start, and how far lines inside a block are indented.
struct YAMLLayout {
  private let source: SourceText
  private let scalars: [Unicode.Scalar]
  /// Where the last event ended.
  private(set) var end = YAMLMark(index: 0, line: 0, column: 0)

  init(_ source: SourceText) {
    self.source = source
    scalars = Array(String(decoding: source.bytes, as: UTF8.self).unicodeScalars)
  }

  /// A `#` between two values starts a comment only after white space.
  mutating func checkGap(before event: YAMLEvent) throws(YAMLSyntaxError) {
    var mark = end
    let limit = min(event.start.index, scalars.count)
    var isComment = false
    while mark.index < limit {
      let scalar = scalars[mark.index]
      if scalar == "\n" || scalar == "\r" {
        isComment = false
        mark = YAMLMark(index: mark.index + 1, line: mark.line + 1, column: 0)
        continue
      }
      if scalar == "#", !isComment {
        if mark.index > 0, !scalars[mark.index - 1].properties.isWhitespace {
          throw YAMLSyntaxError("a comment needs a space before its \"#\"", at: mark)
        }
        isComment = true
      }
      if scalar == "?", !isComment { try checkKeySign(at: mark) }
      mark.index += 1
      mark.column += 1
    }
    // A pair inside [ ] starts at its sign.
    if mark.index < scalars.count, scalars[mark.index] == "?", case .mappingStart = event.kind {
      try checkKeySign(at: mark)
    }
    end = event.end
  }

  /// A `?` that isn't followed by white space belongs to a text, but libyaml takes it for the sign of a key.
  private func checkKeySign(at mark: YAMLMark) throws(YAMLSyntaxError) {
    guard mark.index + 1 < scalars.count, !scalars[mark.index + 1].properties.isWhitespace else { return }
    throw YAMLSyntaxError("a text that starts with \"?\" must be in quotes", at: mark)
  }

  /// libyaml ends an anchor's name at the first odd character and takes the rest for the value.
  func checkAnchor(of event: YAMLEvent) throws(YAMLSyntaxError) {
    guard let anchor = event.anchor else { return }
    let name = Array(("&" + anchor).unicodeScalars)
    var mark = event.start
    // A tag may stand before the anchor.
    while mark.index + name.count < scalars.count,
      Array(scalars[mark.index..<mark.index + name.count]) != name
    {
      mark.index += 1
      mark.column += 1
    }
    guard mark.index + name.count < scalars.count else { return }
    let next = scalars[mark.index + name.count]
    if next.properties.isWhitespace || ",[]{}".unicodeScalars.contains(next) { return }
    throw YAMLSyntaxError(
      "the name of an anchor is made of letters, digits, \"-\" and \"_\"", at: event.start)
  }

  /// Lines of a quoted text, a `[ ]` or a `{ }` inside a block stand deeper than the block, and spaces make the depth.
  /// A line that closes a bracket may stand as deep as the block, as everybody writes it.
  func checkLines(from start: YAMLMark, to last: YAMLMark, indent: Int, isFlow: Bool) throws(YAMLSyntaxError)
  {
    guard indent >= 0, last.line > start.line else { return }
    for line in start.line + 1...last.line {
      let text = Array(source.line(line + 1).unicodeScalars)
      let spaces = text.prefix { $0 == " " }.count
      guard let first = text.first(where: { $0 != " " && $0 != "\t" }), spaces <= indent else { continue }
      if isFlow, first == "#" || (spaces == indent && (first == "]" || first == "}")) { continue }
      let mark = YAMLMark(index: 0, line: line, column: spaces)
      if text[spaces] == "\t" {
        throw YAMLSyntaxError("a tab can't indent a line", at: mark, help: "use spaces")
      }
      throw YAMLSyntaxError(
        "this line belongs to a value that starts at line \(start.line + 1), so it must be indented deeper",
        at: mark)
    }
  }
}
