internal import Mapping

/// A set as if everything stood at one place, so that two sets compare by what they say.
enum Placeless {
  private static let nowhere = SourceLocation(file: "", line: 0, column: 0)

  static func of(_ original: MappingSet) -> MappingSet {
    var set = original
    // Entities come in the order of their files' names, which the writer chooses.
    set.entities.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for index in set.entities.indices { set.entities[index] = of(set.entities[index]) }
    return set
  }

  private static func of(_ original: Entity) -> Entity {
    var entity = original
    entity.location = nowhere
    entity.fields = entity.fields.map(of)
    entity.children = entity.children.map(of)
    for index in entity.references.indices { entity.references[index].location = nowhere }
    for index in entity.filters.indices { entity.filters[index].location = nowhere }
    return entity
  }

  private static func of(_ original: ChildTable) -> ChildTable {
    var child = original
    child.location = nowhere
    child.fields = child.fields.map(of)
    child.children = child.children.map(of)
    return child
  }

  private static func of(_ original: Field) -> Field {
    var field = original
    field.location = nowhere
    return field
  }
}
