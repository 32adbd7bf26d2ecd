internal import Backfill
internal import Catalog
internal import CommandLine
internal import DatabaseGuards
internal import Guardrails
internal import Mapping
internal import Postgres
internal import Progress

extension Session {
  /// `kedge phase set`
  func phaseSet() throws -> Int32 {
    let declared = try mappingSet()
    guard command.arguments.count == 2, let new = Entity.Phase(rawValue: command.arguments[1]) else {
      throw UsageProblem("name an entity and a phase")
    }
    let name = command.arguments[0]
    guard let entity = declared.entity(named: name) else { throw unknownEntity(name, declared) }
    guard entity.owner == .core else {
      throw UsageProblem("entity \"\(name)\" is feature data, which stays in its store and has no phase")
    }
    let catalog = Catalog(try PostgresConnection(try target(of: declared)))
    let isDry = command.flag("dry-run")
    if !isDry { try catalog.ensure() }
    if !isDry {
      // Whoever moves data holds this lock; none can begin before the phase is set.
      try catalog.lock(set: declared.name)
      // A process whose connection was lost may be at work without it; one that was killed is found out here.
      if let run = try catalog.unfinishedRun(set: declared.name),
        try catalog.liveMembers(Run(id: run.id, isResumed: false)) > 0
      {
        throw CatalogError.busy(set: declared.name)
      }
      // From the next phase on, others may write the table.
      try KeyMaking.finish(set: declared.name, catalog)
    }
    let live = try catalog.livePhases(of: declared.name)
    let set = try declared.applying(live)
    let old = set.entity(named: name)?.phase ?? entity.phase
    guard old != new else { return tell(PhaseStep(entity: name, old: old, new: new, epoch: live.epoch)) }
    guard !entity.isNative else {
      throw UsageProblem("entity \"\(name)\" has always lived in Postgres, and has no other phase than core")
    }
    guard abs(old.step - new.step) == 1 else {
      throw PhaseRefusal(entity: name, old: old, asked: new)
    }
    if new == .core, old == .shadow { try warnOfUnmoved(entity, set, catalog) }
    var step = PhaseStep(entity: name, old: old, new: new, epoch: live.epoch + 1)
    let rules = try OldStoreRules(self, step, set, catalog)
    if isDry {
      step.isDry = true
      step.rules = try rules?.steps() ?? []
      return tell(step)
    }
    // Closed before Postgres becomes the owner, opened after it no longer is: between the two nobody is, and never are both.
    if rules?.opens == false { step.rules = try rules?.follow() ?? [] }
    step.epoch = try change(step, set, catalog)
    if rules?.opens == true { step.rules = try rules?.follow() ?? [] }
    return tell(step)
  }

  private func change(_ step: PhaseStep, _ set: MappingSet, _ catalog: Catalog) throws
    -> Int
  {
    let connection = catalog.connection
    do {
      return try connection.transaction {
        _ = try connection.execute("SET LOCAL lock_timeout TO '\(command.integer("patience") ?? 10)s'")
        return try catalog.setPhase(
          of: step.entity, in: set.name, from: step.old, to: step.new, reason: command.value("reason"))
      }
    } catch let error as PostgresError where error.sqlState == "55P03" {
      throw PhaseBusy(set: set.name, holders: try catalog.phaseLockHolders(set: set.name))
    }
  }

  /// Ownership can be moved whatever has been copied: that is for a person to decide, who should know.
  private func warnOfUnmoved(_ entity: Entity, _ set: MappingSet, _ catalog: Catalog) throws {
    guard try catalog.exists() else { return }
    let done = try catalog.connection.query(
      """
      SELECT EXISTS (SELECT FROM kedge.run_entities e JOIN kedge.runs r ON r.id = e.run
        WHERE r.set_name = $1 AND e.entity = $2 AND e.is_done) AS found
      """, [.text(set.name), .text(entity.name)]
    ).first?["found"]
    if done != "t" {
      log.warn("no finished backfill has moved \"\(entity.name)\" into this target")
    }
    let waiting = try catalog.quarantineCount(set: set.name, entity: entity.name)
    if waiting > 0 {
      log.warn("\(waiting) records of \"\(entity.name)\" are in quarantine, and not in PostgreSQL")
    }
  }

