internal import Guardrails
internal import Mapping

/// What tests make of the writes that a recorder has written down.
enum JudgeWrites {
  /// Every write that the mapping refuses.
  static func refused(_ recorder: GuardRecorder) -> [OwnershipViolation] {
    recorder.writes.filter { !$0.decision.reason.isAllowed }.map { write in
      OwnershipViolation(
        rule: "write", subject: subject(write) + " \(write.decision.reason.rawValue)",
        message: write.explanation, place: write.place)
    }
  }

  /// Every write of an entity of another owner, and every write that the mapping refuses.
  static func outside(_ owner: Entity.Owner, _ recorder: GuardRecorder) -> [OwnershipViolation] {
    let plan = recorder.mappings.plan
    return refused(recorder)
      + recorder.writes.compactMap { write in
        guard let index = plan.entity(named: write.entity), plan.entities[index].owner != owner,
          write.decision.reason.isAllowed
        else { return nil }
        let entity = plan.entities[index]
        return OwnershipViolation(
          rule: "write", subject: subject(write),
          message:
            "This block may write only \(owner.rawValue) data, and there is an \(write.words): \(entity.name) is owned "
            + "by \(entity.owner.rawValue), says \(recorder.mappings.declaration(of: entity)).",
          place: write.place)
      }
  }

  /// Every write into another store, and every write that the mapping refuses.
  static func outside(store: String, _ recorder: GuardRecorder) -> [OwnershipViolation] {
    let plan = recorder.mappings.plan
    let wanted = plan.store(named: store)
    return refused(recorder)
      + recorder.writes.compactMap { write in
        guard wanted == nil || plan.store(named: write.store) != wanted, write.decision.reason.isAllowed
        else {
          return nil
        }
        return OwnershipViolation(
          rule: "write", subject: subject(write),
          message: "This block may write only to \(store), and there is an \(write.words).",
          place: write.place)
      }
  }

  /// Every write into another store than the first write's.
  static func crossings(_ recorder: GuardRecorder) -> [OwnershipViolation] {
    let plan = recorder.mappings.plan
    let writes = recorder.writes
    guard let first = writes.first else { return [] }
    return writes.dropFirst().compactMap { write in
      guard plan.store(named: write.store) != plan.store(named: first.store) || write.store != first.store
      else { return nil }
      if let here = plan.store(named: write.store), here == plan.store(named: first.store) { return nil }
      return OwnershipViolation(
        rule: "crossing", subject: subject(write) + " after \(first.store)",
        message:
          "This block may write to one store, and there is an \(write.words) after the \(first.words) at "
          + "\(first.place). Leave one of them to a unit of work of its own, or declare the crossing in set.yaml.",
        place: write.place)
    }
  }

  private static func subject(_ write: RecordedWrite) -> String {
    "\(write.operation.rawValue) \(write.entity) \(write.store) \(write.writer ?? "-")"
  }
}
