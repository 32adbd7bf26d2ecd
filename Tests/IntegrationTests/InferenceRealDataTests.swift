import Codec
import Foundation
import Mapping
import Mongo
import SQLite
import Testing

@testable import Inference

@Suite("Inference over real SQLite files", .enabled(if: InferenceData.folder != nil, InferenceData.missing))
struct InferenceSQLiteDataTests {
  @Test("every file: counts are the true ones, and every row encodes", arguments: InferenceData.sqliteFiles)
  func file(name: String) throws {
    let folder = try InferenceFolder()
    let original = try #require(InferenceData.folder).appending(path: "sqlite/\(name)")
    let path = folder.path("copy.db")
    try FileManager.default.copyItem(at: original, to: URL(filePath: path))
    let result = try SourceScan.run(.sqlite(path: path))

    let file = try #require(try InferenceData.truth("sqlite.json")[name] as? [String: Any])
    let tables = try #require(file["tables"] as? [String: [String: Any]])
    let own = tables.filter { $0.value["kind"] as? String != "internal" }
    #expect(Set(result.collections.map(\.name)) == Set(own.keys))
    for (table, facts) in own {
      let scan = try #require(result.collections.first { $0.name == table })
      #expect(scan.records == facts["rows"] as? Int, "\(table)")
      let columns = try #require(facts["columns"] as? [String: [String: Any]])
      #expect(Set(scan.fields.map(\.name)) == Set(columns.keys), "\(table)")
      for (column, facts) in columns {
        let field = try #require(scan.field(column))
        var counts: [String: Int] = [:]
        for (kind, count) in field.kinds { counts[Self.storage(kind)] = count }
        let storage = try #require(facts["storage"] as? [String: [String: Any]])
        #expect(counts == storage.compactMapValues { $0["n"] as? Int }, "\(table).\(column)")
        if let text = storage["text"] {
          #expect(field.texts.longestBytes == text["max_bytes"] as? Int ?? 0, "\(table).\(column)")
        }
        if let integer = storage["integer"] {
          #expect("\(field.integers.least)" == integer["min"] as? String, "\(table).\(column)")
          #expect("\(field.integers.greatest)" == integer["max"] as? String, "\(table).\(column)")
        }
      }
    }
    #expect(
      result.textReport().contains("rows") || result.collections.isEmpty || !result.textReport().isEmpty)
    try InferenceRun.check(.sqlite(path: path))
  }

  private static func storage(_ kind: ValueKind) -> String {
    switch kind {
    case .null: "null"
    case .int64: "integer"
    case .double: "real"
    case .string: "text"
    default: "blob"
    }
  }

  @Test("broken foreign keys are counted")
  func orphans() throws {
    let folder = try InferenceFolder()
    for (name, violations) in [("plaso/sqlite_zeitgeist_activity.sqlite", 44), ("Chinook_Sqlite.sqlite", 0)] {
      let path = folder.path("\(violations).db")
      let original = try #require(InferenceData.folder).appending(path: "sqlite/\(name)")
      try FileManager.default.copyItem(at: original, to: URL(filePath: path))
      let result = try SourceScan.run(.sqlite(path: path))
      #expect(result.collections.flatMap(\.references).reduce(0) { $0 + $1.orphans } == violations)
    }
  }
}

@Suite(
  "Inference over real Mongo collections", .enabled(if: InferenceData.folder != nil, InferenceData.missing))
struct InferenceMongoDataTests {
  @Test(
    "every collection: counts are the true ones, and every document encodes",
    arguments: InferenceData.mongoCollections)
  func collection(name: String) throws {
    let database = try InferenceDatabase()
    let file = try #require(InferenceData.folder).appending(path: "mongo/\(name).bson")
    try Data(contentsOf: file).withUnsafeBytes { try database.connection.insertRaw("documents", $0) }
    let result = try SourceScan.run(database.source)
    let scan = try #require(result.collections.first)

    let facts = try #require(try InferenceData.truth("mongo.json")[name] as? [String: Any])
    #expect(scan.records == facts["documents"] as? Int)
    #expect(scan.bytes == facts["bson_bytes"] as? Int)
    #expect(scan.longestRecord == facts["max_doc_bytes"] as? Int)
    #expect(scan.depth == facts["max_depth"] as? Int)
    let paths = try #require(facts["paths"] as? [String: [String: [String: Any]]])
    var found: [String: [String: Int]] = [:]
    for field in scan.fields.flatMap(\.all) { found[Self.dotted(field.path)] = Self.counts(field) }
    #expect(found == paths.mapValues { $0.compactMapValues { $0["n"] as? Int } })
    try InferenceRun.check(database.source)
    try InferenceRun.check(database.source, options: InferOptions(arrays: .tables))
  }

  private static func dotted(_ path: ValuePath) -> String {
    var text = ""
    for step in path.steps {
      switch step {
      case .field(let name): text += (text.isEmpty ? "" : ".") + name
      default: text += "[]"
      }
    }
    return text
  }

  private static func counts(_ field: FieldScan) -> [String: Int] {
    var counts: [String: Int] = [:]
    for (kind, count) in field.kinds {
      switch kind {
      case .int32: counts["int"] = count
      case .int64: counts["long"] = count
      case .document: counts["object"] = count
      case .binary: for (subtype, count) in field.binaries.subtypes { counts["binData(\(subtype))"] = count }
      default: counts[kind.name] = count
      }
    }
    return counts
  }
}