  private func tell(_ step: PhaseStep) -> Int32 {
    if isJSON {
      output([
        "ok": true, "entity": .string(step.entity), "old_phase": .string(step.old.rawValue),
        "phase": .string(step.new.rawValue), "changed": .bool(step.old != step.new && !step.isDry),
        "dry_run": .bool(step.isDry), "epoch": .int(step.epoch),
        "rules": .array(
          step.rules.map { rule in
            [
              "store": .string(rule.store), "kind": .string(rule.kind), "object": .string(rule.object),
              "action": .string(rule.action.rawValue), "statement": .string(rule.statement),
            ]
          }),
      ])
    } else if step.old == step.new {
      output("\(step.entity) is in phase \(step.new.rawValue) already; nothing was changed")
    } else {
      output(
        "\(step.entity) \(step.isDry ? "would go" : "went") from phase \(step.old.rawValue) to \(step.new.rawValue),"
          + " epoch \(step.epoch)\n"
          + step.rules.map { "\($0.store): \($0.action.rawValue) \($0.kind) \($0.object)\n" }.joined()
          + "written in: \(step.new.isOwnedByOldStore ? "its old store" : "PostgreSQL")")
    }
    return ExitCode.done
  }
}

/// One step of an entity's move.
struct PhaseStep {
  let entity: String
  let old: Entity.Phase
  let new: Entity.Phase
  var epoch: Int
  var isDry = false
  /// What was done, or would be, to the rules inside the old store.
  var rules: [GuardStep] = []
}

extension Entity.Phase {
  fileprivate var isOwnedByOldStore: Bool { self == .legacy || self == .shadow }
  /// Its place on the way.
  fileprivate var step: Int { Entity.Phase.allCases.firstIndex(of: self) ?? 0 }
}

/// The rules inside an entity's old store, which follow its phase where rules are installed at all.
struct OldStoreRules {
  /// Whether the old store takes writes again.
  let opens: Bool
  private let installer: GuardInstaller
  private let entity: String

  /// - Returns: nil where no rules of the set are installed, or `--keep-rules` leaves them as they are.
  init?(_ session: Session, _ step: PhaseStep, _ set: MappingSet, _ catalog: Catalog) throws {
    guard !session.command.flag("keep-rules"), try catalog.hasGuards(set: set.name),
      let declared = set.entity(named: step.entity)
    else { return nil }
    var live = try catalog.livePhases(of: set.name)
    live.epoch = step.epoch
    live.entities[step.entity] = LivePhases.Phase(word: step.new.rawValue, epoch: step.epoch)
    opens = step.new.isOwnedByOldStore
    entity = step.entity
    var options = InstallOptions()
    options.stop = session.stop
    options.stores = [declared.store]
    options.patience = Double(session.command.integer("patience") ?? 10)
    installer = GuardInstaller(
      GuardPlan(set, live: live), target: catalog.connection, stores: session.storeGuards(set),
      options: options)
  }

  func steps() throws -> [GuardStep] { try installer.steps([entity]) }
  func follow() throws -> [GuardStep] { try installer.install([entity]) }
}

/// Why a phase isn't set: the way there has a step in between.
struct PhaseRefusal: Error, CustomStringConvertible {
  let entity: String
  let old: Entity.Phase
  let asked: Entity.Phase

  var description: String {
    let next = Entity.Phase.allCases[old.step + (asked.step > old.step ? 1 : -1)]
    return "entity \"\(entity)\" is in phase \(old.rawValue), and goes one step at a time; next on the way to"
      + " \(asked.rawValue) is: kedge phase set \(entity) \(next.rawValue)"
  }
}

/// Why a phase isn't set: transactions that have passed the old fence are open.
struct PhaseBusy: Error, CustomStringConvertible {
  let set: String
  let holders: [String]

  var description: String {
    "writers of the set \"\(set)\" that have passed the old fence are still in their transactions, and this command waited"
      + " for them in vain (--patience): "
      + (holders.isEmpty ? "they are gone by now" : holders.joined(separator: "; "))
      + ". Nothing was changed; end those transactions, or wait longer"
  }
}
