/// Reads one entity's file.
struct EntityReader {
  let log: DiagnosticLog
  let set: SetDraft

  /// - Returns: nil when the file doesn't even say which entity it describes.
  func read(_ node: YAMLNode) -> EntityDraft? {
    guard let object = ObjectReader<EntityKey>(node, log: log) else { return nil }
    guard let nameNode = object[.entity], let name = log.text(nameNode, "\"entity\"") else { return nil }
    if name.value.isEmpty { log.error("an entity needs a name", at: name.location) }

    let owner = object[.owner].flatMap { log.word($0, "\"owner\"", as: Entity.Owner.self) }
    let isCore = owner != .feature
    if owner == .core {
      for key in EntityKey.neededForCore where object[key] == nil {
        log.error("a core entity needs \"\(key.rawValue)\"", at: name.location)
      }
    }
    if !isCore { refuseTargetKeys(object) }

    let target = self.target(object[.target], name, isCore)
    let native = NativeReader(log: log)
    let isNative = native.isNative(object, owner)
    let source = isNative ? target.map { native.source($0.table, set) } : self.source(object[.source])
    var entity = Entity(
      name: name.value, location: name.location, owner: owner ?? .core, store: source?.store ?? "",
      collection: source?.collection ?? "", table: target?.table, key: [], fields: [])
    entity.isNative = isNative
    if let phase = object[.phase].flatMap({ log.word($0, "\"phase\"", as: Entity.Phase.self) }) {
      entity.phase = phase
    }
    if isNative { native.check(object, &entity) }
    var draft = EntityDraft(entity: entity, tableLocation: target?.location ?? name.location)
    draft.isRow = source?.isRow ?? false

    if let key = object[.key] {
      draft.key = log.distinctTexts(key, "\"key\"")
      draft.entity.key = draft.key.map(\.value)
    }
    if let texts = object[.jsonText] { readJSONText(texts, &draft) }
    if let fields = object[.fields] {
      let reader = FieldReader(
        log: log, schema: set.schema, key: Set(draft.entity.key), isRow: source?.isRow ?? false,
        jsonText: draft.entity.jsonText)
      draft.fields = reader.fields(fields)
      draft.entity.fields = draft.fields.map(\.field)
      if isCore, draft.fields.isEmpty, fields.pairs != nil {
        log.error("a core entity needs at least the fields of its key", at: fields.location)
      }
    }
    if let children = object[.children] { readChildren(children, object, source, &draft) }
    if isCore, let rest = object[.rest].flatMap({ log.text($0, "\"rest\"") }) {
      log.checkName(rest, NameRules.columnProblem)
      draft.rest = rest
      draft.entity.rest = rest.value
    }
    if isCore, let generated = object[.generated] {
      draft.entity.generated = GeneratedReader(log: log, schema: set.schema).read(generated)
    }
    if let references = object[.references] {
      draft.references = ReferenceReader(log: log).read(references)
    }
    if let filters = object[.filters] { draft.entity.filters = FilterReader(log: log).read(filters) }
    RuleReader(log: log).read(object, into: &draft)
    return draft
  }

  private func refuseTargetKeys(_ object: ObjectReader<EntityKey>) {
    for key in EntityKey.coreOnly where object[key] != nil {
      log.error(
        "a feature entity stays in its store, so it has no \"\(key.rawValue)\"", at: object.place(of: key),
        help: "remove it, or make the entity's owner core")
    }
  }

  struct Source {
    var store: String
    var collection: String
    var isRow: Bool
  }

