public import Codec

/// One core entity, ready to run: the target's columns and the plan that fills them.
public struct EntityPlan: Sendable {
  public var entity: Entity
  public var table: TableName
  /// The main table's columns, in the order of COPY.
  public var columns: [TargetColumn]
  /// Indexes into `columns` of the key, in the key's order.
  public var key: [Int]
  public var children: [ChildTablePlan]
  public var record: RecordPlan
  /// For sources with columns: which column fills which slot. Empty for documents.
  public var slotNames: [String]

  public var keyColumns: [TargetColumn] { key.map { columns[$0] } }

  /// The column that a refusal was about, as `table.column`.
  public func columnName(table: Int, column: Int) -> String? {
    if table == 0 { return columns.indices.contains(column) ? columns[column].name : nil }
    let child = children[table - 1]
    let index = column + child.leading
    return child.columns.indices.contains(index) ? "\(child.table.name).\(child.columns[index].name)" : nil
  }

  /// The source path that fills a column.
  public func sourcePath(table: Int, column: Int) -> String? {
    if table == 0 {
      return entity.fields.indices.contains(column) ? entity.fields[column].paths.first?.description : nil
    }
    let child = entity.children[table - 1]
    guard child.fields.indices.contains(column) else { return child.path.description }
    let below = child.fields[column].paths.first?.description ?? "@"
    return below == "@" ? child.path.description : child.path.description + "." + below
  }
}

/// A column of the target, as DDL and COPY name it.
public struct TargetColumn: Sendable, Equatable {
  public var name: String
  public var type: TargetType
  public var isRequired: Bool
  public var isUnique: Bool
  public var isPersonal: Bool

  public init(
    name: String, type: TargetType, isRequired: Bool = false, isUnique: Bool = false, isPersonal: Bool = false
  ) {
    self.name = name
    self.type = type
    self.isRequired = isRequired
    self.isUnique = isUnique
    self.isPersonal = isPersonal
  }

  /// Name and type for a temporary table: no constraints; text compares as bytes (`COLLATE "C"`), as keys do.
  public var temporaryDefinition: String {
    // Without domains: their checks are for the merge, which can tell the one row that they refuse.
    let collation = type.isText && type.base != .citext ? " COLLATE \"C\"" : ""
    return "\(quotedIdentifier(name)) \(type.base.sql)\(collation)"
  }

  /// The target's column under an alias, as the type that temporary tables have.
  public func plainValue(_ alias: String) -> String {
    let value = "\(alias).\(quotedIdentifier(name))"
    return type == type.base ? value : "\(value)::\(type.base.sql)"
  }

  /// The target's column as COPY BINARY has to send it, to be the same bytes as an encoded row's.
  public var portableValue: String {
    type == type.portable ? quotedIdentifier(name) : "\(quotedIdentifier(name))::\(type.portable.sql)"
  }
}

extension EntityPlan {
  /// A condition that two rows, under these aliases, have the same key.
  public func keysMatch(_ left: String, _ right: String) -> String {
    keyColumns.map { "\(left).\(quotedIdentifier($0.name)) = \(right).\(quotedIdentifier($0.name))" }
      .joined(separator: " AND ")
  }
}

/// A child table's columns: the parent's key, the ordinal, then the element's own.
public struct ChildTablePlan: Sendable {
  public var table: TableName
  public var columns: [TargetColumn]
  /// How many columns repeat the parent's key.
  public var parentCount: Int
  /// Columns before the element's own.
  public var leading: Int { parentCount + 1 }
}

/// A mapping that is valid as text but can't be compiled for its kind of source.
public struct PlanError: Error, Sendable, CustomStringConvertible {
  public var location: SourceLocation
  public var message: String
  public var description: String {
    "\(location.file):\(location.line):\(location.column): error: \(message)"
  }
}

extension EntityPlan {
  /// Compiles a core entity for a source of this kind.
  ///
  /// - Throws: ``PlanError`` where a path can't be followed in such a source.
  public init(_ entity: Entity, source: Store.Kind) throws {
    guard let table = entity.table else {
      throw PlanError(
        location: entity.location,
        message:
          "entity \"\(entity.name)\" is a feature entity and has no target table, so there is nothing to move"
      )
    }
    try self.init(entity, table: table, source: source)
  }

  /// Compiles only what references of a feature entity need: its fields, as if there were a table.
  public init(referencesOf entity: Entity, source: Store.Kind) throws {
    try self.init(entity, table: TableName(schema: "pg_temp", name: entity.name), source: source)
  }

