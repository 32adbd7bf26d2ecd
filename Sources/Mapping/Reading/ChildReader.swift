/// Reads `children`: embedded arrays that become tables, and the arrays inside their elements.
struct ChildReader {
  let log: DiagnosticLog
  /// The table around: the entity's own, or a child table.
  let table: TableName
  /// The columns of its key.
  let key: [String]
  /// What columns that repeat that key are called, where the file doesn't say.
  let usualParents: [String]
  var isNested = false
  /// Whether the elements become rows; those of a feature entity stay where they are.
  var isCore = true
  /// The schema of types that name none.
  let schema: String

  func read(_ node: YAMLNode) -> [ChildDraft] {
    log.namedPairs(node, "\"children\"").compactMap { child($0.name, $0.value) }
  }

  private func child(_ name: Located<String>, _ node: YAMLNode) -> ChildDraft? {
    if name.value.isEmpty { log.error("a child table needs a name", at: name.location) }
    guard let object = ObjectReader<ChildKey>(node, log: log) else { return nil }
    if !isCore {
      for key in ChildKey.coreOnly where object[key] != nil {
        log.error(
          "a feature entity stays in its store, so its children have no \"\(key.rawValue)\"",
          at: object.place(of: key), help: "remove it, or make the entity's owner core")
      }
    }
    var target = TableName(schema: table.schema, name: table.name + "_" + name.value)
    var tableLocation = name.location
    if let text = object[.table].flatMap({ log.text($0, "\"table\"") }) {
      target.name = text.value
      tableLocation = text.location
    }
    if let text = object[.schema].flatMap({ log.text($0, "\"schema\"") }) {
      log.checkName(text, NameRules.schemaProblem)
      target.schema = text.value
    }
    log.checkName(Located(value: target.name, location: tableLocation), NameRules.problem)

    var parent = usualParents.map { Located(value: $0, location: name.location) }
    if let node = object[.parent] {
      let columns = log.distinctTexts(node, "\"parent\"")
      if columns.count != key.count, !key.isEmpty {
        log.error(
          "\"parent\" repeats the key of the table around, which has \(key.count) column\(key.count == 1 ? "" : "s"), but it names \(columns.count)",
          at: node.location)
      }
      parent = columns
    }
    var ordinal = Located(value: "position", location: name.location)
    if let text = object[.ordinal].flatMap({ log.text($0, "\"ordinal\"") }) { ordinal = text }
    for column in parent + [ordinal] { log.checkName(column, NameRules.columnProblem) }

    let fields = object[.fields].map { FieldReader(log: log, schema: schema, isChild: true).fields($0) } ?? []
    let ownKey = parent.map(\.value) + [ordinal.value]
    let inner = ChildReader(
      log: log, table: target, key: ownKey,
      usualParents: parent.map(\.value) + ["\(name.value)_\(ordinal.value)"], isNested: true, isCore: isCore,
      schema: schema)
    let children = object[.children].map { inner.read($0) } ?? []
    if fields.isEmpty, children.isEmpty, object[.fields].map({ $0.pairs != nil }) ?? true {
      log.error(
        "a child table needs at least one field", at: object[.fields]?.location ?? name.location,
        help: "write fields: { value: { from: \"@\", type: text } } for the elements themselves")
    }
    var child = ChildTable(
      name: name.value, path: path(name, object[.from]), location: name.location, table: target,
      parentColumns: parent.map(\.value), ordinal: ordinal.value, fields: fields.map(\.field),
      children: children.map(\.child))
    readAbsences(object, &child)
    return ChildDraft(
      child: child, fields: fields, tableLocation: tableLocation, parent: parent, ordinal: ordinal,
      children: children,
      references: object[.references].map { ReferenceReader(log: log).read($0) } ?? [])
  }

  private func readAbsences(_ object: ObjectReader<ChildKey>, _ child: inout ChildTable) {
    func rule(_ key: ChildKey) -> ChildTable.ArrayAbsence {
      object[key].flatMap { log.word($0, "\"\(key.rawValue)\"", as: ChildTable.ArrayAbsence.self) } ?? .noRows
    }
    (child.missing, child.null, child.empty) = (rule(.missing), rule(.null), rule(.empty))
    if let node = object[.nullElement],
      let word = log.word(node, "\"null-element\"", as: ChildTable.NullElement.self)
    {
      child.nullElement = word
    }
  }

  private func path(_ name: Located<String>, _ node: YAMLNode?) -> ValuePath {
    let usual = ValuePath([.field(name.value), .each])
    guard let node, let path = log.path(node, "\"from\"") else { return usual }
    let arrays = path.steps.filter { $0 == .each }.count
    if path.steps == [.each], isNested {
      // The element is an array itself.
      return path
    }
    if path.steps.last != .each || path.steps.count < 2 {
      log.error(
        "a child table's path names an array and ends in \"[]\"", at: node.location,
        help: path.steps.last == .each ? nil : "write \(YAMLScalar.text(path.description + "[]"))")
    } else if arrays > 1 {
      log.error(
        "a path goes through one array", at: node.location,
        help: "make the outer array a child table, and the inner one a child of that")
    } else if case .field = path.steps[0] {
      return path
    } else {
      log.error(
        isNested
          ? "a path starts with a field's name, or is \"[]\" alone"
          : "a record is no array; a path starts with a field's name", at: node.location)
    }
    return path
  }
}