  private func source(_ node: YAMLNode?) -> Source? {
    guard let node, let object = ObjectReader<SourceKey>(node, log: log) else { return nil }
    let store = object[.store].flatMap { log.text($0, "\"store\"") }
    var source = Source(store: store?.value ?? "", collection: "", isRow: false)
    let declared = store.flatMap { set.store(named: $0.value) }
    if let store, declared == nil, set.isComplete {
      let names = set.stores.map(\.value.name)
      log.error(
        "unknown store \"\(store.value)\"", at: store.location,
        help: NearestWord.help(for: store.value, among: names)
          ?? "set.yaml declares \(names.joined(separator: ", "))")
    }
    source.isRow = declared.map { $0.kind != .mongo } ?? false
    switch (object[.collection], object[.table]) {
    case (nil, nil):
      log.error("a source needs \"\(source.isRow ? "table" : "collection")\"", at: object.location)
    case (let collection?, nil):
      if let declared, declared.kind != .mongo {
        log.error(
          "the \(declared.kind.rawValue) store \"\(declared.name)\" has tables, not collections",
          at: object.place(of: .collection), help: "write \"table\"")
      }
      source.collection = name(collection, "\"collection\"")
    case (nil, let table?):
      if let declared, declared.kind == .mongo {
        log.error(
          "the mongo store \"\(declared.name)\" has collections, not tables", at: object.place(of: .table),
          help: "write \"collection\"")
      }
      source.collection = name(table, "\"table\"")
    case (_?, _?):
      log.error("a source has a \"collection\" or a \"table\", not both", at: object.place(of: .table))
    }
    return source
  }

  private func name(_ node: YAMLNode, _ what: String) -> String {
    guard let text = log.text(node, what) else { return "" }
    if text.value.isEmpty { log.error("\(what) can't be empty", at: text.location) }
    return text.value
  }

  private func target(_ node: YAMLNode?, _ name: Located<String>, _ isCore: Bool) -> (
    table: TableName, location: SourceLocation
  )? {
    guard isCore else { return nil }
    var table = Located(value: name.value, location: name.location)
    var schema = set.schema
    if let node, let object = ObjectReader<TargetKey>(node, log: log) {
      if let text = object[.table].flatMap({ log.text($0, "\"table\"") }) { table = text }
      if let text = object[.schema].flatMap({ log.text($0, "\"schema\"") }) {
        log.checkName(text, NameRules.schemaProblem)
        schema = text.value
      }
    }
    log.checkName(table, NameRules.problem)
    return (TableName(schema: schema, name: table.value), table.location)
  }

  private func readJSONText(_ node: YAMLNode, _ draft: inout EntityDraft) {
    for item in node.items ?? [node] {
      guard let path = log.path(item, "an item of \"json-text\"") else { continue }
      if path.steps.isEmpty || path.steps.last == .each {
        log.error(
          "\"json-text\" names fields whose text is JSON, and \"\(path)\" is no field", at: item.location)
        continue
      }
      if draft.jsonText.contains(where: { $0.value == path }) {
        log.error("\"\(path)\" stands twice in \"json-text\"", at: item.location)
      }
      draft.jsonText.append(Located(value: path, location: item.location))
    }
    draft.entity.jsonText = draft.jsonText.map(\.value)
  }

  private func readChildren(
    _ node: YAMLNode, _ object: ObjectReader<EntityKey>, _ source: Source?, _ draft: inout EntityDraft
  ) {
    let key = draft.entity.key
    if draft.entity.owner == .feature, key.isEmpty, object[.key] == nil {
      log.error(
        "a feature entity with children needs \"key\", so that an element's record can be named",
        at: object.place(of: .children))
    }
    // For a feature entity a name that nothing is created by.
    let table = draft.entity.table ?? TableName(schema: set.schema, name: draft.entity.name)
    let reader = ChildReader(
      log: log, table: table, key: key, usualParents: key.map { draft.entity.name + "_" + $0 },
      isCore: draft.entity.owner == .core, schema: set.schema)
    draft.children = reader.read(node)
    draft.entity.children = draft.children.map(\.child)
    if draft.children.contains(where: { draft.goesIntoPlainColumn($0.child.path) }) {
      log.error(
        "the records are rows, which hold no arrays to make child tables of", at: object.place(of: .children),
        help:
          "name the column in \"json-text\" if it holds JSON, or give the other table an entity of its own")
    }
  }
}
