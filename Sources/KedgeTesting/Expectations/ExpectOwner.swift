internal import Guardrails
public import Mapping

/// Expects that an entity is declared, and owned by the core or by a feature.
///
/// - Returns: whether it is so. If not, the test has failed at the caller's line.
@discardableResult
public func expectOwner(
  _ entity: String, is owner: Entity.Owner, in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column
) -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  var violations: [OwnershipViolation] = []
  if let found = mappings.plan.entities.first(where: { $0.name == entity }) {
    if found.owner != owner {
      violations.append(
        OwnershipViolation(
          rule: "owner", subject: entity,
          message:
            "\(entity) is owned by \(found.owner.rawValue), says \(mappings.declaration(of: found)), and this test "
            + "expects \(owner.rawValue). Correct the one that is wrong.",
          place: place))
    }
  } else {
    violations.append(undeclared(entity, mappings, place))
  }
  return settle(violations, check: check, baseline: baseline, at: place)
}

/// Expects that an entity's writes belong into a store now, by the phase that it is in.
///
/// - Parameter store: the store's name, or its kind's word where the set has one store of that kind.
/// - Returns: whether it is so. If not, the test has failed at the caller's line.
@discardableResult
public func expectOwnerStore(
  of entity: String, is store: String, in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column
) -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let plan = mappings.plan
  var violations: [OwnershipViolation] = []
  if let index = plan.entity(named: entity) {
    let found = plan.ownerStore(of: index)
    if found == nil || found != plan.store(named: store) {
      let declared = plan.entities[index]
      let names = plan.stores.map(\.name).joined(separator: ", ")
      let owner = found.map { plan.stores[$0].name } ?? "no store"
      violations.append(
        OwnershipViolation(
          rule: "owner", subject: entity,
          message: "\(entity) is written to \(owner)\(declared.phase.map { " in phase \($0)" } ?? ""), says "
            + "\(mappings.declaration(of: declared)), and this test expects \(store). The set's stores are \(names).",
          place: place))
    }
  } else {
    violations.append(undeclared(entity, mappings, place))
  }
  return settle(violations, check: check, baseline: baseline, at: place)
}

private func undeclared(_ entity: String, _ mappings: OwnershipMap, _ place: TestPlace) -> OwnershipViolation
{
  OwnershipViolation(
    rule: "undeclared", subject: entity,
    message:
      "No entity is called \(entity). Declared are \(mappings.entityNames). Declare it in the mapping set, or correct "
      + "the name.", place: place)
}

/// Expects that no entity is without an owner, and that no collection or table is claimed by two entities.
///
/// - Returns: whether it is so. If not, the test has failed, for each at the line of the mapping file.
@discardableResult
public func expectEveryEntityHasAnOwner(
  in mappings: OwnershipMap, check: String = #function, baseline: OwnershipBaseline? = nil,
  fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
) -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let plan = mappings.plan
  var violations: [OwnershipViolation] = []
  var claims: [String: GuardPlan.Entity] = [:]
  for (index, entity) in plan.entities.enumerated() {
    let location = entity.location
    let declared = TestPlace(file: location.file, line: location.line, column: location.column)
    if plan.ownerStore(of: index) == nil {
      violations.append(
        OwnershipViolation(
          rule: "unowned", subject: entity.name,
          message:
            "\(entity.name) has no owner in phase \(entity.phase ?? "unknown"). Set a phase that this version knows: "
            + Entity.Phase.allCases.map(\.rawValue).joined(separator: ", ") + ".", place: declared))
    }
    var names = [plan.stores[entity.source].name + "." + entity.collection]
    if let target = entity.target {
      names += entity.tables.map { plan.stores[target].name + "." + $0.display }
    }
    for name in names {
      if let other = claims[name] {
        violations.append(
          OwnershipViolation(
            rule: "claimed_twice", subject: "\(name) of \(entity.name)",
            message:
              "\(name) is claimed by \(entity.name) and by \(other.name) at \(mappings.declaration(of: other)). Leave it "
              + "to one of them.", place: declared))
      }
      claims[name] = claims[name] ?? entity
    }
  }
  return settle(violations, check: check, baseline: baseline, at: place)
}
