internal import Codec

/// Checks references between entities, and fills in what they leave to their targets.
struct ReferenceChecks {
  let log: DiagnosticLog
  /// False when a file couldn't be read, so that an unknown entity may be in that file.
  let isEveryEntityKnown: Bool

  /// The drafts with target columns and enforcement filled in.
  func resolve(_ drafts: [EntityDraft]) -> [EntityDraft] {
    var byName: [String: EntityDraft] = [:]
    for draft in drafts where byName[draft.entity.name] == nil { byName[draft.entity.name] = draft }
    var resolved = drafts
    for index in resolved.indices {
      resolved[index].references = drafts[index].references.map { resolve($0, of: drafts[index], byName) }
      resolved[index].entity.references = resolved[index].references.map(\.reference)
    }
    ReferenceCycles(log: log).check(resolved)
    return resolved
  }

  private func resolve(_ draft: ReferenceDraft, of source: EntityDraft, _ byName: [String: EntityDraft])
    -> ReferenceDraft
  {
    var result = draft
    for column in draft.columns where source.field(column.value) == nil {
      log.error(
        "the reference's column \"\(column.value)\" is not among the fields of \"\(source.entity.name)\"",
        at: column.location,
        help: NearestWord.help(for: column.value, among: source.fields.map(\.field.column)))
    }
    guard let target = byName[draft.entity.value] else {
      if isEveryEntityKnown {
        log.error(
          "unknown entity \"\(draft.entity.value)\"", at: draft.entity.location,
          help: NearestWord.help(for: draft.entity.value, among: byName.keys.sorted()))
      }
      return result
    }
    let areBothCore = source.entity.owner == .core && target.entity.owner == .core
    if draft.enforcement == nil, !areBothCore { result.reference.enforcement = .audit }
    if let enforcement = draft.enforcement, enforcement.value == .constraint, !areBothCore {
      let feature = source.entity.owner == .feature ? source : target
      log.error(
        "Postgres can't keep a reference that involves the feature entity \"\(feature.entity.name)\"",
        at: enforcement.location, help: "write enforce: audit")
    }
    if draft.targets == nil { result.reference.targetColumns = target.entity.key }
    checkDeletion(draft, source)
    checkColumns(result, source, target)
    return result
  }

  private func checkDeletion(_ draft: ReferenceDraft, _ source: EntityDraft) {
    guard let onDelete = draft.onDelete, onDelete.value == .setNull else { return }
    for column in draft.columns {
      let isRequired = source.field(column.value)?.field.required ?? false
      guard isRequired || source.entity.key.contains(column.value) else { continue }
      log.error(
        "a deletion can't set \"\(column.value)\" to null: the column is required", at: onDelete.location,
        help: "write restrict, cascade or no-action")
      return
    }
  }

  private func checkColumns(_ draft: ReferenceDraft, _ source: EntityDraft, _ target: EntityDraft) {
    let reference = draft.reference
    if reference.targetColumns.isEmpty {
      // A core entity without a key has its own error.
      if target.entity.owner == .feature {
        log.error(
          "the feature entity \"\(target.entity.name)\" declares no key to refer to",
          at: draft.entity.location,
          help: "give it \"key\" and \"fields\", or name its columns under \"to\"")
      }
      return
    }
    let places =
      draft.targets ?? reference.targetColumns.map { Located(value: $0, location: draft.entity.location) }
    var areAllThere = true
    for place in places where target.field(place.value) == nil {
      areAllThere = false
      // A key column that is no field has its own error.
      guard draft.targets != nil else { continue }
      log.error(
        "\"\(target.entity.name)\" has no column \"\(place.value)\"", at: place.location,
        help: NearestWord.help(for: place.value, among: target.fields.map(\.field.column)))
    }
    guard reference.columns.count == reference.targetColumns.count else {
      log.error(
        "\(reference.columns.count) column\(reference.columns.count == 1 ? "" : "s") can't refer to "
          + "\(reference.targetColumns.count) of \"\(target.entity.name)\" (\(reference.targetColumns.joined(separator: ", ")))",
        at: draft.columns[0].location)
      return
    }
    for (column, targetColumn) in zip(draft.columns, reference.targetColumns) {
      guard let one = source.field(column.value), let other = target.field(targetColumn), one.isTypeKnown,
        other.isTypeKnown,
        !one.field.type.isComparable(to: other.field.type)
      else { continue }
      log.error(
        "\"\(column.value)\" is \(one.field.type.sql), but \"\(target.entity.name).\(targetColumn)\" is \(other.field.type.sql)",
        at: column.location, help: "give both the same type")
    }
    for (column, targetColumn) in zip(draft.columns, reference.targetColumns) {
      guard let one = source.field(column.value), let other = target.field(targetColumn) else { continue }
      checkRule(one.field, other.field, of: target.entity, at: column.location)
    }
    if areAllThere, reference.enforcement == .constraint, !isUnique(reference.targetColumns, target) {
      log.error(
        "a foreign key needs unique columns, and (\(reference.targetColumns.joined(separator: ", "))) of "
          + "\"\(target.entity.name)\" is neither its key nor marked unique", at: places[0].location,
        help: "refer to the key, or mark the column unique: true")
    }
  }

  /// A reference has to be translated by the same rule as the key that it points to.
  private func checkRule(_ one: Field, _ other: Field, of target: Entity, at location: SourceLocation) {
    let (rule, wanted) = (
      one.transforms.filter(\.makesAnotherValue), other.transforms.filter(\.makesAnotherValue)
    )
    guard rule != wanted else { return }
    func words(_ transforms: [Transform]) -> String {
      transforms.isEmpty
        ? "as it is" : "through " + transforms.map(FieldWriter.written).joined(separator: ", ")
    }
    log.warning(
      "\"\(one.column)\" comes \(words(rule)), but \"\(target.name).\(other.column)\", which it refers to, comes "
        + words(wanted), at: location, help: "give both the same transforms, so that equal values stay equal")
  }

  private func isUnique(_ columns: [String], _ target: EntityDraft) -> Bool {
    if Set(columns) == Set(target.entity.key) { return true }
    return columns.count == 1 && target.field(columns[0])?.field.unique == true
  }
}

extension TargetType {
  /// Whether Postgres compares the two by one index, as a foreign key must.
  func isComparable(to other: TargetType) -> Bool {
    base == other.base || family == other.family && family != 0
  }

  private var family: Int {
    switch base {
    case .smallint, .integer, .bigint: 1
    case .numeric: 2
    case .text, .varchar: 3
    case .char: 4
    case .real, .doublePrecision: 5
    default: 0
    }
  }
}
