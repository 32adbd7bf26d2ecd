/// Reads `references`.
struct ReferenceReader {
  let log: DiagnosticLog

  func read(_ node: YAMLNode) -> [ReferenceDraft] {
    guard let items = node.items else {
      log.error("\"references\" must be a list, not \(node.kindName)", at: node.location)
      return []
    }
    return items.compactMap(reference)
  }

  private func reference(_ node: YAMLNode) -> ReferenceDraft? {
    guard let object = ObjectReader<ReferenceKey>(node, log: log) else { return nil }
    let columns = object[.columns].map { log.distinctTexts($0, "\"columns\"") } ?? []
    let targets = object[.to].map { log.distinctTexts($0, "\"to\"") }
    let onDelete = object[.onDelete].flatMap { node in
      log.word(node, "\"on-delete\"", as: Reference.OnDelete.self).map {
        Located(value: $0, location: node.location)
      }
    }
    let enforcement = object[.enforce].flatMap { node in
      log.word(node, "\"enforce\"", as: Reference.Enforcement.self).map {
        Located(value: $0, location: node.location)
      }
    }
    guard let entity = object[.entity].flatMap({ log.text($0, "\"entity\"") }), !columns.isEmpty else {
      return nil
    }
    let reference = Reference(
      columns: columns.map(\.value), entity: entity.value, targetColumns: targets?.map(\.value) ?? [],
      onDelete: onDelete?.value ?? .noAction, enforcement: enforcement?.value ?? .constraint,
      location: node.location)
    return ReferenceDraft(
      reference: reference, columns: columns, entity: entity, targets: targets, enforcement: enforcement,
      onDelete: onDelete)
  }
}
