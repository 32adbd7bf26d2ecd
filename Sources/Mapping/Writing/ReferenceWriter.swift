/// Writes `references`, of an entity or of a child table.
struct ReferenceWriter {
  let set: MappingSet
  /// The entity's owner.
  let owner: Entity.Owner
  let isChild: Bool

  func write(_ references: [Reference], to output: inout YAMLOutput, indent: Int) {
    guard !references.isEmpty else { return }
    output.line("references:", indent: indent)
    for reference in references { output.line("- " + written(reference), indent: indent + 2) }
  }

  private func written(_ reference: Reference) -> String {
    let target = set.entity(named: reference.entity)
    var pairs = [
      ("columns", YAMLOutput.list(reference.columns)), ("entity", YAMLScalar.text(reference.entity)),
    ]
    if reference.targetColumns != target?.key {
      pairs.append(("to", YAMLOutput.list(reference.targetColumns)))
    }
    if reference.onDelete != .noAction { pairs.append(("on-delete", reference.onDelete.rawValue)) }
    let canBeForeignKey = owner == .core && target?.owner == .core && !isChild && !reference.isArray
    if reference.enforcement != (canBeForeignKey ? .constraint : .audit) {
      pairs.append(("enforce", reference.enforcement.rawValue))
    }
    return YAMLOutput.flow(pairs)
  }
}
