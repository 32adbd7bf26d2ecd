import Audit
import Backfill
import Catalog
import Codec
import Mapping
import Postgres
import TestSupport
import Testing

/// Every string survives byte for byte, or waits in quarantine with its bytes: as a text, a varchar, JSON, a key, and a
/// field's name, from both kinds of source.
@Suite("Hostile strings")
struct HostileStringTests {
  private static let kinds = ["texts", "varchars", "documents", "keys"]
  private static let varcharLength = 20
  /// A row of a B-tree index holds no more; what compresses well may be longer.
  private static let keyBytes = 2500

  private static func entities(_ store: String, _ container: String, _ id: String) -> [String] {
    let value = ["texts": "text", "varchars": "varchar(\(varcharLength))", "documents": "jsonb"]
    return kinds.map { kind in
      """
      entity: \(kind)
      owner: core
      source: { store: \(store), \(container): \(kind == "keys" ? "keyed" : "strings") }
      key: [id]
      fields: \(kind == "keys"
        ? "{ id: { from: \(container == "table" ? "v" : "_id"), type: text }, n: integer }"
        : "{ id: { from: \(id), type: integer }, v: \(value[kind] ?? "") }")
      """
    }
  }

  @Test("strings made up for this, from SQLite") func ownFromSQLite() throws {
    try checkSQLite(HostileStrings.own)
  }

  @Test("strings made up for this, from MongoDB") func ownFromMongo() throws {
    try checkMongo(HostileStrings.own)
  }

  @Test(
    "every string of the published suites, from SQLite",
    .enabled(if: HostileStrings.folder != nil, "KEDGE_DATA_DIR isn't set"))
  func suitesFromSQLite() throws {
    let strings = try HostileStrings.ofSuites()
    #expect(strings.count > 1000)
    try checkSQLite(strings)
  }

  @Test(
    "every string of the published suites, from MongoDB",
    .enabled(if: HostileStrings.folder != nil, "KEDGE_DATA_DIR isn't set"))
  func suitesFromMongo() throws {
    let strings = try HostileStrings.ofSuites()
    #expect(strings.count > 1000)
    try checkMongo(strings)
  }

  private func checkSQLite(_ strings: [[UInt8]]) throws {
    let file = try TestSQLite(
      "CREATE TABLE strings (n INTEGER PRIMARY KEY, v TEXT); CREATE TABLE keyed (v TEXT PRIMARY KEY NOT NULL, n INTEGER)"
    )
    try file.execute("BEGIN")
    for (number, string) in strings.enumerated() {
      let text = "CAST(x'\(Self.hex(string))' AS TEXT)"
      try file.execute("INSERT INTO strings VALUES (\(number), \(text))")
      try file.execute("INSERT INTO keyed VALUES (\(text), \(number))")
    }
    try file.execute("COMMIT")
    let engine = try Engine(
      sqlite: file, into: try TestPostgres(), Self.entities("file", "table", "n"))
    try check(engine, strings)
  }

  private func checkMongo(_ strings: [[UInt8]]) throws {
    let mongo = try TestMongo()
    var names: [[UInt8]] = []
    var (values, keyed, named): ([BSONDocument], [BSONDocument], [BSONDocument]) = ([], [], [])
    for (number, string) in strings.enumerated() {
      let text = [2] + Self.littleEndian(string.count + 1) + string + [0]
      values.append(try Self.document(Self.integer("_id", number) + Self.named(text, "v")))
      keyed.append(try Self.document(Self.named(text, "_id") + Self.integer("n", number)))
      // A name ends at its NUL.
      guard !string.contains(0) else { continue }
      let inner = try Self.document([0x0A] + string + [0])
      named.append(
        try Self.document(Self.integer("_id", names.count) + Self.named([3] + inner.bytes, "v")))
      names.append(string)
    }
    for (collection, documents) in [("strings", values), ("keyed", keyed), ("named", named)] {
      for start in stride(from: 0, to: documents.count, by: 1000) {
        try mongo.insert(collection, Array(documents[start...].prefix(1000)))
      }
    }
    let engine = try Engine(
      mongo: mongo, into: try TestPostgres(),
      Self.entities("app", "collection", "_id") + [
        """
        entity: names
        owner: core
        source: { store: app, collection: named }
        key: [id]
        fields: { id: { from: _id, type: integer }, v: jsonb }
        """
      ])
    try check(engine, strings)
    try check(
      engine, "names", names,
      in: "SELECT id, encode(convert_to(k, 'UTF8'), 'hex') FROM core.names, jsonb_object_keys(v) k")
  }

