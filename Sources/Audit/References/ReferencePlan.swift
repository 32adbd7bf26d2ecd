internal import Codec
internal import Mapping

/// One declared reference, ready to be looked up: who refers by which columns, and to whom.
struct ReferencePlan {
  /// Its number within one audit.
  let number: Int
  let plan: EntityPlan
  let reference: Reference
  /// The child table that refers, as an index among the plan's; nil for the records themselves.
  let child: Int?
  let target: Entity

  var entity: Entity { plan.entity }

  /// `conversations.user_id → users.id`; `teams.member_ids[] → users.id`; `rooms.messages.author → users.id`.
  var name: String {
    var path = [entity.name]
    var around = child
    var children: [String] = []
    while let index = around {
      children.insert(plan.children[index].source.name, at: 0)
      around = plan.children[index].parent
    }
    path += children
    return (path + [Self.list(reference.columns)]).joined(separator: ".") + (reference.isArray ? "[]" : "")
      + " → \(target.name).\(Self.list(reference.targetColumns))"
  }

  private static func list(_ columns: [String]) -> String {
    columns.count == 1 ? columns[0] : "(\(columns.joined(separator: ", ")))"
  }

  /// The columns that refer, in the order of the columns referred to.
  var columns: [TargetColumn] {
    let all = child.map { plan.children[$0].columns } ?? plan.columns
    return reference.columns.compactMap { name in all.first { $0.name == name } }
  }

  /// The columns that name the record: its key, or what repeats it in a child table.
  var keyNames: [String] { child.map { plan.children[$0].rootColumns } ?? plan.keyColumns.map(\.name) }

  var isEnforced: Bool { reference.enforcement != .none }

  /// Whether what refers and what is referred to lie in different stores.
  var isAcrossStores: Bool { Self.store(entity) != Self.store(target) }

  private static func store(_ entity: Entity) -> String? { entity.owner == .core ? nil : entity.store }

  /// Whether reports show the referring value as a digest.
  var isPersonal: Bool {
    columns.contains(where: \.isPersonal)
      || target.fields.contains { reference.targetColumns.contains($0.column) && $0.personal }
  }

  /// Every reference of these plans whose entity is declared.
  static func all(of plans: [EntityPlan], in set: MappingSet) -> [ReferencePlan] {
    var found: [ReferencePlan] = []
    func add(_ reference: Reference, _ plan: EntityPlan, _ child: Int?) {
      guard let target = set.entity(named: reference.entity) else { return }
      found.append(
        ReferencePlan(number: found.count, plan: plan, reference: reference, child: child, target: target))
    }
    for plan in plans {
      for reference in plan.entity.references { add(reference, plan, nil) }
      for (index, child) in plan.children.enumerated() {
        for reference in child.source.references { add(reference, plan, index) }
      }
    }
    return found
  }
}
