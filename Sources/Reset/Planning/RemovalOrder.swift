internal import Mapping

/// Sorts tables and collections so that each comes before what it refers to, as far as that can be. A circle is begun
/// somewhere; foreign keys weigh more than references that no database keeps.
struct RemovalOrder {
  private let objects: [ResetObject]
  private let set: MappingSet
  private let foreignKeys: [LiveForeignKey]

  init(_ objects: [ResetObject], set: MappingSet, foreignKeys: [LiveForeignKey]) {
    self.objects = objects
    self.set = set
    self.foreignKeys = foreignKeys
  }

  var ordered: [ResetObject] {
    var done: [Int] = []
    var seen: Set<Int> = []
    func visit(_ index: Int) {
      guard seen.insert(index).inserted else { return }
      for next in kept(by: index) + declared(by: index) { visit(next) }
      done.append(index)
    }
    objects.indices.forEach(visit)
    // What is referred to was done first.
    return done.reversed().map { objects[$0] }
  }

  /// What a foreign key of the table refers to.
  private func kept(by index: Int) -> [Int] {
    guard case .rows(let table, _) = objects[index].place else { return [] }
    return foreignKeys.filter { $0.table == table }.flatMap { key in
      objects.indices.filter { other in
        guard other != index, case .rows(let target, _) = objects[other].place else { return false }
        return target == key.target
      }
    }
  }

  /// What the mapping says that it refers to; of a part, also the whole. An entity's own records go before its rows, which
  /// are their copy.
  private func declared(by index: Int) -> [Int] {
    let object = objects[index]
    var names: Set<String> = []
    for entity in object.entities {
      names.formUnion(entity.references.map(\.entity))
      names.formUnion(entity.children.flatMap(\.all).flatMap(\.references).map(\.entity))
    }
    let own = object.entities.map(\.name)
    return objects.indices.filter { other in
      guard other != index else { return false }
      let isReferred = objects[other].entities.contains { names.contains($0.name) }
      let isWhole =
        objects[other].isRows && objects[other].isMain && own.contains(objects[other].entity)
        && (!object.isMain || !object.isRows)
      return isReferred && !objects[other].entities.contains { own.contains($0.name) } || isWhole
    }
  }
}
