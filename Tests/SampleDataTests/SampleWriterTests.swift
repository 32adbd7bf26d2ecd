import Codec
import Foundation
import Mongo
import SQLite
import Testing

@testable import SampleData

@Suite struct MongoSampleTests {
  /// A database of its own on the test server, dropped afterwards.
  private func withDatabase(_ body: (MongoConnection) throws -> Void) throws {
    let url = try #require(
      ProcessInfo.processInfo.environment["KEDGE_TEST_MONGODB_URI"],
      "KEDGE_TEST_MONGODB_URI isn't set: run scripts/test, or name a replica set of one.")
    var settings = try MongoSettings(url: url, database: "samples")
    settings.database = "samples_\(UUID().uuidString.prefix(8))"
    let mongo = try MongoConnection(settings)
    defer { #expect(throws: Never.self) { try mongo.dropDatabase() } }
    try body(mongo)
  }

  @Test func writesWhatItSaysAndRefusesToMix() throws {
    try withDatabase { mongo in
      let sample = try SendfxSample(documents: 500, broken: 10)
      var reported: [String: Int] = [:]
      try SampleWriter(replacing: false) { reported[$0] = $1 }.write(sample, to: mongo)
      var stored = 0
      for collection in SendfxCollection.allCases {
        stored += try mongo.estimatedCount(collection.rawValue)
        #expect(reported[collection.rawValue] == sample.count(collection))
      }
      #expect(stored == SendfxCollection.allCases.reduce(10) { $0 + sample.count($1) })
      #expect(throws: SampleError.self) {
        try SampleWriter(replacing: false) { _, _ in }.write(sample, to: mongo)
      }
      try SampleWriter(replacing: true) { _, _ in }.write(sample, to: mongo)
      #expect(try mongo.estimatedCount("tiers") == sample.count(.tiers))
    }
  }

  @Test func disturbsThreeRecordsAndNamesThem() throws {
    try withDatabase { mongo in
      try SampleWriter(replacing: false) { _, _ in }.write(SendfxSample(documents: 500), to: mongo)
      let usage = try mongo.estimatedCount("openaiusages")
      let counters = try mongo.estimatedCount("usagecounters")
      let changes = try Disturbance.disturb(mongo, seed: 3)
      #expect(changes.map(\.change) == [.changed, .deleted, .added])
      #expect(try mongo.estimatedCount("openaiusages") == usage - 1)
      #expect(try mongo.estimatedCount("usagecounters") == counters + 1)
      let user = try #require(ObjectID(changes[0].key))
      let bytes = try #require(try mongo.find("users", filter: ["_id": .objectID(user)]).next())
      #expect(BSONDocument(copying: bytes)?["locale"]?.string?.hasPrefix("xx-") == true)
    }
  }

  @Test func refusesToDisturbAnEmptyDatabase() throws {
    try withDatabase { mongo in
      #expect(throws: SampleError.self) { try Disturbance.disturb(mongo, seed: 1) }
    }
  }

  @Test func aSetThatExistsStaysAsItIs() throws {
    try withDatabase { try ReplicaSet.initiate($0) }
  }
}

@Suite struct SQLiteSampleTests {
  /// A file of its own, removed afterwards.
  private func withFile(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kedge-samples-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    try body(folder.appending(path: "omnihub.db").path)
  }

  @Test func writesWhatItSaysAndRefusesToMix() throws {
    try withFile { path in
      let sample = try OmnihubSample(rows: 500, broken: 8)
      try SampleWriter(replacing: false) { _, _ in }.write(sample, to: path)
      #expect(throws: SampleError.self) {
        try SampleWriter(replacing: false) { _, _ in }.write(sample, to: path)
      }
      try SampleWriter(replacing: true) { _, _ in }.write(sample, to: path)
      let database = try SQLiteConnection(path: path, mode: .readOnly)
      let total = try OmnihubTable.allCases.reduce(0) { sum, table in
        sum + (try database.query("SELECT count(*) FROM \(table.rawValue)").first?.first?.integer ?? 0)
      }
      #expect(total == 508)
    }
  }

  @Test func disturbsThreeRowsAndNamesThem() throws {
    try withFile { path in
      try SampleWriter(replacing: false) { _, _ in }.write(OmnihubSample(rows: 500), to: path)
      let changes = try Disturbance.disturb(path, seed: 3)
      #expect(changes.map(\.change) == [.changed, .deleted, .added])
      let database = try SQLiteConnection(path: path, mode: .readOnly)
      let changed = try database.query(
        "SELECT display_name FROM users WHERE id = ?", [.integer(Int64(changes[0].key) ?? 0)])
      #expect(changed.first?.first?.text?.hasPrefix("Mallory") == true)
      #expect(
        try database.query("SELECT 1 FROM logs WHERE id = ?", [.integer(Int64(changes[1].key) ?? 0)])
          .isEmpty)
    }
  }

  @Test func plainRowsAreAllThere() throws {
    try withFile { path in
      try SampleWriter(replacing: false) { _, _ in }.write(WideRows(count: 250), to: path)
      let database = try SQLiteConnection(path: path, mode: .readOnly)
      #expect(try database.query("SELECT count(*), count(DISTINCT id) FROM rows").first == [250, 250])
    }
  }
}
