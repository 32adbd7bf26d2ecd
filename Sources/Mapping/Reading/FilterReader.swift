/// Reads `filters`.
struct FilterReader {
  let log: DiagnosticLog

  func read(_ node: YAMLNode) -> [Filter] {
    guard let items = node.items else {
      log.error("\"filters\" must be a list, not \(node.kindName)", at: node.location)
      return []
    }
    return items.compactMap(filter)
  }

  private func filter(_ node: YAMLNode) -> Filter? {
    guard let object = ObjectReader<FilterKey>(node, log: log), let fieldNode = object[.field] else {
      return nil
    }
    let path = log.path(fieldNode, "\"field\"")
    if let path, path.steps.contains(.each) || path.steps.isEmpty {
      log.error("a filter asks about one value", at: fieldNode.location, help: "use a place such as [0]")
    }
    let asked = FilterKey.tests.filter { object[$0] != nil }
    guard asked.count == 1, let key = asked.first, let node = object[key] else {
      let words = FilterKey.tests.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      log.error(
        "a filter needs exactly one of \(words)",
        at: asked.dropFirst().first.map { object.place(of: $0) } ?? node.location)
      return nil
    }
    let test: Filter.Test?
    switch key {
    case .exists: test = log.boolean(node, "\"exists\"").map { .exists($0) }
    case .oneOf: test = .oneOf(log.distinctTexts(node, "\"one-of\"").map(\.value))
    default: test = .noneOf(log.distinctTexts(node, "\"none-of\"").map(\.value))
    }
    guard let path, let test else { return nil }
    return Filter(path: path, test: test, location: object.location)
  }
}