  private init(_ entity: Entity, table: TableName, source: Store.Kind) throws {
    var shape = ShapeBuilder(isDocument: source == .mongo)
    var columns: [ColumnPlan] = []
    for field in entity.fields { columns.append(try field.columnPlan(in: &shape)) }
    var target = entity.fields.map {
      TargetColumn(
        name: $0.column, type: $0.type, isRequired: $0.required || entity.key.contains($0.column),
        isUnique: $0.unique, isPersonal: $0.personal)
    }
    var children: [ChildPlan] = []
    var childTables: [ChildTablePlan] = []
    let key = entity.key.compactMap { name in entity.fields.firstIndex { $0.column == name } }
    for child in entity.children {
      var path = child.path
      path.steps.removeLast()
      let slot = try shape.slot(for: path, at: child.location)
      var elements = ShapeBuilder(isDocument: true)
      var elementColumns: [ColumnPlan] = []
      for field in child.fields { elementColumns.append(try field.columnPlan(in: &elements)) }
      children.append(ChildPlan(slot: slot, shape: elements.shape, columns: elementColumns))
      let parents = zip(child.parentColumns, key).map { name, index in
        TargetColumn(name: name, type: target[index].type, isRequired: true)
      }
      childTables.append(
        ChildTablePlan(
          table: child.table,
          columns: parents + [TargetColumn(name: child.ordinal, type: .integer, isRequired: true)]
            + child.fields.map {
              TargetColumn(
                name: $0.column, type: $0.type, isRequired: $0.required, isUnique: $0.unique,
                isPersonal: $0.personal)
            },
          parentCount: parents.count))
    }
    var filters: [FilterPlan] = []
    for filter in entity.filters {
      let slot = try shape.slot(for: filter.path, at: filter.location)
      let test: FilterPlan.Test =
        switch filter.test {
        case .exists(let wanted): .exists(wanted)
        case .oneOf(let texts): .oneOf(texts.map { Array($0.utf8) })
        case .noneOf(let texts): .noneOf(texts.map { Array($0.utf8) })
        }
      filters.append(FilterPlan(slot: slot, test: test))
    }
    if let rest = entity.rest {
      columns.append(ColumnPlan(name: rest, slots: [], type: .jsonb))
      target.append(TargetColumn(name: rest, type: .jsonb))
    }
    self.entity = entity
    self.table = table
    self.columns = target
    self.key = key
    self.children = childTables
    self.slotNames = source == .mongo ? [] : shape.topNames
    self.record = RecordPlan(
      shape: shape.shape, columns: columns, key: key, hasRest: entity.rest != nil, children: children,
      filters: filters)
  }
}

extension Field {
  fileprivate func columnPlan(in shape: inout ShapeBuilder) throws -> ColumnPlan {
    var slots: [Int] = []
    for path in paths { slots.append(try shape.slot(for: path, at: location)) }
    return ColumnPlan(
      name: column, slots: slots, type: type, transforms: transforms, missing: missing.plan, null: null.plan,
      empty: empty.plan)
  }
}

extension Absence {
  fileprivate var plan: AbsencePlan {
    switch self {
    case .null: .null
    case .quarantine: .refuse
    case .keep: .keep
    case .value(let text): .value(Array(text.utf8))
    }
  }
}

/// Grows the tree of paths, each path getting one slot however often it is named.
private struct ShapeBuilder {
  var shape: ShapePlan
  let isDocument: Bool
  /// The names of top-level fields, by slot.
  var topNames: [String] = []

  init(isDocument: Bool) {
    self.isDocument = isDocument
    shape = ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: 0)
  }

  mutating func slot(for path: ValuePath, at location: SourceLocation) throws -> Int {
    if path.steps.isEmpty {
      if let whole = shape.wholeSlot { return whole }
      shape.wholeSlot = shape.slotCount
      shape.slotCount += 1
      return shape.slotCount - 1
    }
    guard isDocument || path.steps.count == 1 else {
      throw PlanError(
        location: location,
        message:
          "the path \(path) goes into a value, but this source has plain columns; name the column and use the transform \"json\" for JSON text"
      )
    }
    var level = 0
    for (index, step) in path.steps.enumerated() {
      let name: String
      switch step {
      case .field(let field): name = field
      case .index(let place): name = String(place)
      case .each:
        throw PlanError(
          location: location,
          message: "\"[]\" stands for every element and belongs to children only (\(path))")
      }
      let key = Array(name.utf8)
      let place: Int
      if let found = shape.levels[level].fields.firstIndex(where: { $0.key == key }) {
        place = found
      } else {
        shape.levels[level].fields.append(.init(key: key))
        place = shape.levels[level].fields.count - 1
      }
      if index == path.steps.count - 1 {
        if let slot = shape.levels[level].fields[place].slot { return slot }
        shape.levels[level].fields[place].slot = shape.slotCount
        if level == 0 { topNames.append(name) }
        shape.slotCount += 1
        return shape.slotCount - 1
      }
      let kind: ValueKind = if case .index = path.steps[index + 1] { .array } else { .document }
      if let child = shape.levels[level].fields[place].child {
        guard shape.levels[child].kind == kind else {
          throw PlanError(
            location: location,
            message: "one path goes into \(name) as an array and another as a document; both can't be")
        }
        level = child
      } else {
        let prefix = ValuePath(Array(path.steps[...index])).description
        shape.levels.append(.init(kind: kind, path: prefix))
        shape.levels[level].fields[place].child = shape.levels.count - 1
        level = shape.levels.count - 1
      }
    }
    return 0
  }
}
