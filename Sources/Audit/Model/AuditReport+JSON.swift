public import CommandLine
internal import Foundation

/// The published form of a report, `schema/kedge-audit.schema.json`: what `kedge audit --json` prints and what the history
/// keeps. Keys may be added, never renamed.
extension AuditReport {
  /// The report as JSON, keys in the order of the documentation.
  public var json: JSONValue { json(pages: nil) }

  /// The report as JSON.
  ///
  /// - Parameter pages: whether its findings page somebody, by the flags of this command; left out where nobody asked.
  public func json(pages: Bool?) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("run", .int(run)), ("set", .string(set)), ("started_at", .string(ReportTime.text(startedAt))),
      ("finished_at", .string(ReportTime.text(finishedAt))), ("drift", .bool(hasDrift)),
    ]
    if let pages { members.append(("pages", .bool(pages))) }
    members += [
      ("complete", .bool(isComplete)), ("entities", .array(entities.map(\.json))),
      ("references", .array(references.map(\.json))), ("ownership", .array(ownership.map(\.json))),
    ]
    if let repair { members.append(("repair", repair.json)) }
    if let plannedRepairs { members.append(("planned", .int(plannedRepairs))) }
    return .object(members)
  }
}

extension AuditReport.EntityReport {
  fileprivate var json: JSONValue {
    .object([
      ("entity", .string(entity)), ("compared", .int(tally.compared)), ("matching", .int(tally.matching)),
      ("missing", .int(tally.missing)), ("extra", .int(tally.extra)), ("different", .int(tally.different)),
      ("orphans", .int(tally.orphans)), ("duplicates", .int(tally.duplicates)),
      ("quarantined", .int(tally.quarantined)), ("in_flight", .int(tally.inFlight)),
      ("filtered", .int(tally.filtered)), ("tolerated", .int(tally.tolerated)),
      ("repaired", .int(tally.repaired)), ("tolerated_orphans", .int(tally.toleratedOrphans)),
      ("seconds", .double((seconds * 1000).rounded() / 1000)), ("coverage", .double(coverage)),
      ("bound", bound?.json ?? .null), ("note", .optional(note)),
      ("differences", .array(differences.map(\.json))),
    ])
  }
}

extension SampleBound {
  fileprivate var json: JSONValue {
    [
      "share": .double(share), "population": .int(population), "sampled": .int(sampled),
      "drifting": .int(drifting), "confidence": .double(confidence), "upper_share": .double(upperShare),
      "covers_extras": .bool(coversExtras), "seed": .int(seed),
    ]
  }
}

extension AuditDifference {
  /// The difference as the report has it; without the entity, which stands around it.
  fileprivate var json: JSONValue {
    .object([
      ("kind", .string(verdict.rawValue)), ("key", .strings(key)),
      ("columns", .strings(columns.map(\.column))), ("evidence", .array(columns.map(\.json))),
      ("rule", .optional(rule)), ("reference", .optional(reference)),
      ("first_seen", .string(ReportTime.text(firstSeen))), ("last_seen", .string(ReportTime.text(lastSeen))),
      ("looks", .int(looks)), ("repaired", .bool(isRepaired)),
    ])
  }

  /// The difference alone, its entity first: one line of `kedge audit show RUN --all`.
  public var line: JSONValue {
    guard case .object(let members) = json else { return json }
    return .object([("entity", .string(entity))] + members)
  }
}

extension ColumnEvidence {
  fileprivate var json: JSONValue {
    ["column": .string(column), "source": .optional(source), "target": .optional(target)]
  }
}

extension ReferenceFinding {
  fileprivate var json: JSONValue {
    [
      "reference": .string(name), "entity": .string(entity), "refers_to": .string(refersTo),
      "across_stores": .bool(isAcrossStores), "checked": .int(checked), "orphans": .int(orphans),
      "enforced": .bool(isEnforced),
    ]
  }
}

extension OwnershipFinding {
  fileprivate var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "store": .string(store), "object": .string(object),
      "entity": .optional(entity), "message": .string(message), "drift": .bool(isDrift),
    ]
  }
}

extension RepairReport {
  /// What a repair did, as reports have it.
  public var json: JSONValue {
    let counts = entities.map { entity -> JSONValue in
      [
        "entity": .string(entity.entity), "planned": .int(entity.planned), "repaired": .int(entity.repaired),
        "already": .int(entity.already), "changed": .int(entity.changed), "refused": .int(entity.refused),
        "untouched": .int(entity.untouched),
      ]
    }
    let undone = undone.map { action -> JSONValue in
      [
        "entity": .string(action.entity), "action": .string(action.action), "key": .strings(action.key),
        "reason": .string(action.reason),
      ]
    }
    return [
      "run": .int(run), "entities": .array(counts), "undone": .array(undone), "left_out": .int(leftOut),
    ]
  }
}
