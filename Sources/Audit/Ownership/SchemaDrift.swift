internal import Codec
internal import Mapping
internal import Postgres
internal import Schema

/// How an entity's live tables differ from what the mapping says: columns, keys, constraints, indexes, and what is
/// switched off.
struct SchemaDrift {
  let plan: EntityPlan
  let set: MappingSet

  func findings(_ connection: PostgresConnection) throws -> [OwnershipFinding] {
    let schema = SchemaPlan([plan], set: set)
    var found = try schema.differences(from: connection).filter { !$0.isLookedAtHere }.map { difference in
      finding(difference.table?.display ?? plan.table.display, difference.description, difference.isDrift)
    }
    let references = [plan.entity.references] + plan.children.map(\.source.references)
    for (table, references) in zip(schema.tables, references) {
      guard let live = try LiveStructure(table.table, connection) else { continue }
      found += uniqueness(table, live) + indexes(table, references, live) + unknownColumns(table, live)
      for index in live.indexes where !index.isValid && !index.isBeingBuilt {
        found.append(
          finding(
            table.table.display,
            "index \(index.name) is invalid: a build of it failed; drop it and build it again", true))
      }
      for trigger in live.disabledTriggers {
        found.append(
          finding(
            table.table.display, "\(trigger) is switched off; switch it on with ALTER TABLE … ENABLE TRIGGER",
            true))
      }
    }
    return found
  }

  private func finding(_ object: String, _ message: String, _ isDrift: Bool) -> OwnershipFinding {
    OwnershipFinding(
      kind: .schemaDiffers, store: "postgres", object: object, entity: plan.entity.name, message: message,
      isDrift: isDrift)
  }

  private func uniqueness(_ table: TableDefinition, _ live: LiveStructure) -> [OwnershipFinding] {
    table.columns.filter { $0.isUnique && table.key != [$0.name] }.compactMap { column in
      let isKept = live.indexes.contains {
        $0.isUnique && $0.isValid && !$0.isPartial && $0.columns == [column.name]
      }
      if isKept { return nil }
      return finding(
        table.table.display, "nothing keeps \(column.name) unique, as the mapping says that it is", true)
    }
  }

  /// A missing index makes reads slow, not wrong.
  private func indexes(_ table: TableDefinition, _ references: [Reference], _ live: LiveStructure)
    -> [OwnershipFinding]
  {
    references.compactMap { reference in
      guard reference.enforcement != .none, !reference.isArray else { return nil }
      let count = reference.columns.count
      if live.indexes.contains(where: { $0.isValid && Array($0.columns.prefix(count)) == reference.columns })
      {
        return nil
      }
      return finding(
        table.table.display,
        "no index begins with the referring columns (\(reference.columns.joined(separator: ", ")))", false)
    }
  }

  private func unknownColumns(_ table: TableDefinition, _ live: LiveStructure) -> [OwnershipFinding] {
    let known = Set(table.columns.map(\.name) + table.generated.map(\.column) + plan.entity.auditIgnore)
    return live.columns.filter { !known.contains($0) }.map { column in
      finding(table.table.display, "no field fills the column \(column), and no audit compares it", false)
    }
  }
}

extension SchemaDifference {
  /// A column that is stricter than the mapping asks for refuses a wrong row loudly, if ever.
  fileprivate var isDrift: Bool {
    switch self {
    case .otherNullability(_, _, liveIsRequired: true), .otherCollation: false
    default: true
    }
  }

  /// What the audit finds by itself, and says in its own words.
  fileprivate var isLookedAtHere: Bool {
    switch self {
    case .missingUnique, .missingIndex: true
    default: false
    }
  }

  fileprivate var table: TableName? {
    switch self {
    case .missingTable(let table), .missingColumn(let table, _, _), .otherType(let table, _, _, _),
      .otherNullability(let table, _, _), .otherKey(let table, _, _), .unknownRequiredColumn(let table, _),
      .unwritableColumn(let table, _), .missingUnique(let table, _), .otherCollation(let table, _, _):
      table
    case .missingForeignKey(let key), .unvalidatedForeignKey(let key), .otherForeignKey(let key, _),
      .missingParentKey(let key):
      key.table
    case .missingIndex(let index): index.table
    case .missingType, .missingLabel, .otherKindOfType: nil
    }
  }
}
