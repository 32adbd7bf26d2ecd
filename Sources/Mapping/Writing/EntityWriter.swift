/// Writes one entity's file.
struct EntityWriter {
  let entity: Entity
  let set: MappingSet
  let comments: [String]
  let fieldComments: [String: [String]]

  var text: String {
    var output = YAMLOutput()
    output.comment(comments, indent: 0)
    output.line("entity: \(YAMLScalar.text(entity.name))")
    output.line("owner: \(entity.owner.rawValue)")
    if !entity.isNative { writeSource(&output) }
    writeTarget(&output)
    if !entity.key.isEmpty { output.line("key: \(YAMLOutput.list(entity.key))") }
    if !entity.jsonText.isEmpty {
      output.line("json-text: \(YAMLOutput.list(entity.jsonText.map(\.description)))")
    }
    if !entity.fields.isEmpty {
      output.line("fields:")
      for field in entity.fields {
        output.comment(fieldComments[field.column] ?? [], indent: 2)
        FieldWriter(field: field, isKey: entity.key.contains(field.column), setSchema: set.schema)
          .write(to: &output, indent: 2)
      }
    }
    writeChildren(&output)
    writeGenerated(&output)
    if let rest = entity.rest { output.line("rest: \(YAMLScalar.text(rest))") }
    writeUnmapped(&output)
    ReferenceWriter(set: set, owner: entity.owner, isChild: false).write(
      entity.references, to: &output, indent: 0)
    writeFilters(&output)
    writeRules(&output)
    return output.text
  }

  private func writeSource(_ output: inout YAMLOutput) {
    if entity.phase != .legacy { output.line("phase: \(entity.phase.rawValue)") }
    let kind = set.store(named: entity.store)?.kind ?? .mongo
    output.object(
      "source",
      [
        ("store", YAMLScalar.text(entity.store)),
        (kind == .mongo ? "collection" : "table", YAMLScalar.text(entity.collection)),
      ], indent: 0)
  }

  private func writeTarget(_ output: inout YAMLOutput) {
    guard let table = entity.table else { return }
    var pairs: [(String, String)] = []
    if table.name != entity.name { pairs.append(("table", YAMLScalar.text(table.name))) }
    if table.schema != set.schema { pairs.append(("schema", YAMLScalar.text(table.schema))) }
    if !pairs.isEmpty { output.object("target", pairs, indent: 0) }
  }

  private func writeChildren(_ output: inout YAMLOutput) {
    guard !entity.children.isEmpty else { return }
    let table = entity.table ?? TableName(schema: set.schema, name: entity.name)
    output.line("children:")
    let parents = entity.key.map { "\(entity.name)_\($0)" }
    for child in entity.children {
      ChildWriter(child: child, around: table, usualParents: parents, set: set, owner: entity.owner)
        .write(to: &output, indent: 2)
    }
  }

  private func writeGenerated(_ output: inout YAMLOutput) {
    guard !entity.generated.isEmpty else { return }
    output.line("generated:")
    for column in entity.generated {
      let made =
        switch column.value {
        case .identity: "identity"
        case .expression(let sql): YAMLScalar.text(sql)
        }
      output.object(
        YAMLScalar.key(column.column),
        [("type", TypeWriter.written(column.type, setSchema: set.schema)), ("as", made)], indent: 2)
    }
  }

  private func writeUnmapped(_ output: inout YAMLOutput) {
    let rule = entity.unmapped
    if rule.ignored.isEmpty {
      if rule.others != .count { output.line("unmapped: \(rule.others.rawValue)") }
      return
    }
    var pairs = [("ignore", YAMLOutput.list(rule.ignored.map(\.description)))]
    if rule.others != .count { pairs.append(("others", rule.others.rawValue)) }
    output.object("unmapped", pairs, indent: 0)
  }

  private func writeFilters(_ output: inout YAMLOutput) {
    guard !entity.filters.isEmpty else { return }
    output.line("filters:")
    for filter in entity.filters {
      let test =
        switch filter.test {
        case .exists(let exists): ("exists", exists ? "true" : "false")
        case .oneOf(let values): ("one-of", YAMLOutput.list(values))
        case .noneOf(let values): ("none-of", YAMLOutput.list(values))
        }
      output.line(
        "- " + YAMLOutput.flow([("field", YAMLScalar.text(filter.path.description)), test]), indent: 2)
    }
  }

  private func writeRules(_ output: inout YAMLOutput) {
    if let limit = entity.quarantineLimit {
      let text = "\(limit)"
      output.line("quarantine: { limit: \(text.hasSuffix("%") ? YAMLScalar.text(text) : text) }")
    }
    var audit: [(String, String)] = []
    if !entity.auditIgnore.isEmpty { audit.append(("ignore", YAMLOutput.list(entity.auditIgnore))) }
    if !entity.auditTolerance.isEmpty {
      let pairs = entity.auditTolerance.sorted { $0.key < $1.key }.map {
        (YAMLScalar.key($0.key), "\($0.value)")
      }
      audit.append(("tolerance", YAMLOutput.flow(pairs)))
    }
    if !audit.isEmpty { output.object("audit", audit, indent: 0) }
    if entity.resetKeepsAll {
      output.object("reset", [("keep", KeepWord.all.rawValue)], indent: 0)
    } else if !entity.resetKeep.isEmpty {
      let pairs = entity.resetKeep.map { (YAMLScalar.key($0.column), YAMLOutput.list($0.values)) }
      output.object("reset", [("keep", YAMLOutput.flow(pairs))], indent: 0)
    }
    var guardrail: [(String, String)] = []
    if let mode = entity.guardRules.mode { guardrail.append(("mode", mode.rawValue)) }
    if entity.guardRules.requiresFence { guardrail.append(("fence", "required")) }
    if !guardrail.isEmpty { output.object("guard", guardrail, indent: 0) }
    if !entity.writers.isEmpty { output.line("writers: \(YAMLOutput.list(entity.writers))") }
  }
}
