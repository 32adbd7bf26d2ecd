internal import Codec
internal import Mapping
internal import SQLite

/// An entity as it grows from the scan of one collection, with its comments.
struct EntityDraft {
  var entity: Entity
  var comments: [String] = []
  var fieldComments: [String: [String]] = [:]
  let scan: CollectionScan

  /// The target column of a top-level source field.
  func column(of name: String) -> Field? {
    entity.fields.first { $0.paths.first?.isField(name) ?? false }
  }
}

extension ValuePath {
  /// Whether the path is this top-level field, byte for byte.
  func isField(_ name: String) -> Bool {
    guard steps.count == 1, case .field(let own) = steps[0] else { return false }
    return own.utf8.elementsEqual(name.utf8)
  }
}

/// Makes an entity from the scan of one collection or table.
struct EntityBuilder {
  let options: InferOptions
  let store: String
  /// Names of all tables of the set, child tables included.
  var tables: NameRegistry

  /// More top-level columns than this go to the column for the rest.
  private static let topLevelLimit = 300

  mutating func draft(_ scan: CollectionScan, name: String) -> EntityDraft {
    let location = SourceLocation(file: name + ".yaml", line: 1, column: 1)
    let entity = Entity(
      name: name, location: location, owner: .core, store: store, collection: scan.name,
      table: TableName(schema: options.schema, name: name), key: [], fields: [])
    var draft = EntityDraft(entity: entity, scan: scan)
    let key = KeyChoice(scan)
    let mappable = scan.fields.filter(\.hasValidName)
    let kept = Self.withinLimit(mappable, key: key)
    let layout = DocumentLayout(kept, isWhole: { key.holds($0) })
    // A rowid is no column, and an empty collection shows no fields.
    let unseen = key.fields.filter { field in !kept.contains { field.path.isField($0.name) } }
    var leaves = unseen.map { DocumentLayout.Leaf(field: $0) } + layout.leaves
    let children = options.arrays == .tables ? ChildChoice.takeArrays(from: &leaves, besides: key) : []
    var columns = NameRegistry(.column)
    let names = columns.assign(
      leaves.map { key.wishedName(of: $0.field, in: scan) ?? $0.field.path.columnText }, fallback: "field")
    for (leaf, column) in zip(leaves, names) { add(leaf, column, key, to: &draft) }
    draft.entity.key = key.fields.compactMap { field in
      zip(leaves, names).first { $0.0.field.path == field.path }?.1
    }
    draft.comments = Self.comments(scan, key, draft.entity)
    if kept.count < scan.fields.count || scan.uncounted > 0 || scan.fields.isEmpty {
      addRest(&draft, &columns, omitted: scan.fields.count - kept.count)
    }
    var childNames = NameRegistry(.column)
    for child in children {
      let name = childNames.unique(child.array.path.columnText, fallback: "elements")
      let parents = draft.entity.key.map { draft.entity.name + "_" + $0 }
      let (table, remarks) = child.table(
        name, from: 0, around: (TableName(schema: options.schema, name: draft.entity.name), parents),
        location: location, &tables)
      draft.entity.children.append(table)
      draft.comments += remarks
    }
    return draft
  }

  private static func withinLimit(_ fields: [FieldScan], key: KeyChoice) -> [FieldScan] {
    guard fields.count > topLevelLimit else { return fields }
    let keyed = fields.filter(key.holds)
    var room = topLevelLimit - keyed.count
    return fields.filter { field in
      if key.holds(field) { return true }
      room -= 1
      return room >= 0
    }
  }

  private func add(
    _ leaf: DocumentLayout.Leaf, _ column: String, _ key: KeyChoice, to draft: inout EntityDraft
  ) {
    let isRowID = key.isRowID && leaf.field.path == key.fields[0].path
    let declared = isRowID ? nil : draft.scan.table?.columns.first { leaf.field.path.isField($0.name) }
    let isKey = key.holds(leaf.field)
    let native = options.arrays == .native && !isKey ? ColumnChoice(arrayOf: leaf.field) : nil
    let choice = native ?? ColumnChoice(leaf.field, declared: declared)
    let field = Field(
      paths: [leaf.field.path], column: column, location: draft.entity.location, type: choice.type,
      transforms: choice.transforms, missing: isKey ? .quarantine : .null, null: isKey ? .quarantine : .null)
    draft.entity.fields.append(field)
    var remarks = choice.remarks + (leaf.remark.map { [$0] } ?? [])
    remarks += FieldRemarks.remarks(on: leaf, type: choice.type, isKey: isKey, declared: declared)
    if !remarks.isEmpty { draft.fieldComments[column] = remarks }
  }

  private func addRest(_ draft: inout EntityDraft, _ columns: inout NameRegistry, omitted: Int) {
    let rest = columns.unique("rest", fallback: "rest")
    draft.entity.rest = rest
    if omitted > 0 || draft.scan.uncounted > 0 {
      draft.comments.append(
        "the column \"\(rest)\" takes the fields that are too many, or too oddly named, for columns of their own"
      )
    }
  }

  private static func comments(_ scan: CollectionScan, _ key: KeyChoice, _ entity: Entity) -> [String] {
    let noun = scan.table == nil ? "documents" : "rows"
    let kind = scan.kind == .table || scan.kind == .collection ? "" : ", a \(scan.kind.rawValue)"
    var comments = ["\(scan.records) \(noun) when it was scanned\(kind)"]
    comments += key.remarks
    if scan.kind == .shadow {
      comments.append(
        "it holds the own data of a virtual table; without that it means little: consider leaving it out")
    }
    if scan.repeatedFields > 0 {
      comments.append(
        "in \(scan.repeatedFields) documents a field's name stands twice: they will be quarantined")
    }
    if scan.unreadable > 0 {
      comments.append("\(scan.unreadable) documents aren't BSON from end to end: they will be quarantined")
    }
    return comments
  }
}

extension ValuePath {
  /// The path in words for a column's name: `address.street` is `address_street`.
  var columnText: String {
    steps.map { step in
      switch step {
      case .field(let name): name
      case .index(let place): String(place)
      case .each: ""
      }
    }.joined(separator: "_")
  }
}
