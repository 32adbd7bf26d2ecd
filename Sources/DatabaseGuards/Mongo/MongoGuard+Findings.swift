internal import Codec
internal import Guardrails
internal import Mapping
internal import Mongo

extension MongoGuard {
  public func findings() throws -> [GuardFinding] {
    let known = try records.all()
    guard !known.isEmpty else { return [] }
    let found = try mongo.collections()
    var findings: [GuardFinding] = []
    for collection in try collections(nil, known) {
      let place = FrozenPlace(collection.names, found, validator: collection.validator)
      findings += try collectionFindings(collection, place, known)
    }
    for record in known where record.kind == GuardedCollection.strayKind {
      guard found.contains(where: { $0.name == record.object }) else { continue }
      findings.append(
        finding(
          record.entity, record.kind, record.object, .altered,
          "\"\(record.object)\" has \(try mongo.estimatedCount(record.object)) documents that somebody wrote in the place of"
            + " a guarded collection; carry over what has to stay, drop it, and run: kedge guard install"))
    }
    return try findings + roleFindings(known)
  }

  private func collectionFindings(
    _ collection: GuardedCollection, _ place: FrozenPlace, _ known: [StoreRecord]
  ) throws -> [GuardFinding] {
    let (name, hidden) = (collection.names.name, collection.names.hidden)
    func one(_ kind: String, _ object: String, _ problem: GuardFinding.Problem, _ message: String)
      -> [GuardFinding]
    {
      [finding(collection.entity, kind, object, problem, message + "; run: kedge guard install")]
    }
    guard let record = collection.record(in: known) else {
      if place.front == .foreignView { return [] }
      return one(
        "view", name, .outdated, "writes to \"\(name)\" aren't refused, though they should be by now")
    }
    guard collection.isWanted else {
      return one(
        "view", name, .outdated, "writes to \"\(name)\" are refused, though they shouldn't be any more")
    }
    var findings: [GuardFinding] = []
    let before = try FrozenBefore(record.before)
    switch place.front {
    case .view: break
    case .nothing:
      findings += one(
        "view", name, .missing, "the view \"\(name)\" is gone, so that a write makes a new collection there")
    case .alteredView, .foreignView:
      findings += one("view", name, .altered, "the view \"\(name)\" doesn't show \"\(hidden)\" as it is")
    case .timeseries, .collection:
      findings += one(
        "view", name, .altered,
        place.hidden == .nothing
          ? "\"\(name)\" is a collection again, and takes writes"
          : "a collection with \(try mongo.estimatedCount(name)) documents stands in the place of the view \"\(name)\":"
            + " writes get through")
    }
    switch place.hidden {
    case .nothing:
      if before.existed, place.front == .view || place.front == .nothing {
        findings += one(
          "collection", hidden, .missing, "the collection \"\(hidden)\" behind \"\(name)\" is gone")
      }
    case .collection(let validator):
      if !before.existed || FrozenBefore.hex(place.uuid) != before.uuid, place.front == .view {
        findings += one(
          "collection", hidden, .altered,
          "\"\(hidden)\" isn't the collection that was put there: somebody made it anew")
      }
      if validator == .outdated && record.definition != collection.definition {
        findings += one(
          "validator", hidden, .outdated, "the mapping or the phase has changed since \"\(name)\" was guarded"
        )
      } else if validator != .refusing, place.front == .view {
        findings += one(
          "validator", hidden, .altered,
          "the validator of \"\(hidden)\" doesn't refuse every document any more")
      }
    }
    return findings
  }

  private func roleFindings(_ known: [StoreRecord]) throws -> [GuardFinding] {
    let wanted = wantedRoles
    var findings: [GuardFinding] = []
    for record in known where record.kind == MongoRole.kind {
      let name = record.object
      let live = try liveRole(name)
      let role = wanted.first { $0.name == name }
      if live == nil {
        findings.append(
          finding(
            "", MongoRole.kind, name, .missing, "the role \"\(name)\" is gone; run: kedge guard install"))
      } else if live?.definition != record.definition {
        findings.append(
          finding(
            "", MongoRole.kind, name, .altered,
            "the role \"\(name)\" may do other things than kedge gave it; find out who changed it, and run: kedge guard install"
          ))
      } else if role?.definition != record.definition {
        findings.append(
          finding(
            "", MongoRole.kind, name, .outdated,
            "the mapping or a phase has changed what the role \"\(name)\" may write; run: kedge guard install"
          ))
      }
    }
    for role in wanted where !known.contains(where: { $0.kind == MongoRole.kind && $0.object == role.name }) {
      findings.append(
        finding(
          "", MongoRole.kind, role.name, .outdated,
          "the role \"\(role.name)\" was never made; run: kedge guard install"))
    }
    return findings
  }

  private func finding(
    _ entity: String, _ kind: String, _ object: String, _ problem: GuardFinding.Problem, _ message: String
  ) -> GuardFinding {
    GuardFinding(
      store: store, entity: entity, kind: kind, object: object, problem: problem,
      message: "database \"\(database)\": \(message)")
  }

  public func limits() throws -> [String] {
    var limits: [String] = []
    let own = plan.entities.indices.filter { plan.entities[$0].source == index }
    func names(_ isOne: (Int) -> Bool) -> String? {
      let found = own.filter(isOne).map { plan.entities[$0].name }
      return found.isEmpty ? nil : found.joined(separator: ", ")
    }
    if !plan.roles.isEmpty, try !hasAccessControl() {
      limits.append(
        "the MongoDB server runs without access control, so that its roles bind nobody: start mongod with --auth"
      )
    }
    if plan.roles.isEmpty, let checked = names({ !plan.entities[$0].writers.isEmpty }) {
      limits.append(
        "the mapping declares no roles (guard: { roles: … } in set.yaml), so that MongoDB can't check the writers of \(checked)"
      )
    }
    if let fenced = names({ plan.entities[$0].requiresFence && plan.entities[$0].mode == .enforce }) {
      limits.append("MongoDB can't see fences, so that those of \(fenced) aren't checked")
    }
    let observed = names {
      if case .observe = plan.storeRule(of: $0, in: index) { true } else { false }
    }
    if let observed {
      limits.append(
        "MongoDB can't count writes that it lets pass, so that nothing is installed for \(observed): the library, and the"
          + " audit's baseline of the old store, see who still writes")
    }
    let refused = names {
      if case .refuse = plan.storeRule(of: $0, in: index) { true } else { false }
    }
    if let refused {
      limits.append(
        "who knows the hidden name (\(MongoCollectionInfo.frozenPrefix)…) of \(refused) can delete there, or write with"
          + " bypassDocumentValidation, unless access control withholds it; and whoever may drop the view can"
      )
    }
    return limits
  }

  /// Whether users can do only what they were given.
  private func hasAccessControl() throws -> Bool {
    do {
      let options = try mongo.run(command: ["getCmdLineOpts": 1], database: "admin")["parsed"]?.document
      let security = options?["security"]?.document
      return security?["authorization"]?.string == "enabled" || security?["keyFile"] != nil
        || security?["clusterAuthMode"] != nil
    } catch let error as MongoError where error.domain == .server && error.code == 13 {
      // It refuses us: so it checks.
      return true
    }
  }
}
