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
      let draft = drafts[index]
      resolved[index].references = draft.references.map { resolve($0, of: Referrer(draft), byName) }
      resolved[index].entity.references = resolved[index].references.map(\.reference)
      resolved[index].children = draft.children.map {
        resolve($0, of: draft, parents: draft.entity.key.map(draft.field), byName)
      }
      resolved[index].entity.children = resolved[index].children.map(\.child)
    }
    ReferenceCycles(log: log).check(resolved)
    return resolved
  }

  /// - Parameter parents: the fields that the child's parent columns repeat; nil for an element's place.
  private func resolve(
    _ draft: ChildDraft, of entity: EntityDraft, parents: [FieldDraft?], _ byName: [String: EntityDraft]
  ) -> ChildDraft {
    var result = draft
    let referrer = Referrer(draft, of: entity, parents: parents)
    result.references = draft.references.map { resolve($0, of: referrer, byName) }
    result.children = draft.children.map {
      resolve($0, of: entity, parents: parents + [nil], byName)
    }
    result.child.references = result.references.map(\.reference)
    result.child.children = result.children.map(\.child)
    return result
  }

  private func resolve(_ draft: ReferenceDraft, of source: Referrer, _ byName: [String: EntityDraft])
    -> ReferenceDraft
  {
    var result = draft
    for column in draft.columns where source.field(column.value) == nil {
      log.error(
        "the reference's column \"\(column.value)\" is not among the fields of \"\(source.name)\"",
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
    if draft.targets == nil { result.reference.targetColumns = target.entity.key }
    result.reference.isArray = isArray(result, source, target)
    checkEnforcement(&result, source, target)
    checkDeletion(result, source)
    checkColumns(result, source, target)
    return result
  }

  /// Whether each element of the one column refers, and not the array as a whole.
  private func isArray(_ draft: ReferenceDraft, _ source: Referrer, _ target: EntityDraft) -> Bool {
    guard draft.columns.count == 1, draft.reference.targetColumns.count == 1,
      let type = source.field(draft.columns[0].value)?.field.type, type.base.element != type.base,
      let other = target.field(draft.reference.targetColumns[0])?.field.type
    else { return false }
    return other.base.element == other.base
  }

  private func checkEnforcement(_ draft: inout ReferenceDraft, _ source: Referrer, _ target: EntityDraft) {
    let areBothCore = source.owner == .core && target.entity.owner == .core
    let canBeForeignKey = areBothCore && !source.isChild && !draft.reference.isArray
    if draft.enforcement == nil, !canBeForeignKey { draft.reference.enforcement = .audit }
    guard let enforcement = draft.enforcement, enforcement.value == .constraint, !canBeForeignKey else {
      return
    }
    let problem: String
    if !areBothCore {
      let feature = source.owner == .feature ? source.entity : target.entity.name
      problem = "Postgres can't keep a reference that involves the feature entity \"\(feature)\""
    } else if draft.reference.isArray {
      problem = "Postgres can't keep references of an array's elements"
    } else {
      problem = "a backfill can't keep a foreign key of a child table"
    }
    log.error(problem, at: enforcement.location, help: "write enforce: audit")
  }

  private func checkDeletion(_ draft: ReferenceDraft, _ source: Referrer) {
    // What goes from an array is the element.
    guard let onDelete = draft.onDelete, onDelete.value == .setNull, !draft.reference.isArray else { return }
    for column in draft.columns {
      let isRequired = source.field(column.value)?.field.required ?? false
      guard isRequired || source.key.contains(column.value) else { continue }
      log.error(
        "a deletion can't set \"\(column.value)\" to null: the column is required", at: onDelete.location,
        help: "write restrict, cascade or no-action")
      return
    }
  }

  private func checkColumns(_ draft: ReferenceDraft, _ source: Referrer, _ target: EntityDraft) {
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
        !draft.type(of: one).isComparable(to: other.field.type)
      else { continue }
      if draft.columns.count > 1, one.field.type.base.element == other.field.type.base {
        log.error(
          "\"\(column.value)\" is an array, whose elements can't refer together with other columns",
          at: column.location, help: "give it a reference of its own")
        continue
      }
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

  /// A reference has to be translated by the same rule as the key that it points to; unless that has no rule, because
  /// it has always lived in Postgres.
  private func checkRule(_ one: Field, _ other: Field, of target: Entity, at location: SourceLocation) {
    let (rule, wanted) = (
      one.transforms.filter(\.makesAnotherValue), other.transforms.filter(\.makesAnotherValue)
    )
    guard rule != wanted, !target.isNative else { return }
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

/// Whatever has references: an entity, or a child table of it.
private struct Referrer {
  /// As messages name it.
  let name: String
  let entity: String
  let owner: Entity.Owner
  let isChild: Bool
  /// Columns that may refer.
  let fields: [FieldDraft]
  /// Columns that can't be null.
  let key: [String]

  init(_ draft: EntityDraft) {
    (name, entity, owner) = (draft.entity.name, draft.entity.name, draft.entity.owner)
    isChild = false
    fields = draft.fields
    key = draft.entity.key
  }

  init(_ draft: ChildDraft, of entity: EntityDraft, parents: [FieldDraft?]) {
    name = draft.child.name
    (self.entity, owner) = (entity.entity.name, entity.entity.owner)
    isChild = true
    let repeated = zip(draft.child.parentColumns, parents).compactMap { name, field in
      field.map { field in
        var copy = field
        copy.field.column = name
        return copy
      }
    }
    fields = draft.fields + repeated
    key = draft.child.parentColumns
  }

  func field(_ column: String) -> FieldDraft? { fields.first { $0.field.column == column } }
}

extension ReferenceDraft {
  /// The type of what refers: of the elements, for an array of references.
  fileprivate func type(of field: FieldDraft) -> TargetType {
    reference.isArray ? field.field.type.base.element : field.field.type
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
