/// Reads single values and reports those of the wrong kind. `name` is what the value belongs to, such as `"owner"`.
extension DiagnosticLog {
  package func text(_ node: YAMLNode, _ name: String) -> Located<String>? {
    guard let text = node.scalarText else {
      error("\(name) must be a text, not \(node.kindName)", at: node.location)
      return nil
    }
    if node.isNull {
      error(
        "\(name) must be a text, not null", at: node.location,
        help: "put a text that reads \"null\" in quotes")
      return nil
    }
    return Located(value: text, location: node.location)
  }

  /// A list of texts; a single text stands for a list of one.
  package func texts(_ node: YAMLNode, _ name: String, mayBeEmpty: Bool = false) -> [Located<String>] {
    guard let items = node.items else { return text(node, name).map { [$0] } ?? [] }
    if items.isEmpty, !mayBeEmpty { error("\(name) can't be an empty list", at: node.location) }
    return items.compactMap { text($0, "an item of \(name)") }
  }

  /// A list of texts, none of them twice.
  package func distinctTexts(_ node: YAMLNode, _ name: String, mayBeEmpty: Bool = false) -> [Located<String>]
  {
    var seen: Set<ExactText> = []
    return texts(node, name, mayBeEmpty: mayBeEmpty).filter { item in
      let isNew = seen.insert(ExactText(item.value)).inserted
      if !isNew { error("\"\(item.value)\" stands twice in \(name)", at: item.location) }
      return isNew
    }
  }

  package func boolean(_ node: YAMLNode, _ name: String) -> Bool? {
    switch (node.scalarText, node.style) {
    case ("true", .plain): return true
    case ("false", .plain): return false
    default:
      error("\(name) must be true or false", at: node.location)
      return nil
    }
  }

  func count(_ node: YAMLNode, _ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = node.scalarText, let number = Int(text), range.contains(number) else {
      let limit = range.upperBound == Int.max ? "" : " and not over \(range.upperBound)"
      error("\(name) must be a whole number, not below \(range.lowerBound)\(limit)", at: node.location)
      return nil
    }
    return number
  }

  /// One of a fixed set of words.
  func word<Word: RawRepresentable<String> & CaseIterable>(_ node: YAMLNode, _ name: String, as: Word.Type)
    -> Word?
  {
    guard let text = text(node, name) else { return nil }
    if let word = Word(rawValue: text.value) { return word }
    let words = Word.allCases.map(\.rawValue)
    error(
      "\(name) can't be \"\(text.value)\"", at: text.location,
      help: NearestWord.help(for: text.value, among: words) ?? "it is one of \(words.joined(separator: ", "))"
    )
    return nil
  }

  /// The pairs of a mapping whose keys are free names, in the file's order.
  func namedPairs(_ node: YAMLNode, _ name: String) -> [(name: Located<String>, value: YAMLNode)] {
    guard let pairs = node.pairs else {
      error("\(name) must be a mapping, not \(node.kindName)", at: node.location)
      return []
    }
    return pairs.compactMap { pair in
      guard let text = pair.key.scalarText else {
        error("a key must be a text, not \(pair.key.kindName)", at: pair.key.location)
        return nil
      }
      return (Located(value: text, location: pair.key.location), pair.value)
    }
  }

  /// A path; its syntax errors are reported at their character.
  func path(_ node: YAMLNode, _ name: String) -> ValuePath? {
    guard let text = text(node, name) else { return nil }
    do throws(ValuePathError) {
      return try ValuePath.parse(text.value)
    } catch {
      self.error(
        "\(name) isn't a path: \(error.message)", at: location(of: node, offset: error.offset))
      return nil
    }
  }

  /// A name that Postgres takes.
  func checkName(_ name: Located<String>, _ problem: (String) -> String?) {
    if let problem = problem(name.value) { error(problem, at: name.location) }
  }
}
