internal import Codec
internal import Mapping
internal import Mongo
internal import SQLite

extension Fixtures {
  /// Puts the records of all entities of MongoDB stores into a database. A core entity whose key isn't `_id` gets the unique index
  /// that Kedge wants.
  ///
  /// - Parameter store: of this store alone; nil for all of its kind.
  /// - Throws: `MongoError`.
  public func insert(into database: TemporaryMongo, store: String? = nil) throws {
    let connection = try database.connect()
    for entity in entities(of: .mongo, store) {
      try connection.insert(entity.collection, documents: documents(of: entity.name))
      guard entity.owner == .core, let index = Self.uniqueIndex(of: entity) else { continue }
      try connection.run(command: [
        "createIndexes": .string(entity.collection), "indexes": [.document(index)],
      ])
    }
  }

  /// Puts the rows of all entities of SQLite stores into a file. Tables that aren't there are made, with columns of no type, and
  /// the source columns of the key for a primary key.
  ///
  /// - Parameter store: of this store alone; nil for all of its kind.
  /// - Throws: `SQLiteError`; ``FixtureError`` for a value that SQLite doesn't have.
  public func insert(into database: TemporarySQLite, store: String? = nil) throws {
    let connection = try database.connect()
    try connection.execute("BEGIN")
    for entity in entities(of: .sqlite, store) {
      let documents = documents(of: entity.name)
      let columns = Self.columns(of: entity, documents)
      try connection.execute(Self.tableSQL(of: entity, columns))
      let names = columns.map { SQLiteConnection.quoted($0) }.joined(separator: ", ")
      let marks = columns.map { _ in "?" }.joined(separator: ", ")
      let sql = "INSERT INTO \(SQLiteConnection.quoted(entity.collection)) (\(names)) VALUES (\(marks))"
      for document in documents {
        try connection.query(sql, try columns.map { try Self.value(document[$0], "\(entity.name).\($0)") })
      }
    }
    try connection.execute("COMMIT")
  }

  private func entities(of kind: Store.Kind, _ store: String?) -> [Entity] {
    entities.compactMap(set.entity(named:)).filter {
      set.sourceKind(of: $0) == kind && (store == nil || $0.store == store)
    }
  }

  private static func uniqueIndex(of entity: Entity) -> BSONDocument? {
    let paths = entity.key.compactMap { key in entity.fields.first { $0.column == key }?.paths.first }
    let names = paths.map { path in
      path.steps.compactMap { if case .field(let name) = $0 { name } else { nil } }.joined(separator: ".")
    }
    guard names != ["_id"], !names.isEmpty, names.count == entity.key.count else { return nil }
    let keys = BSONDocument(names.map { ($0, 1) })
    return ["key": .document(keys), "name": "kedge_testing_key", "unique": true]
  }

  /// Every column that the mapping reads or a record has.
  private static func columns(of entity: Entity, _ documents: [BSONDocument]) -> [String] {
    func first(_ path: ValuePath) -> String? {
      if case .field(let name)? = path.steps.first { name } else { nil }
    }
    var names: [String] = []
    let paths = entity.fields.flatMap(\.paths) + entity.children.map(\.path) + entity.filters.map(\.path)
    for name in paths.compactMap(first) + documents.flatMap(\.keys) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  private static func tableSQL(of entity: Entity, _ columns: [String]) -> String {
    let keys = entity.key.compactMap { key -> String? in
      guard
        case .field(let name)? = entity.fields.first(where: { $0.column == key })?.paths.first?.steps.first
      else { return nil }
      return name
    }
    let isInteger =
      keys.count == 1
      && entity.fields.contains {
        $0.column == entity.key[0] && $0.transforms.isEmpty
          && [.bigint, .integer, .smallint].contains($0.type)
      }
    var parts = columns.map { name in
      SQLiteConnection.quoted(name) + (isInteger && keys == [name] ? " INTEGER PRIMARY KEY" : "")
    }
    if !keys.isEmpty, !isInteger {
      parts.append("PRIMARY KEY (" + keys.map { SQLiteConnection.quoted($0) }.joined(separator: ", ") + ")")
    }
    return
      "CREATE TABLE IF NOT EXISTS \(SQLiteConnection.quoted(entity.collection)) (\(parts.joined(separator: ", ")))"
  }

  private static func value(_ value: BSONValue?, _ place: String) throws -> SQLiteValue {
    switch value {
    case nil, .null: .null
    case .string(let text): .text(text)
    case .int32(let number): .integer(Int64(number))
    case .int64(let number): .integer(number)
    case .double(let number): .real(number)
    case .bool(let truth): .integer(truth ? 1 : 0)
    case .binary(_, let bytes): .blob(bytes)
    default:
      throw FixtureError("\(place) came out as a value that SQLite doesn't have. Give values for its column.")
    }
  }
}
