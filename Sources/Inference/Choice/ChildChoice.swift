internal import Codec
internal import Mapping

/// An embedded array that becomes a table of its own.
struct ChildChoice {
  let array: FieldScan

  /// Takes out of the columns of a record, or of an array's elements, the arrays that can become tables.
  static func takeArrays(from leaves: inout [DocumentLayout.Leaf], besides key: KeyChoice? = nil)
    -> [ChildChoice]
  {
    var children: [ChildChoice] = []
    leaves.removeAll { leaf in
      guard !(key?.holds(leaf.field) ?? false), isUniform(leaf.field) else { return false }
      children.append(ChildChoice(array: leaf.field))
      return true
    }
    return children
  }

  /// Whether every element is a document that can be taken apart, or every one an array of which that is true, or every one
  /// a scalar that one type holds.
  private static func isUniform(_ field: FieldScan) -> Bool {
    guard field.valueKinds == [.array], let element = field.element else { return false }
    if element.valueKinds == [.document] {
      // A row of columns can't tell an empty document from one whose fields are null.
      return element.nulls == 0 && element.documents.empty == 0 && element.documents.uncounted == 0
        && element.documents.repeatedFields == 0 && element.fields.count <= DocumentLayout.keyLimit
        && element.fields.allSatisfy(\.hasValidName)
    }
    if element.valueKinds == [.array] { return element.nulls == 0 && isUniform(element) }
    return ColumnChoice(arrayOf: field) != nil
  }

  /// The child table, with those inside it, and what to say about them.
  ///
  /// - Parameters:
  ///   - short: its name among the children of the table around.
  ///   - start: how many steps of the array's path lead to the record, or the element, around it.
  ///   - around: the table around, and what columns that repeat its key are called.
  func table(
    _ short: String, from start: Int, around: (table: TableName, parents: [String]),
    location: SourceLocation, _ tables: inout NameRegistry
  ) -> (ChildTable, remarks: [String]) {
    let name = tables.unique(around.table.name + "_" + short, fallback: "elements")
    var columns = NameRegistry(.column)
    let parents = around.parents.map { columns.unique($0, fallback: "parent") }
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
    var inner: [ChildChoice] = []
    let inside = array.path.steps.count + 1
    if let element = array.element {
      if element.kinds[.document] != nil {
        var leaves = DocumentLayout(element.fields).leaves
        inner = Self.takeArrays(from: &leaves)
        let paths = leaves.map { ValuePath(Array($0.field.path.steps[inside...])) }
        let names = columns.assign(paths.map(\.columnText), fallback: "field")
        for (index, leaf) in leaves.enumerated() { add(leaf.field, paths[index], names[index], leaf.remark) }
      } else if element.kinds[.array] != nil {
        inner = [ChildChoice(array: element)]
      } else {
        add(element, ValuePath([]), columns.unique("value", fallback: "value"), nil)
      }
    }
    remarks += absences.map { [$0] } ?? []
    let table = TableName(schema: around.table.schema, name: name)
    var child = ChildTable(
      name: short, path: ValuePath(array.path.steps[start...] + [.each]), location: location, table: table,
      parentColumns: parents, ordinal: ordinal, fields: fields)
    var names = NameRegistry(.column)
    for choice in inner {
      let path = ValuePath(Array(choice.array.path.steps[inside...]))
      let (found, more) = choice.table(
        names.unique(path.columnText, fallback: "elements"), from: inside,
        around: (table, parents + ["\(short)_\(ordinal)"]), location: location, &tables)
      child.children.append(found)
      remarks += more
    }
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
