internal import Codec
internal import Mapping

/// An entity with no more of it than one question needs. A record that can't land as a whole, since some other field is
/// wrong, can still be asked whether it stays.
extension Entity {
  /// These columns alone, in this order, through their transforms. What would quarantine a record for a missing value is
  /// null here. A column that a feature entity doesn't declare is the field of that name, as its canonical text.
  func partial(_ names: [String]) -> Entity {
    var entity = self
    entity.fields = names.map { name in
      fields.first { $0.column == name }?.tolerant
        ?? Field(
          paths: [ValuePath(field: name)], column: name, location: location, type: .text, transforms: [.text])
    }
    entity.key = []
    entity.children = []
    entity.references = []
    entity.filters = []
    entity.unmapped = UnmappedRule(others: .ignore)
    entity.rest = nil
    entity.generated = []
    return entity
  }

  /// The key, and of the child tables what refers.
  func partialWithChildren() -> Entity {
    var entity = partial(key)
    entity.key = key
    entity.children = children.map(\.partial)
    return entity
  }
}

extension ChildTable {
  fileprivate var partial: ChildTable {
    var table = self
    let names = references.flatMap(\.columns)
    table.fields = fields.filter { names.contains($0.column) }.map(\.tolerant)
    table.children = children.map(\.partial)
    (table.missing, table.null, table.empty) = (.noRows, .noRows, .noRows)
    if table.nullElement == .quarantine { table.nullElement = .skip }
    return table
  }
}

extension Field {
  fileprivate var tolerant: Field {
    var field = self
    field.required = false
    field.unique = false
    field.type = type.plain
    if missing == .quarantine { field.missing = .null }
    if null == .quarantine { field.null = .null }
    if empty == .quarantine { field.empty = .null }
    if nullElement == .quarantine { field.nullElement = .skip }
    if emptyElement == .quarantine { field.emptyElement = .skip }
    return field
  }
}

extension TargetType {
  /// The type without what a schema has to define: a domain's own type, text for an enum.
  var plain: TargetType {
    switch base {
    case .enumeration: .text
    case .array(let element): .array(element.plain)
    case let other: other
    }
  }
}
