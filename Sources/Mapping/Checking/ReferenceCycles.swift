/// Finds circles of foreign keys between core entities, in which no table could be loaded first.
struct ReferenceCycles {
  let log: DiagnosticLog

  func check(_ drafts: [EntityDraft]) {
    var edges: [String: [(target: String, location: SourceLocation)]] = [:]
    let core = drafts.filter { $0.entity.owner == .core }
    let names = Set(core.map(\.entity.name))
    for draft in core {
      for reference in draft.references
      where reference.reference.enforcement == .constraint && reference.entity.value != draft.entity.name
        && names.contains(reference.entity.value)
      {
        edges[draft.entity.name, default: []].append((reference.entity.value, reference.entity.location))
      }
    }
    var done: Set<String> = []
    var path: [String] = []
    func visit(_ name: String) {
      path.append(name)
      for edge in edges[name] ?? [] where !done.contains(edge.target) {
        if let start = path.firstIndex(of: edge.target) {
          let circle = (path[start...] + [edge.target]).map { "\"\($0)\"" }.joined(separator: " → ")
          log.error(
            "foreign keys make a circle: \(circle)", at: edge.location,
            help: "write enforce: audit at one of them; an entity may refer to itself")
        } else {
          visit(edge.target)
        }
      }
      path.removeLast()
      done.insert(name)
    }
    for draft in core where !done.contains(draft.entity.name) { visit(draft.entity.name) }
  }
}
