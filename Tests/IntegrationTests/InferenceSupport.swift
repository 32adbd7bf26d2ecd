import Codec
import Foundation
import Mapping
import Mongo
import RecordSources
import SQLite
import Testing

@testable import Inference

/// Real databases with exact figures of what they hold, where the environment says that they lie.
enum InferenceData {
  static var folder: URL? {
    ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].map { URL(filePath: $0) }
  }
  static let missing: Comment = "KEDGE_DATA_DIR isn't set"

  static func truth(_ file: String) throws -> [String: Any] {
    let url = try #require(folder).appending(path: "truth/\(file)")
    return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
  }

  static var sqliteFiles: [String] { names("sqlite.json") }
  static var mongoCollections: [String] { names("mongo.json") }

  private static func names(_ file: String) -> [String] {
    do { return folder == nil ? [] : try truth(file).keys.sorted() } catch { return [] }
  }
}

/// A folder of its own for a test's files, removed afterwards.
final class InferenceFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "kedge-infer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(at: url) } catch { print("left behind: \(url.path): \(error)") }
  }

  func path(_ name: String) -> String { url.path + "/" + name }

  /// A database that these statements make.
  func database(_ sql: String) throws -> String {
    let path = path(UUID().uuidString + ".db")
    try SQLiteConnection(path: path, mode: .create).execute(sql)
    return path
  }
}

/// A Mongo database of its own, dropped afterwards.
final class InferenceDatabase {
  struct Unset: Error, CustomStringConvertible {
    var description: String { "Set KEDGE_TEST_MONGODB_URI to the URI of a MongoDB replica set for tests." }
  }

  let connection: MongoConnection
  var source: ScanSource { .mongo(connection.settings) }

  init() throws {
    guard let uri = ProcessInfo.processInfo.environment["KEDGE_TEST_MONGODB_URI"] else { throw Unset() }
    let name = "kedge_infer_\(UUID().uuidString.replacing("-", with: "").lowercased())"
    connection = try MongoConnection(MongoSettings(url: uri, database: name))
  }

  deinit {
    do { try connection.dropDatabase() } catch {
      print("left behind: \(connection.settings.database): \(error)")
    }
  }
}

/// Runs a mapping's plans over its source, as a backfill does up to the server.
enum InferenceRun {
  struct Outcome: Equatable {
    var records = 0
    var refused: [String] = []
    var unmapped: [String] = []
    var repeatedKeys = 0
  }

  static func source(_ source: ScanSource) -> any RecordSource {
    switch source {
    case .mongo(let settings): MongoSource(settings)
    case .sqlite(let path): SQLiteSource(path: path)
    }
  }

  static func encodeAll(_ set: MappingSet, from source: ScanSource) throws -> [String: Outcome] {
    let records = self.source(source)
    let session = try #require(try records.openSessions(1).take())
    var outcomes: [String: Outcome] = [:]
    for entity in set.entities {
      let plan = try EntityPlan(entity, source: records.kind)
      try session.verify(plan)
      let encoder = RecordEncoder(plan: plan.record)
      let cursor = try session.read(plan, .everything, order: .locator, into: encoder)
      let rows = (0...plan.children.count).map { _ in RowBuffer() }
      var outcome = Outcome()
      var keys: Set<[UInt8]> = []
      while try cursor.next() {
        outcome.records += 1
        do throws(Refusal) {
          try cursor.fill()
          try encoder.encode(prefix: .none, into: rows)
          var key = ByteBuffer(capacity: 64)
          try encoder.encodeKey(to: &key)
          if !keys.insert(Array(key.bytes)).inserted { outcome.repeatedKeys += 1 }
        } catch {
          outcome.refused.append(
            "\(error.reason) in \(plan.columnName(table: encoder.refused.table, column: encoder.refused.column) ?? "?")"
          )
        }
        for row in rows { row.removeAll() }
      }
      outcome.unmapped = encoder.unmapped.map(\.path)
      outcomes[entity.name] = outcome
    }
    return outcomes
  }

  /// Infers, writes, reads back, and encodes every record: nothing may be refused, left out or merged.
  static func check(_ source: ScanSource, options: InferOptions = InferOptions()) throws {
    let result = try SourceScan.run(source)
    let inferred = Inference.infer(result, options: options)
    let folder = try InferenceFolder()
    try InferredSet.write(inferred.set, comments: inferred.comments, to: folder.path("set"))
    let loaded: MappingSet
    do { loaded = try MappingSet.load(directory: folder.path("set")) } catch {
      Issue.record("\(error)")
      return
    }
    for (entity, outcome) in try encodeAll(loaded, from: source) {
      let scan = result.collections.first { $0.name == loaded.entity(named: entity)?.collection }
      #expect(outcome == Outcome(records: try #require(scan).records), "\(entity)")
    }
    #expect(Set(loaded.entities.map(\.collection)) == Set(result.collections.map(\.name)))
  }
}
