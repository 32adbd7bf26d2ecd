internal import Codec
internal import FuzzSupport
internal import Mapping

/// The plans of one mapping: for a document that holds JSON text, for a row that does, and for a document in which the
/// same stands as values.
struct Plans {
  var document: RecordPlan
  var row: RecordPlan
  var native: RecordPlan
  /// For each table the types of its columns, those before its own included.
  var types: [[TargetType?]]

  /// A mapping, with rules and types that the input chooses.
  static func choose(from source: inout ByteSource) -> Plans {
    var plans = source.one(of: all)
    let choice = Choice(from: &source)
    plans.document = choice.applied(to: plans.document)
    plans.row = choice.applied(to: plans.row)
    plans.native = choice.applied(to: plans.native)
    plans.types = Self.types(plans.document)
    return plans
  }

  private static let all = Bodies.all.map { inner, body in
    Plans(
      document: plan(.mongo, body, jsonText: ["t"] + inner),
      row: plan(.sqlite, body, jsonText: ["t"] + inner),
      native: plan(.mongo, body, jsonText: inner), types: [])
  }

  private static func plan(_ kind: Store.Kind, _ body: String, jsonText: [String]) -> RecordPlan {
    let (store, container) =
      kind == .mongo
      ? ("{ kind: mongo, database: d }", "collection") : ("{ kind: sqlite, url: a.db }", "table")
    let entity = """
      entity: things
      owner: core
      source: { store: app, \(container): things }
      key: [id]
      json-text: [\(jsonText.map { "\"\($0)\"" }.joined(separator: ", "))]
      \(body)
      """
    do {
      let set = try MappingSet.parse(files: [
        ("set.yaml", "set: fuzz\nstores:\n  app: \(store)\n"), ("things.yaml", entity),
      ])
      return try EntityPlan(set.entities[0], source: kind).record
    } catch {
      finding("the target's own mapping is valid: \(error)")
    }
  }

  /// Every table begins with the key, and each table inside another with its elements' places.
  private static func types(_ plan: RecordPlan) -> [[TargetType?]] {
    var types: [[TargetType?]] = [plan.columns.map(\.type)]
    func add(_ children: [ChildPlan], before: [TargetType?]) {
      for child in children {
        let leading = before + [.integer]
        while types.count <= child.table { types.append([]) }
        types[child.table] = leading + child.columns.map(\.type)
        add(child.children, before: leading)
      }
    }
    add(plan.children, before: [.bigint])
    return types
  }
}

/// What each mapping says of its fields, and which of those inside `t` hold JSON text, too.
private enum Bodies {
  static let all: [(inner: [String], body: String)] = [
    // Numbers, paths and nested tables, out of an object that no column takes whole.
    (
      ["t.inner", "t.rows[].text"],
      """
      fields:
        id: bigint
        n: { from: t.n, type: numeric }
        s: { from: [t.s, t.inner.s], type: text, transforms: [trim] }
        list: { from: t.list, type: "text[]", transforms: [trim] }
      children:
        rows:
          from: "t.rows[]"
          fields: { x: { from: a.b, type: jsonb }, y: { from: text.y, type: text, transforms: [text] } }
          children:
            parts: { from: "parts[]", fields: { v: { from: "@", type: jsonb } } }
            lines: { from: "text.lines[]", fields: { v: { from: w, type: text } } }
      """
    ),
    // The same with the whole of it in a column, and places of arrays.
    (
      ["t.inner"],
      """
      fields:
        id: bigint
        whole: { from: t, type: jsonb }
        first: { from: "t.list[0]", type: jsonb }
        deep: { from: "t.a.b[1].c", type: jsonb }
        inner: { from: t.inner, type: jsonb }
        s: { from: t.inner.s, type: text }
        list: { from: t.inner.list, type: "text[]" }
      children:
        rows: { from: "t.rows[]", fields: { e: { from: "@", type: jsonb } } }
      """
    ),
    // A text that is an array, as a column and as a table.
    (
      [],
      """
      fields:
        id: bigint
        list: { from: t, type: "text[]" }
      """
    ),
    (
      [],
      """
      fields: { id: bigint }
      children:
        rows:
          from: "t[]"
          fields: { x: { from: x, type: text }, n: { from: '"odd name".n', type: numeric } }
          children: { parts: { fields: { n: { from: "@", type: numeric } } } }
      """
    ),
    // A text that is one value.
    (
      [],
      """
      fields: { id: bigint, n: { from: t, type: numeric } }
      """
    ),
  ]
}

/// Rules and types that take the place of those in the mapping.
private struct Choice {
  private static let elements: [TargetType] = [
    .text, .numeric(precision: nil, scale: nil), .bigint, .doublePrecision, .jsonb, .boolean, .varchar(3),
    .numeric(precision: 6, scale: 2), .integer, .real, .timestamptz, .json,
  ]
  private static let declared = ["", "0", "2.5", "true", "ä text", "[1]"]

  let element: TargetType
  let number: TargetType
  let nullElement: ElementPlan
  let emptyElement: ElementPlan
  let missing, null, empty: AbsencePlan
  let noArray: [ChildPlan.Absent]
  let nullRow: ChildPlan.NullElement
  let unmapped: UnmappedPlan

  init(from source: inout ByteSource) {
    element = source.one(of: Self.elements)
    number = source.one(of: Self.elements)
    nullElement = Self.rule(source.below(8), usual: .null)
    emptyElement = Self.rule(source.below(8), usual: .keep)
    let rules: [AbsencePlan] = [.null, .keep, .refuse, .value(Array("{}".utf8))]
    (missing, null, empty) = (source.one(of: rules), source.one(of: rules), source.one(of: rules))
    let bits = source.byte()
    noArray = (0..<3).map { bits >> UInt8($0) & 1 == 0 ? .noRows : .refuse }
    nullRow = [.row, .skip, .refuse][Int(bits >> 3) % 3]
    unmapped = source.one(of: [.count, .count, .ignore, .reject])
  }

  private static func rule(_ choice: Int, usual: ElementPlan) -> ElementPlan {
    switch choice {
    case 0: usual
    case 1: .skip
    case 2: .refuse
    case 3: .null
    default: .value(Array(declared[choice - 2].utf8))
    }
  }

  func applied(to plan: RecordPlan) -> RecordPlan {
    var plan = plan
    // The first column is the key.
    for index in plan.columns.indices.dropFirst() { plan.columns[index] = applied(to: plan.columns[index]) }
    plan.children = plan.children.map { applied(to: $0) }
    plan.unmapped = unmapped
    return plan
  }

  private func applied(to column: ColumnPlan) -> ColumnPlan {
    var column = column
    switch column.type {
    case .array: column.type = .array(element)
    case .numeric: column.type = number
    default: break
    }
    (column.nullElement, column.emptyElement) = (nullElement, emptyElement)
    (column.missing, column.null, column.empty) = (missing, null, empty)
    return column
  }

  private func applied(to child: ChildPlan) -> ChildPlan {
    var child = child
    child.columns = child.columns.map { applied(to: $0) }
    child.children = child.children.map { applied(to: $0) }
    (child.missing, child.null, child.empty) = (noArray[0], noArray[1], noArray[2])
    child.nullElement = nullRow
    return child
  }
}
