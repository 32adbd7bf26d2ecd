/// Reads what is different about a core entity that has always lived in Postgres: it has no "source", and so nothing that says
/// how records are read from one.
struct NativeReader {
  let log: DiagnosticLog

  /// Whether the file describes such an entity.
  func isNative(_ object: ObjectReader<EntityKey>, _ owner: Entity.Owner?) -> Bool {
    guard object[.source] == nil else { return false }
    if owner == .feature {
      log.error(
        "a feature entity needs \"source\": the store that it stays in", at: object.location,
        help: "write, for example, source: { store: app, collection: flows }")
    }
    return owner == .core
  }

  /// Where it lives.
  func source(_ table: TableName, _ set: SetDraft) -> EntityReader.Source {
    EntityReader.Source(store: set.targetName, collection: table.display, isRow: true)
  }

  func check(_ object: ObjectReader<EntityKey>, _ entity: inout Entity) {
    if object[.phase] != nil, entity.phase != .core {
      log.error(
        "an entity without \"source\" has always lived in Postgres, so its phase is core, not \(entity.phase.rawValue)",
        at: object.place(of: .phase), help: "remove \"phase\", or say under \"source\" where it moves from")
    }
    entity.phase = .core
    for key in EntityKey.moving where object[key] != nil {
      log.error(
        "an entity without \"source\" is read from nowhere, so it has no \"\(key.rawValue)\"",
        at: object.place(of: key), help: "remove it, or say under \"source\" where the entity moves from")
    }
    for field in object[.fields]?.pairs ?? [] {
      guard let rules = field.value.pairs else { continue }
      for rule in rules where FieldKey.moving.contains(where: { $0.rawValue == rule.key.scalarText }) {
        log.error(
          "an entity without \"source\" is read from nowhere, so its fields have no \"\(rule.key.scalarText ?? "")\"",
          at: rule.key.location, help: "remove it; a default belongs into the migrations")
      }
    }
  }
}
