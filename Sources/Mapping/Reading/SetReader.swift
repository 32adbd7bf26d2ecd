/// What `set.yaml` says, with the places that later checks need.
struct SetDraft {
  var name = ""
  var schema = "core"
  var stores: [Located<Store>] = []
  var undeclared = UndeclaredRule.report
  var guardMode = GuardMode.enforce
  var roles: [RoleDraft] = []
  var crossings: [CrossingDraft] = []
  /// Whether `set.yaml` could be read, so that a store which it doesn't name is really unknown.
  var isComplete = false

  /// The store that core entities live in at the end.
  var targetName: String {
    stores.first { $0.value.kind == .postgres }?.value.name ?? MappingSet.usualTarget.name
  }

  func store(named name: String) -> Store? { stores.first { $0.value.name == name }?.value }
}

/// Reads `set.yaml`.
struct SetReader {
  let log: DiagnosticLog

  func read(_ node: YAMLNode) -> SetDraft {
    var draft = SetDraft()
    guard let object = ObjectReader<SetKey>(node, log: log) else { return draft }
    if let name = object[.set].flatMap({ log.text($0, "\"set\"") }) {
      draft.name = name.value
      if name.value.isEmpty { log.error("a set needs a name", at: name.location) }
    }
    if let schema = object[.schema].flatMap({ log.text($0, "\"schema\"") }) {
      draft.schema = schema.value
      log.checkName(schema, NameRules.schemaProblem)
    }
    if let node = object[.audit], let rules = ObjectReader<SetAuditKey>(node, log: log),
      let word = rules[.undeclared].flatMap({ log.word($0, "\"undeclared\"", as: UndeclaredRule.self) })
    {
      draft.undeclared = word
    }
    let guards = GuardReader(log: log)
    if let node = object[.guardrails] { guards.setRules(node, into: &draft) }
    if let node = object[.crossings] { draft.crossings = guards.crossings(node) }
    guard let stores = object[.stores] else { return draft }
    draft.isComplete = stores.pairs != nil
    for pair in log.namedPairs(stores, "\"stores\"") {
      if pair.name.value.isEmpty { log.error("a store needs a name", at: pair.name.location) }
      if let store = store(pair.name, pair.value) {
        draft.stores.append(Located(value: store, location: pair.name.location))
      } else {
        draft.isComplete = false
      }
    }
    for extra in draft.stores.filter({ $0.value.kind == .postgres }).dropFirst() {
      log.error(
        "a set has one postgres store, its target; \"\(extra.value.name)\" is another", at: extra.location)
    }
    return draft
  }

  private func store(_ name: Located<String>, _ node: YAMLNode) -> Store? {
    guard let object = ObjectReader<StoreKey>(node, log: log), let kindNode = object[.kind],
      let kind = log.word(kindNode, "\"kind\"", as: Store.Kind.self)
    else { return nil }
    var store = Store(name: name.value, kind: kind)
    if let node = object[.environment] {
      let variables = log.distinctTexts(node, "\"environment\"")
      for variable in variables where !isVariable(variable.value) {
        log.error(
          "\"\(variable.value)\" isn't the name of an environment variable", at: variable.location,
          help: "letters, digits and \"_\", as in MONGODB_URI")
      }
      store.environment = variables.map(\.value)
    }
    if let url = object[.url].flatMap({ log.text($0, "\"url\"") }) {
      checkURL(url, kind)
      store.url = url.value
    }
    if let node = object[.database], let database = log.text(node, "\"database\"") {
      if kind != .mongo {
        log.error(
          "only a mongo store has a \"database\"; this one is \(kind.rawValue)",
          at: object.place(of: .database),
          help: "name it in the URL")
      }
      store.database = database.value
    }
    store.isProtected = object[.protected].flatMap { log.boolean($0, "\"protected\"") } ?? false
    if let node = reading(.readPreference, object, kind) {
      store.readPreference = log.word(node, "\"read-preference\"", as: Store.ReadPreference.self)
    }
    if let node = reading(.readConcern, object, kind) {
      store.readConcern = log.word(node, "\"read-concern\"", as: Store.ReadConcern.self)
    }
    return store
  }

  /// How a store is read, which only a mongo store leaves open.
  private func reading(_ key: StoreKey, _ object: ObjectReader<StoreKey>, _ kind: Store.Kind) -> YAMLNode? {
    guard let node = object[key] else { return nil }
    if kind == .mongo { return node }
    log.error(
      "only a mongo store has a \"\(key.rawValue)\"; this one is \(kind.rawValue)", at: object.place(of: key))
    return nil
  }

  /// No message here shows the URL: it may hold a password.
  private func checkURL(_ url: Located<String>, _ kind: Store.Kind) {
    if PasswordMask.findsPassword(in: url.value) {
      log.error(
        "a password doesn't belong into a mapping file", at: url.location,
        help: "put the whole URL into an environment variable and name that under \"environment\"")
    }
    let schemes =
      switch kind {
      case .mongo: ["mongodb://", "mongodb+srv://"]
      case .postgres: ["postgres://", "postgresql://"]
      case .sqlite: ["sqlite:"]
      }
    let isPath = kind == .sqlite && !url.value.contains("://")
    if !isPath, !schemes.contains(where: { url.value.hasPrefix($0) }) {
      log.error(
        "the URL of a \(kind.rawValue) store starts with \(schemes.joined(separator: " or "))",
        at: url.location)
    }
  }

  private func isVariable(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
    return name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0 == "_" || $0.properties.numericType != nil || $0.properties.isAlphabetic)
    }
  }
}