  /// Backfills, and looks at every string in every table.
  private func check(_ engine: Engine, _ strings: [[UInt8]]) throws {
    try engine.backfill { $0.chunkSize = 700 }
    for kind in Self.kinds {
      let value = kind == "documents" ? "v #>> '{}'" : kind == "keys" ? "id" : "v"
      let number = kind == "keys" ? "n" : "id"
      try check(
        engine, kind, strings,
        in: "SELECT \(number), encode(convert_to(\(value), 'UTF8'), 'hex') FROM core.\(kind)")
    }
    #expect(try engine.audit().differences == [])
  }

  private func check(_ engine: Engine, _ kind: String, _ strings: [[UInt8]], in query: String) throws {
    var landed: [Int: String] = [:]
    for row in try engine.target.connection.query(query) {
      let number = try #require(row[0].flatMap { Int($0) })
      #expect(landed.updateValue(row[1] ?? "NULL", forKey: number) == nil, "\(kind): \(number) landed twice")
    }
    var waiting: [Int: QuarantineEntry] = [:]
    for entry in try Catalog(engine.target.connection).quarantined(
      set: engine.set.name, entity: kind, limit: 100_000, withRecords: true)
    {
      let record = try BSONDocument(bytes: entry.record)
      let number = try #require((record["n"] ?? record["_id"])?.integer.map { Int($0) })
      #expect(waiting.updateValue(entry, forKey: number) == nil, "\(kind): \(number) waits twice")
    }
    for (number, string) in strings.enumerated() {
      if let entry = waiting[number] {
        #expect(landed[number] == nil, "\(kind): \(Self.shown(string)) landed and waits")
        #expect(
          reasons(kind, string).contains(entry.reason),
          "\(kind): \(Self.shown(string)) waits: \(entry.reason)")
        #expect(Self.contains(entry.record, string), "\(kind): \(Self.shown(string)) waits without its bytes")
      } else {
        #expect(landed[number] == Self.hex(string), "\(kind): \(Self.shown(string))")
        #expect(mayLand(kind, string), "\(kind): \(Self.shown(string)) can't land")
      }
    }
  }

  /// For what a string may wait.
  private func reasons(_ kind: String, _ string: [UInt8]) -> Set<String> {
    var reasons: Set<String> = []
    if string.contains(0) { reasons.insert("contains_nul") }
    guard let text = String(validating: string, as: UTF8.self) else { return reasons.union(["invalid_utf8"]) }
    if kind == "varchars", text.unicodeScalars.count > Self.varcharLength { reasons.insert("too_long") }
    if kind == "keys", string.count > Self.keyBytes { reasons.insert("database") }
    return reasons
  }

  private func mayLand(_ kind: String, _ string: [UInt8]) -> Bool {
    reasons(kind, string).subtracting(["database"]).isEmpty
  }

  private static func contains(_ record: [UInt8], _ string: [UInt8]) -> Bool {
    string.isEmpty || record.indices.contains { record[$0...].starts(with: string) }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func shown(_ string: [UInt8]) -> String {
    String(decoding: string.prefix(60), as: UTF8.self).debugDescription
  }

  // MARK: Documents byte by byte, for what no Swift text can hold

  private static func littleEndian(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  private static func document(_ elements: [UInt8]) throws -> BSONDocument {
    try BSONDocument(bytes: littleEndian(elements.count + 5) + elements + [0])
  }

  /// An element: its type's byte and value, with a name between them.
  private static func named(_ value: [UInt8], _ name: String) -> [UInt8] {
    [value[0]] + Array(name.utf8) + [0] + value.dropFirst()
  }

  private static func integer(_ name: String, _ number: Int) -> [UInt8] {
    named([0x10] + littleEndian(number), name)
  }
}
