internal import Codec
internal import Mapping
internal import SQLite

/// Makes references of SQLite's foreign keys, as strict as the rows allow.
struct ReferenceChoice {
  /// By the bytes of the table's name in the source.
  private let places: [[UInt8]: Int]
  /// Which entities refer to which by foreign keys of Postgres.
  private var edges: [Int: Set<Int>] = [:]

  init(_ drafts: [EntityDraft]) {
    places = Dictionary(drafts.indices.map { (Array(drafts[$0].scan.name.utf8), $0) }) { first, _ in first }
  }

  /// Adds the references of all entities to them.
  mutating func add(to drafts: inout [EntityDraft]) {
    for index in drafts.indices {
      for scan in drafts[index].scan.references { add(scan, from: index, to: &drafts) }
    }
  }

  private mutating func add(_ scan: ReferenceScan, from source: Int, to drafts: inout [EntityDraft]) {
    let key = scan.key
    let label =
      "(\(key.columns.joined(separator: ", "))) refers to \(key.table)"
      + (key.referencedColumns.isEmpty ? "" : " (\(key.referencedColumns.joined(separator: ", ")))")
    func say(_ text: String) { drafts[source].comments.append("\(label): \(text)") }

    if let problem = scan.problem { return say("\(problem), so that it is no reference here") }
    guard let target = places[Array(key.table.utf8)] else {
      return say("that table isn't mapped, so that it is no reference here")
    }
    let columns = key.columns.compactMap { drafts[source].column(of: $0) }
    let targets = key.referencedColumns.compactMap { drafts[target].column(of: $0) }
    guard columns.count == key.columns.count, targets.count == columns.count else {
      return say("not all of these columns are mapped, so that it is no reference here")
    }
    for (column, other) in zip(columns, targets) where column.type != other.type {
      return say("\(column.type.sql) can't refer to \(other.type.sql), so that it is no reference here")
    }
    var reference = Reference(
      columns: columns.map(\.column), entity: drafts[target].entity.name,
      targetColumns: targets.map(\.column),
      location: drafts[source].entity.location)
    if Set(reference.columns).count < reference.columns.count { return say("one column stands twice in it") }
    if drafts[source].entity.references.contains(where: {
      $0.columns == reference.columns && $0.entity == reference.entity
    }) {
      return
    }
    reference.onDelete = onDelete(key, columns, drafts[source].entity, say)
    reference.enforcement = enforcement(scan, reference, source, target, &drafts)
    drafts[source].entity.references.append(reference)
  }

  private func onDelete(
    _ key: SQLiteForeignKey, _ columns: [Field], _ entity: Entity, _ say: (String) -> Void
  )
    -> Reference.OnDelete
  {
    switch key.onDelete.uppercased() {
    case "CASCADE": return .cascade
    case "RESTRICT": return .restrict
    case "SET NULL":
      guard columns.contains(where: { $0.required || entity.key.contains($0.column) }) else {
        return .setNull
      }
      say("ON DELETE SET NULL isn't possible on a key's column; no-action instead")
      return .noAction
    case "SET DEFAULT":
      say("ON DELETE SET DEFAULT isn't known here; no-action instead")
      return .noAction
    default: return .noAction
    }
  }

  private mutating func enforcement(
    _ scan: ReferenceScan, _ reference: Reference, _ source: Int, _ target: Int, _ drafts: inout [EntityDraft]
  ) -> Reference.Enforcement {
    let label = "(\(scan.key.columns.joined(separator: ", "))) refers to \(scan.key.table)"
    if scan.orphans > 0 {
      drafts[source].comments.append(
        "\(label): \(scan.orphans) of \(scan.referring) rows refer to nothing, so that nothing enforces it; mend them,"
          + " then remove enforce: none")
      return .none
    }
    if Set(reference.targetColumns) != Set(drafts[target].entity.key) {
      guard markUnique(reference.targetColumns, of: target, &drafts) else {
        drafts[source].comments.append("\(label): those columns aren't unique, so that nothing enforces it")
        return .none
      }
    }
    if drafts[source].entity.references.contains(where: { $0.columns == reference.columns }) {
      drafts[source].comments.append(
        "\(label): the same columns refer elsewhere, too; audits look after this one")
      return .audit
    }
    if source != target {
      if reaches(source, from: target) {
        drafts[source].comments.append(
          "\(label): it would close a circle of foreign keys; audits look after it")
        return .audit
      }
      edges[source, default: []].insert(target)
    }
    return .constraint
  }

  /// Declares a single column unique that a unique index of the source keeps so.
  private func markUnique(_ columns: [String], of target: Int, _ drafts: inout [EntityDraft]) -> Bool {
    guard columns.count == 1,
      let index = drafts[target].entity.fields.firstIndex(where: { $0.column == columns[0] }),
      case .field(let name)? = drafts[target].entity.fields[index].paths.first?.steps.first,
      let table = drafts[target].scan.table
    else { return false }
    let isUnique =
      table.uniqueIndexes.contains { !$0.isPartial && $0.columns == [name] }
      || table.primaryKey == [name]
    guard isUnique else { return false }
    drafts[target].entity.fields[index].unique = true
    return true
  }

  private func reaches(_ goal: Int, from start: Int) -> Bool {
    var seen: Set<Int> = [start]
    var waiting = [start]
    while let next = waiting.popLast() {
      if next == goal { return true }
      for target in edges[next] ?? [] where seen.insert(target).inserted { waiting.append(target) }
    }
    return false
  }
}
