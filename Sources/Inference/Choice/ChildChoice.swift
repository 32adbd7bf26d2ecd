internal import Codec
internal import Mapping

/// An embedded array that becomes a table of its own.
struct ChildChoice {
  let array: FieldScan

  /// Takes out of a record's columns the arrays that can become tables.
  static func takeArrays(from leaves: inout [DocumentLayout.Leaf], besides key: KeyChoice) -> [ChildChoice] {
    var children: [ChildChoice] = []
    leaves.removeAll { leaf in
      guard !key.holds(leaf.field), isUniform(leaf.field) else { return false }
      children.append(ChildChoice(array: leaf.field))
      return true
    }
    return children
  }

  /// Whether every element is a document that can be taken apart, or every one a scalar that one type holds.
  private static func isUniform(_ field: FieldScan) -> Bool {
    guard field.valueKinds == [.array], let element = field.element else { return false }
    if element.valueKinds == [.document] {
      // A row of columns can't tell an empty document from one whose fields are null.
      return element.nulls == 0 && element.documents.empty == 0 && element.documents.uncounted == 0
        && element.documents.repeatedFields == 0 && element.fields.count <= DocumentLayout.keyLimit
        && element.fields.allSatisfy(\.hasValidName)
    }
    guard element.kinds[.document] == nil, element.kinds[.array] == nil, !element.valueKinds.isEmpty else {
      return false
    }
    return ColumnChoice(element).type != .jsonb
  }

  /// The child table, and what to say about it.
  ///
  /// - Parameter short: its name among the entity's children.
  func table(_ short: String, of entity: Entity, location: SourceLocation, _ tables: inout NameRegistry)
    -> (ChildTable, remarks: [String])
  {
    let name = tables.unique(entity.name + "_" + short, fallback: "elements")
    var columns = NameRegistry(.column)
    let parents = entity.key.map { columns.unique(entity.name + "_" + $0, fallback: "parent") }
    let ordinal = columns.unique("position", fallback: "position")
    var remarks: [String] = []
    var fields: [Field] = []
    func add(_ field: FieldScan, _ path: ValuePath, _ column: String, _ remark: String?) {
      let choice = ColumnChoice(field)
      fields.append(
        Field(
          paths: [path], column: column, location: location, type: choice.type, transforms: choice.transforms)
      )
      let all = choice.remarks + (remark.map { [$0] } ?? [])
      if !all.isEmpty { remarks.append("\(field.path): \(all.joined(separator: "; "))") }
    }
    if let element = array.element {
      if element.kinds[.document] != nil {
        let leaves = DocumentLayout(element.fields).leaves
        let start = element.path.steps.count
        let paths = leaves.map { ValuePath(Array($0.field.path.steps[start...])) }
        let names = columns.assign(paths.map(\.columnText), fallback: "field")
        for (index, leaf) in leaves.enumerated() { add(leaf.field, paths[index], names[index], leaf.remark) }
      } else {
        add(element, ValuePath([]), columns.unique("value", fallback: "value"), nil)
      }
    }
    remarks += absences.map { [$0] } ?? []
    let child = ChildTable(
      name: short, path: ValuePath(array.path.steps + [.each]), location: location,
      table: TableName(schema: entity.table?.schema ?? "", name: name), parentColumns: parents,
      ordinal: ordinal,
      fields: fields)
    return (child, remarks)
  }

  /// Rows can't tell an array that is missing from one that is null or empty.
  private var absences: String? {
    let counts = [("missing", array.missing), ("null", array.nulls), ("empty", array.arrays.empty)]
      .filter { $0.1 > 0 }
    guard counts.count > 1 else { return nil }
    let text = counts.map { "\($0.0) in \($0.1)" }.joined(separator: ", ")
    return "\(array.path) is \(text): all become no rows; jsonb would tell them apart"
  }
}
