/// Tags such as `!!str` would change what a value is; the language has no use for them.
package struct TagCheck {
  let log: DiagnosticLog

  package init(log: DiagnosticLog) { self.log = log }

  package func check(_ node: YAMLNode) {
    if let tag = node.tag {
      log.error(
        "tags such as \(tag) have no meaning here", at: node.location,
        help: "remove it; quotes make any value a text")
    }
    switch node.content {
    case .scalar: break
    case .sequence(let items): items.forEach(check)
    case .mapping(let pairs):
      for pair in pairs {
        check(pair.key)
        check(pair.value)
      }
    }
  }
}
