import Backfill
import Codec
import Mongo
import Postgres
import SQLite
import TestSupport

/// A source, its copy, a writer into both, and ten damages to records that it leaves alone.
struct WriterScene {
  let store: PlantedStore
  let mongo: TestMongo?
  let sqlite: TestSQLite?
  let target: TestPostgres
  let writer: DelayedWriter
  /// Opens the source for writing.
  private let source: @Sendable () throws -> any SourceWriter

  /// Records that nobody writes to: those from here on.
  private static let still = 100_001

  init(_ store: PlantedStore, seed: UInt64, delay: Double) throws {
    self.store = store
    target = try TestPostgres()
    let ids = Array(1...DelayedWriter.ids) + Array(Self.still..<Self.still + 500)
    let records = ids.map { WrittenRecord(id: $0) }
    switch store {
    case .mongo:
      let mongo = try TestMongo()
      try mongo.insert("items", records.map(\.document))
      let settings = mongo.connection.settings
      source = { MongoWriter(connection: try MongoConnection(settings)) }
      (self.mongo, sqlite) = (mongo, nil)
    case .sqlite:
      let sqlite = try TestSQLite("PRAGMA journal_mode = wal; \(WrittenRecord.sqliteTable)")
      try sqlite.execute("BEGIN;" + records.map(\.sqlite).joined(separator: ";") + "; COMMIT")
      let path = sqlite.path
      source = { try SQLiteWriter(path: path) }
      (mongo, self.sqlite) = (nil, sqlite)
    }
    writer = DelayedWriter(seed: seed, delay: delay, target: target.settings, source: source)
    try engine().backfill()
  }

  /// One of its own for each audit, as a process of its own would have.
  func engine() throws -> Engine {
    try Engine(mongo: mongo, sqlite: sqlite, into: target, WrittenRecord.mapping(store))
  }

  /// Changes one record on one side alone, over and over, until it is ended.
  func restless(in side: String) throws -> RestlessRecord {
    let (source, target) = (source, target.settings)
    return try RestlessRecord(WrittenRecord(id: Self.still)) {
      if side == "source" {
        let writer = try source()
        return { try writer.write($0) }
      }
      let connection = try PostgresConnection(target)
      return { _ = try connection.execute($0.postgres) }
    }
  }

  private static func id(_ number: Int) -> Int { still + number * 40 }

  /// Five damages on either side.
  func plant() throws {
    try target.execute(
      """
      UPDATE core.items SET version = 1 WHERE id = \(Self.id(0));
      UPDATE core.items SET name = name || ' ' WHERE id = \(Self.id(1));
      DELETE FROM core.items WHERE id = \(Self.id(2));
      UPDATE core.items_tags SET tag = 'NEW' WHERE items_id = \(Self.id(3));
      INSERT INTO core.items (id, version) VALUES (\(Self.still * 2), 1)
      """)
    if let mongo {
      try mongo.update("items", id: .int64(Int64(Self.id(4))), ["$set": ["version": 1]])
      try mongo.update("items", id: .int64(Int64(Self.id(5))), ["$unset": ["flag": 1]])
      try mongo.update("items", id: .int64(Int64(Self.id(6))), ["$push": ["tags": "more"]])
      try mongo.delete("items", id: .int64(Int64(Self.id(7))))
      try mongo.insert("items", [WrittenRecord(id: Self.still * 3).document])
    }
    try sqlite?.execute(
      """
      UPDATE items SET version = 1 WHERE id = \(Self.id(4));
      UPDATE items SET flag = NULL WHERE id = \(Self.id(5));
      UPDATE items SET tags = '["new", "more"]' WHERE id = \(Self.id(6));
      DELETE FROM items WHERE id = \(Self.id(7));
      \(WrittenRecord(id: Self.still * 3).sqlite)
      """)
  }

  static let damages = [
    "items different \(id(0)) [\"version\"]", "items different \(id(1)) [\"name\"]",
    "items missing \(id(2)) []",
    "items different \(id(3)) [\"items_tags\"]", "items extra \(still * 2) []",
    "items different \(id(4)) [\"version\"]", "items different \(id(5)) [\"flag\"]",
    "items different \(id(6)) [\"items_tags\"]", "items extra \(id(7)) []", "items missing \(still * 3) []",
  ].sorted()
}
