/// Writes one child table, and those inside it.
struct ChildWriter {
  let child: ChildTable
  /// The table around.
  let around: TableName
  /// What the columns that repeat that table's key are called where the file doesn't say.
  let usualParents: [String]
  let set: MappingSet
  /// The entity's owner.
  let owner: Entity.Owner

  func write(to output: inout YAMLOutput, indent: Int) {
    output.line("\(YAMLScalar.key(child.name)):", indent: indent)
    for pair in pairs { output.line("\(pair.0): \(pair.1)", indent: indent + 2) }
    if !child.fields.isEmpty {
      output.line("fields:", indent: indent + 2)
      for field in child.fields {
        FieldWriter(field: field, isKey: false, setSchema: set.schema).write(to: &output, indent: indent + 4)
      }
    }
    ReferenceWriter(set: set, owner: owner, isChild: true).write(
      child.references, to: &output, indent: indent + 2)
    if child.children.isEmpty { return }
    output.line("children:", indent: indent + 2)
    let parents = child.parentColumns + ["\(child.name)_\(child.ordinal)"]
    for inner in child.children {
      ChildWriter(child: inner, around: child.table, usualParents: parents, set: set, owner: owner)
        .write(to: &output, indent: indent + 4)
    }
  }

  private var pairs: [(String, String)] {
    var pairs: [(String, String)] = []
    if child.path != ValuePath([.field(child.name), .each]) {
      pairs.append(("from", YAMLScalar.text(child.path.description)))
    }
    if child.table.name != "\(around.name)_\(child.name)" {
      pairs.append(("table", YAMLScalar.text(child.table.name)))
    }
    if child.table.schema != around.schema { pairs.append(("schema", YAMLScalar.text(child.table.schema))) }
    if child.parentColumns != usualParents { pairs.append(("parent", YAMLOutput.list(child.parentColumns))) }
    if child.ordinal != "position" { pairs.append(("ordinal", YAMLScalar.text(child.ordinal))) }
    if child.missing != .noRows { pairs.append(("missing", child.missing.rawValue)) }
    if child.null != .noRows { pairs.append(("null", child.null.rawValue)) }
    if child.empty != .noRows { pairs.append(("empty", child.empty.rawValue)) }
    if child.nullElement != ChildTable.usualNullElement(child.fields) {
      pairs.append(("null-element", child.nullElement.rawValue))
    }
    return pairs
  }
}
