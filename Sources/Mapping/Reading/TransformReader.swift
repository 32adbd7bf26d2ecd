internal import Codec

/// Reads a field's chain of transforms.
struct TransformReader {
  let log: DiagnosticLog

  /// The steps that could be read, each with its place.
  func chain(_ node: YAMLNode) -> [Located<Transform>] {
    if node.isNull { return [] }
    return (node.items ?? [node]).compactMap { step($0) }
  }

  private func step(_ node: YAMLNode) -> Located<Transform>? {
    switch node.content {
    case .scalar(let name, _):
      guard let word = word(name, at: node.location) else { return nil }
      return made(word, nil, node.location)
    case .mapping(let pairs):
      guard pairs.count == 1, let name = pairs[0].key.scalarText else {
        log.error(
          "a transform with an argument is one key with its value", at: node.location,
          help: "as in { epoch: milliseconds }; the next transform is a new item of the list")
        return nil
      }
      guard let word = word(name, at: pairs[0].key.location) else { return nil }
      return made(word, pairs[0].value, pairs[0].key.location)
    case .sequence:
      log.error("a transform is a name, or a name with an argument, not a list", at: node.location)
      return nil
    }
  }

  private func word(_ name: String, at location: SourceLocation) -> TransformWord? {
    if let word = TransformWord(rawValue: name) { return word }
    let words = TransformWord.allCases.map(\.rawValue)
    log.error(
      "unknown transform \"\(name)\"", at: location,
      help: NearestWord.help(for: name, among: words) ?? "there are \(words.joined(separator: ", "))")
    return nil
  }

  private func made(_ word: TransformWord, _ argument: YAMLNode?, _ location: SourceLocation) -> Located<
    Transform
  >? {
    if let argument, word.argument == .none {
      log.error("the transform \"\(word.rawValue)\" takes no argument", at: argument.location)
      return nil
    }
    if argument == nil, word.argument == .needed {
      log.error(
        "the transform \"\(word.rawValue)\" needs an argument", at: location, help: "as in \(word.example)")
      return nil
    }
    return transform(word, argument).map { Located(value: $0, location: location) }
  }

  private func transform(_ word: TransformWord, _ argument: YAMLNode?) -> Transform? {
    let name = "the argument of \"\(word.rawValue)\""
    switch word {
    case .trim: return .trim
    case .lower: return .lower
    case .upper: return .upper
    case .text: return .text
    case .number: return .number
    case .json: return .json
    case .ejson: return .ejson
    case .hash: return .hash
    case .base64: return .base64
    case .hex: return .hex
    case .epoch: return argument.flatMap { log.word($0, name, as: EpochUnit.self) }.map { .epoch($0) }
    case .uuid:
      guard let argument else { return .uuid(.standard) }
      return log.word(argument, name, as: UUIDOrder.self).map { .uuid($0) }
    case .cents: return argument.flatMap { log.count($0, name, in: 0...18) }.map { .cents(digits: $0) }
    case .constant: return argument.flatMap { log.text($0, name) }.map { .constant($0.value) }
    case .date: return date(argument, name)
    case .enumMap: return argument.flatMap { enumMap($0, name) }
    case .boolean: return boolean(argument)
    case .round: return argument.flatMap { log.count($0, name, in: 0...30) }.map { .round(digits: $0) }
    case .truncate:
      return argument.flatMap { log.count($0, name, in: 1...10_485_760) }.map { .truncate(length: $0) }
    case .stripNUL: return .stripNUL
    case .escapeNUL: return .escapeNUL
    case .clamp: return argument.flatMap { clamp($0) }
    case .inet: return .inet
    case .interval:
      guard let argument else { return .interval(nil) }
      return log.word(argument, name, as: IntervalUnit.self).map { .interval($0) }
    }
  }

  private func clamp(_ node: YAMLNode) -> Transform? {
    guard let items = node.items, items.count == 2 else {
      log.error(
        "\"clamp\" needs the smallest and the largest number", at: node.location,
        help: "as in \(TransformWord.clamp.example)")
      return nil
    }
    var bounds: [String] = []
    for item in items {
      guard let text = item.scalarText, let value = Double(text), value.isFinite,
        TypedText.problem(with: text, as: .numeric(precision: nil, scale: nil)) == nil
      else {
        log.error("a bound of \"clamp\" must be a number", at: item.location)
        return nil
      }
      bounds.append(text)
    }
    guard let low = Double(bounds[0]), let high = Double(bounds[1]), low <= high else {
      log.error("the smallest number of \"clamp\" comes first", at: node.location)
      return nil
    }
    return .clamp(from: bounds[0], to: bounds[1])
  }

  private func date(_ argument: YAMLNode?, _ name: String) -> Transform? {
    guard let argument else { return .parseDate(.iso) }
    guard let text = log.text(argument, name) else { return nil }
    if text.value == "iso" { return .parseDate(.iso) }
    if let problem = DatePattern.problem(with: text.value) {
      log.error(problem.message, at: log.location(of: argument, offset: problem.offset), help: problem.help)
      return nil
    }
    return .parseDate(.pattern(text.value))
  }

  private func enumMap(_ node: YAMLNode, _ name: String) -> Transform? {
    let pairs = log.namedPairs(node, name)
    if pairs.isEmpty, node.pairs != nil {
      log.error("an enum without words refuses every value", at: node.location)
    }
    let read = pairs.compactMap { pair in
      log.text(pair.value, "what \"\(pair.name.value)\" becomes").map {
        EnumPair(from: pair.name.value, to: $0.value)
      }
    }
    return read.isEmpty || read.count < pairs.count ? nil : .enumMap(read)
  }

  private func boolean(_ node: YAMLNode?) -> Transform? {
    guard let node else { return Transform.usualBooleanWords }
    guard let object = ObjectReader<BooleanWordsKey>(node, log: log), let yes = object[.true],
      let no = object[.false]
    else { return nil }
    let trueWords = log.distinctTexts(yes, "\"true\"")
    let falseWords = log.distinctTexts(no, "\"false\"")
    for word in falseWords where trueWords.contains(where: { $0.value == word.value }) {
      log.error("\"\(word.value)\" can't mean both true and false", at: word.location)
    }
    return .boolean(trueWords: trueWords.map(\.value), falseWords: falseWords.map(\.value))
  }
}
