internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// What a reset of a mapping set is about: every declared table and collection, in the order in which they can be emptied.
struct ResetPlan {
  let set: MappingSet
  /// The core entities' tables.
  let plans: [EntityPlan]
  /// Those that exist, what refers before what is referred to.
  private(set) var objects: [ResetObject] = []
  /// Old copies of entities that Postgres owns now.
  private(set) var frozen: [(entity: String, store: String, collection: String)] = []
  /// Foreign keys of the target.
  let foreignKeys: [LiveForeignKey]

  /// - Throws: ``ResetRefusal`` where a store that would be emptied is protected.
  init(_ set: MappingSet, plans: [EntityPlan], connection: PostgresConnection) throws {
    self.set = set
    let plans = try plans + Self.plansOfFeatureTables(set)
    self.plans = plans
    foreignKeys = try LiveForeignKey.all(in: connection)
    var found: [ResetObject] = []
    for plan in plans {
      let tables = [(plan.table, Int?.none)] + plan.children.enumerated().map { ($1.table, Int?.some($0)) }
      for (table, child) in tables where try Self.exists(table, connection) {
        found.append(
          ResetObject(entities: [plan.entity], store: set.targetStore.name, place: .rows(table, child: child))
        )
      }
    }
    var collections: [(store: String, name: String, entities: [Entity])] = []
    for entity in set.entities where !entity.isNative && set.sourceKind(of: entity) != .postgres {
      if let index = collections.firstIndex(where: {
        $0.store == entity.store && $0.name == entity.collection
      }) {
        collections[index].entities.append(entity)
      } else {
        collections.append((entity.store, entity.collection, [entity]))
      }
    }
    for place in collections {
      let owned = place.entities.filter(\.isInOldStore)
      if owned.isEmpty {
        for entity in place.entities where entity.phase == .core {
          frozen.append((entity.name, place.store, place.name))
        }
        continue
      }
      guard owned.count == place.entities.count else {
        throw ResetRefusal(
          "the collection \"\(place.name)\" of the store \"\(place.store)\" holds entities in different phases"
            + " (\(place.entities.map { "\($0.name): \($0.phase.rawValue)" }.joined(separator: ", "))), so it can neither be"
            + " emptied nor stay; bring them to one phase first")
      }
      found.append(
        ResetObject(entities: place.entities, store: place.store, place: .records(collection: place.name)))
    }
    objects = RemovalOrder(found, set: set, foreignKeys: foreignKeys).ordered
  }

  /// Feature data that stays in the target's own database: tables like others.
  private static func plansOfFeatureTables(_ set: MappingSet) throws -> [EntityPlan] {
    try set.entities.filter { $0.owner == .feature && set.sourceKind(of: $0) == .postgres }.map { entity in
      if let field = entity.fields.first(where: { $0.paths != [ValuePath(field: $0.column)] }) {
        throw ResetProblem(
          "\(field.location.file):\(field.location.line): a reset looks for the column \"\(field.column)\" in the table"
            + " \"\(entity.collection)\" of PostgreSQL itself; name the field after its column, without \"from\""
        )
      }
      var plan = try EntityPlan(referencesOf: entity, source: .postgres)
      let parts = entity.collection.split(separator: ".", maxSplits: 1).map(String.init)
      plan.table = TableName(schema: parts.count == 2 ? parts[0] : set.schema, name: parts.last ?? "")
      plan.children = []
      return plan
    }
  }

  /// Refuses to empty what is protected. Asked before any store is.
  static func refuseProtected(_ set: MappingSet) throws(ResetRefusal) {
    let emptied = set.entities.filter { !$0.resetKeepsAll }.flatMap { entity in
      (entity.owner == .core ? [set.targetStore.name] : [])
        + (!entity.isNative && entity.isInOldStore ? [entity.store] : [])
    }
    let names = set.stores.filter { $0.isProtected && emptied.contains($0.name) }.map(\.name)
    guard names.isEmpty else { throw ResetRefusal(protected: names) }
  }

  /// The objects that lose records.
  var emptied: [ResetObject] { objects.filter { !$0.keepsAll } }

  func plan(of entity: Entity) -> EntityPlan? { plans.first { $0.entity.name == entity.name } }

  /// An entity's rows in the target, if they are there.
  func rows(of entity: Entity) -> ResetObject? {
    objects.first { $0.isRows && $0.isMain && $0.entity == entity.name }
  }

  /// An entity's records in its own store, if they count.
  func records(of entity: Entity) -> ResetObject? {
    objects.first { object in !object.isRows && object.entities.contains { $0.name == entity.name } }
  }

  /// What the reset was asked for: another mapping, or another phase, is another reset.
  func fingerprint(sources: [String]) -> String {
    var text = sources.sorted().joined(separator: "\n")
    for entity in set.entities {
      text +=
        "\n\(entity.name) \(entity.phase.rawValue) \(entity.resetKeepsAll)"
        + entity.resetKeep.map { " \($0.column)=\($0.values)" }.joined()
    }
    for object in objects { text += "\n\(object.store) \(object.name)" }
    var digest = ByteBuffer(capacity: 32)
    var hex = ByteBuffer(capacity: 64)
    text.withUTF8 { SHA256.append(digestOf: UnsafeRawBufferPointer($0), to: &digest) }
    Hex.append(digest.bytes, to: &hex)
    return String(decoding: hex.bytes, as: UTF8.self)
  }

  private static func exists(_ table: TableName, _ connection: PostgresConnection) throws -> Bool {
    try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(table.sql)]).first?["found"]
      == "t"
  }
}

extension Entity {
  /// Whether the store that it comes from owns its records: a reset empties that, too.
  var isInOldStore: Bool { owner == .feature || phase == .legacy || phase == .shadow }
}
