/// Reads `children`: embedded arrays that become tables.
struct ChildReader {
  let log: DiagnosticLog
  let entity: String
  let table: TableName
  let key: [String]
  /// The schema of types that name none.
  let schema: String

  func read(_ node: YAMLNode) -> [ChildDraft] {
    log.namedPairs(node, "\"children\"").compactMap { child($0.name, $0.value) }
  }

  private func child(_ name: Located<String>, _ node: YAMLNode) -> ChildDraft? {
    if name.value.isEmpty { log.error("a child table needs a name", at: name.location) }
    guard let object = ObjectReader<ChildKey>(node, log: log) else { return nil }
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

    var parent = key.map { Located(value: entity + "_" + $0, location: name.location) }
    if let node = object[.parent] {
      let columns = log.distinctTexts(node, "\"parent\"")
      if columns.count != key.count, !key.isEmpty {
        log.error(
          "\"parent\" repeats the key, which has \(key.count) column\(key.count == 1 ? "" : "s"), but it names \(columns.count)",
          at: node.location)
      }
      parent = columns
    }
    var ordinal = Located(value: "position", location: name.location)
    if let text = object[.ordinal].flatMap({ log.text($0, "\"ordinal\"") }) { ordinal = text }
    for column in parent + [ordinal] { log.checkName(column, NameRules.columnProblem) }

    let fields = object[.fields].map { FieldReader(log: log, schema: schema, isChild: true).fields($0) } ?? []
    if let node = object[.fields], fields.isEmpty, node.pairs != nil {
      log.error("a child table needs at least one field", at: node.location)
    }
    let child = ChildTable(
      name: name.value, path: path(name, object[.from]), location: name.location, table: target,
      parentColumns: parent.map(\.value), ordinal: ordinal.value, fields: fields.map(\.field))
    return ChildDraft(
      child: child, fields: fields, tableLocation: tableLocation, parent: parent, ordinal: ordinal)
  }

  private func path(_ name: Located<String>, _ node: YAMLNode?) -> ValuePath {
    let usual = ValuePath([.field(name.value), .each])
    guard let node, let path = log.path(node, "\"from\"") else { return usual }
    let arrays = path.steps.filter { $0 == .each }.count
    if path.steps.last != .each || path.steps.count < 2 {
      log.error(
        "a child table's path names an array and ends in \"[]\"", at: node.location,
        help: "write \(YAMLScalar.text(path.description + "[]"))")
    } else if arrays > 1 {
      log.error(
        "an array inside an array's element can't become rows", at: node.location,
        help: "make the outer array a child table, and map the inner one to jsonb")
    } else if case .field = path.steps[0] {
      return path
    } else {
      log.error("a record is no array; a path starts with a field's name", at: node.location)
    }
    return path
  }
}
