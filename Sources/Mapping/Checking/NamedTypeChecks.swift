public import Codec

/// Checks enums and domains across entities: one name means one type, and no table has it.
struct NamedTypeChecks {
  let log: DiagnosticLog

  func check(_ entities: [EntityDraft]) {
    var known: [NamedType: (type: TargetType, location: SourceLocation)] = [:]
    var tables: Set<NamedType> = []
    for entity in entities where entity.entity.owner == .core {
      let all = [entity.entity.table].compactMap { $0 } + entity.children.map(\.child.table)
      for table in all { tables.insert(NamedType(schema: table.schema, name: table.name)) }
    }
    for entity in entities where entity.entity.owner == .core {
      for field in entity.fields + entity.children.flatMap(\.fields) {
        check(field.field.type.element, at: field.field.location, &known, tables)
      }
      for column in entity.entity.generated {
        check(column.type.element, at: column.location, &known, tables)
      }
    }
  }

  private func check(
    _ type: TargetType, at location: SourceLocation,
    _ known: inout [NamedType: (type: TargetType, location: SourceLocation)], _ tables: Set<NamedType>
  ) {
    guard let name = type.namedType else { return }
    if tables.contains(name) {
      log.error(
        "the type \(name.display) has the name of a table, which is a type in Postgres, too", at: location,
        help: "give one of them another name")
    }
    guard let first = known[name] else {
      known[name] = (type, location)
      return
    }
    if first.type != type {
      let place =
        first.location.file == location.file
        ? "line \(first.location.line)" : "\(first.location.file):\(first.location.line)"
      log.error(
        "the type \(name.display) is another one at \(place)", at: location,
        help: "give both the same values in the same order, or one of them another name")
    }
  }
}

extension TargetType {
  /// The name of an enum or a domain.
  public var namedType: NamedType? {
    switch self {
    case .enumeration(let name, _), .domain(let name, _): name
    default: nil
    }
  }
}
