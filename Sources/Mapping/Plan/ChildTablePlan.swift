internal import Codec

/// A child table's columns: the key of the table around it, the ordinal, then the element's own.
public struct ChildTablePlan: Sendable {
  public var source: ChildTable
  /// The array's path from the record: `addresses[].phones[]`.
  public var path: ValuePath
  public var table: TableName
  public var columns: [TargetColumn]
  /// The child table around it, as an index among the entity's; nil where that is the main table.
  public var parent: Int?
  /// How many columns repeat the record's key.
  public var rootCount: Int
  /// How many columns repeat the key of the table around: the record's key, and the places of the elements around.
  public var parentCount: Int
  /// Columns before the element's own.
  public var leading: Int { parentCount + 1 }

  /// The columns that repeat the record's key.
  public var rootColumns: [String] { columns.prefix(rootCount).map(\.name) }
  /// The columns that say which element of its record a row is.
  public var placeColumns: [String] { columns[rootCount..<leading].map(\.name) }
}

/// Compiles the child tables of an entity, at any depth.
struct ChildCompiler {
  private(set) var plans: [ChildPlan] = []
  private(set) var tables: [ChildTablePlan] = []
  /// Fields that are left out by name, from the record on.
  private let ignored: [ValuePath]

  init(ignored: [ValuePath]) { self.ignored = ignored }

  /// Whether a path goes into the elements of a child table.
  func reads(_ path: ValuePath) -> Bool { tables.contains { path.isInside($0.path) } }

  /// - Parameter key: the columns of the main table's key.
  mutating func add(_ child: ChildTable, key: [TargetColumn], in shape: inout ShapeBuilder) throws {
    plans.append(try compile(child, key: key, around: nil, in: &shape))
  }

  private mutating func compile(
    _ child: ChildTable, key: [TargetColumn], around: Int?, in shape: inout ShapeBuilder
  ) throws -> ChildPlan {
    var array = child.path
    array.steps.removeLast()
    let slot = try shape.slot(for: array, at: child.location)
    let isJSONText = shape.isJSONText(array.steps)
    let path = ValuePath((around.map { tables[$0].path.steps } ?? []) + child.path.steps)
    var elements = ShapeBuilder(isDocument: true, prefix: path, jsonText: shape.jsonText)
    var columns: [ColumnPlan] = []
    for field in child.fields { columns.append(try field.columnPlan(in: &elements)) }

    let parents = zip(child.parentColumns, key).map {
      TargetColumn(name: $0, type: $1.type, isRequired: true, isPersonal: $1.isPersonal)
    }
    let ordinal = TargetColumn(name: child.ordinal, type: .integer, isRequired: true)
    let own = child.fields.map {
      TargetColumn(
        name: $0.column, type: $0.type, isRequired: $0.required, isUnique: $0.unique, isPersonal: $0.personal)
    }
    let index = tables.count
    tables.append(
      ChildTablePlan(
        source: child, path: path, table: child.table, columns: parents + [ordinal] + own, parent: around,
        rootCount: around.map { tables[$0].rootCount } ?? key.count, parentCount: parents.count))

    var plan = ChildPlan(table: index + 1, slot: slot, shape: elements.shape, columns: columns)
    for inner in child.children {
      plan.children.append(try compile(inner, key: parents + [ordinal], around: index, in: &elements))
    }
    for name in ignored
    where name.isInside(path) && !tables[(index + 1)...].contains(where: { name.isInside($0.path) }) {
      try elements.ignore(ValuePath(Array(name.steps[path.steps.count...])), at: child.location)
    }
    plan.shape = elements.shape
    plan.isJSONText = isJSONText
    (plan.missing, plan.null, plan.empty) = (child.missing.plan, child.null.plan, child.empty.plan)
    plan.nullElement = child.nullElement.plan
    return plan
  }
}

extension ValuePath {
  fileprivate func isInside(_ array: ValuePath) -> Bool {
    isInside(array, orEqual: false)
  }
}

extension ChildTable.ArrayAbsence {
  fileprivate var plan: ChildPlan.Absent { self == .noRows ? .noRows : .refuse }
}

extension ChildTable.NullElement {
  fileprivate var plan: ChildPlan.NullElement {
    switch self {
    case .row: .row
    case .skip: .skip
    case .quarantine: .refuse
    }
  }
}
