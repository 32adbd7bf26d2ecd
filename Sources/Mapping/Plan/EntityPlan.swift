public import Codec

/// One core entity, ready to run: the target's columns and the plan that fills them.
public struct EntityPlan: Sendable {
  public var entity: Entity
  public var table: TableName
  /// The main table's columns, in the order of COPY.
  public var columns: [TargetColumn]
  /// Indexes into `columns` of the key, in the key's order.
  public var key: [Int]
  /// Every child table, those inside others too, each after the one around it.
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

  /// The source path that fills a column, in which `[]` stands for every element.
  ///
  /// - Parameter alternative: which of the field's paths, where it has several.
  public func sourcePath(table: Int, column: Int, alternative: Int = 0) -> String? {
    let fields = table == 0 ? entity.fields : children[table - 1].source.fields
    let around = table == 0 ? ValuePath([]) : children[table - 1].path
    guard fields.indices.contains(column) else { return table == 0 ? nil : around.description }
    let paths = fields[column].paths
    guard let path = paths.indices.contains(alternative) ? paths[alternative] : paths.first else {
      return nil
    }
    return ValuePath(around.steps + path.steps).description
  }

  /// The index of a column, counted as in a refusal: without the columns that come before a child table's own.
  public func columnIndex(table: Int, named name: String) -> Int? {
    let leading = table == 0 ? 0 : children[table - 1].leading
    let all = table == 0 ? columns : children[table - 1].columns
    return all.firstIndex { $0.name == name }.map { $0 - leading }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// A column's type.
  public func columnType(table: Int, column: Int) -> TargetType? {
    let all = table == 0 ? columns : Array(children[table - 1].columns.dropFirst(children[table - 1].leading))
    return all.indices.contains(column) ? all[column].type : nil
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

  /// Name and type for a temporary table: no constraints, and no collation of its own, so that the target's decides where
  /// both are compared (two that differ are an error).
  public var temporaryDefinition: String {
    // Without domains: their checks are for the merge, which can tell the one row that they refuse.
    "\(quotedIdentifier(name)) \(type.base.sql)"
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
    var shape = ShapeBuilder(isDocument: source == .mongo, jsonText: entity.jsonText)
    if source != .mongo { try shape.takeColumns(of: entity) }
    var columns: [ColumnPlan] = []
    for field in entity.fields { columns.append(try field.columnPlan(in: &shape)) }
    var target = entity.fields.map {
      TargetColumn(
        name: $0.column, type: $0.type, isRequired: $0.required || entity.key.contains($0.column),
        isUnique: $0.unique, isPersonal: $0.personal)
    }
    let key = entity.key.compactMap { name in entity.fields.firstIndex { $0.column == name } }
    var children = ChildCompiler(ignored: entity.unmapped.ignored)
    let keyColumns = key.map { target[$0] }
    for child in entity.children { try children.add(child, key: keyColumns, in: &shape) }
    var filters: [FilterPlan] = []
    for filter in entity.filters {
      let slot = try shape.slot(for: filter.path, at: filter.location, taking: .look)
      let test: FilterPlan.Test =
        switch filter.test {
        case .exists(let wanted): .exists(wanted)
        case .oneOf(let texts): .oneOf(texts.map { Array($0.utf8) })
        case .noneOf(let texts): .noneOf(texts.map { Array($0.utf8) })
        }
      filters.append(FilterPlan(slot: slot, test: test))
    }
    for path in entity.unmapped.ignored where !children.reads(path) {
      try shape.ignore(path, at: entity.location)
    }
    if let rest = entity.rest {
      columns.append(ColumnPlan(name: rest, slots: [], type: .jsonb))
      target.append(TargetColumn(name: rest, type: .jsonb))
    }
    self.entity = entity
    self.table = table
    self.columns = target
    self.key = key
    self.children = children.tables
    self.slotNames = source == .mongo ? [] : shape.topNames
    self.record = RecordPlan(
      shape: shape.shape, columns: columns, key: key, hasRest: entity.rest != nil,
      children: children.plans, filters: filters, unmapped: entity.unmapped.others.plan)
  }
}

extension ShapeBuilder {
  /// Gives every column that the entity names its slot, before any slot for what is inside a column's text: a source with
  /// columns fills the first slots, in this order.
  fileprivate mutating func takeColumns(of entity: Entity) throws {
    let paths = entity.fields.flatMap { field in field.paths.map { ($0, field.location) } }
    let others =
      entity.children.map { ($0.path, $0.location) } + entity.filters.map { ($0.path, $0.location) }
    for (path, location) in paths + others {
      let column = ValuePath(Array(path.steps.prefix(1)))
      guard path.steps.count == 1 || isJSONText(column.steps) else { continue }
      _ = try slot(for: column, at: location, taking: .look)
    }
  }
}

extension UnmappedRule.Others {
  fileprivate var plan: UnmappedPlan {
    switch self {
    case .count: .count
    case .ignore: .ignore
    case .reject: .reject
    }
  }
}

extension Field {
  func columnPlan(in shape: inout ShapeBuilder) throws -> ColumnPlan {
    var slots: [Int] = []
    // JSON as a whole comes from the text, which says more than the values do: the digits of its numbers, say.
    let taking: ShapeBuilder.Take = transforms.contains(.json) ? .text : .value
    for path in paths { slots.append(try shape.slot(for: path, at: location, taking: taking)) }
    return ColumnPlan(
      name: column, slots: slots, type: type, transforms: transforms, missing: missing.plan, null: null.plan,
      empty: empty.plan, nullElement: nullElement.plan, emptyElement: emptyElement.plan)
  }
}

extension ElementAbsence {
  fileprivate var plan: ElementPlan {
    switch self {
    case .null: .null
    case .skip: .skip
    case .quarantine: .refuse
    case .keep: .keep
    case .value(let text): .value(Array(text.utf8))
    }
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
