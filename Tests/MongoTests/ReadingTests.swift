import Codec
import Foundation
import Testing

@testable import Mongo

/// Read preference and read concern, as the server saw them.
@Suite("Reading MongoDB")
struct ReadingTests {
  private func url(_ options: String) throws -> String {
    let uri = try TestDatabase.uri()
    return uri + (uri.contains("?") ? "&" : "/?") + options
  }

  /// The server's URI as a replica set, so that the driver chooses a server by the preference.
  private func setURL(_ options: String) throws -> String {
    let admin = try MongoConnection(MongoSettings(url: TestDatabase.uri(), database: "admin"))
    let hello = try admin.run(command: ["hello": 1])
    let host = try #require(hello["primary"]?.string)
    let name = try #require(hello["setName"]?.string)
    return "mongodb://\(host)/?replicaSet=\(name)&serverSelectionTimeoutMS=700&\(options)"
  }

  /// Reads in each way that the engine reads, and returns what the server's profiler wrote down of each command.
  private func seen(_ settings: (String) throws -> MongoSettings) throws -> [String: BSONDocument] {
    let database = try TestDatabase()
    let name = database.connection.settings.database
    try database.connection.insert("things", documents: (0..<5).map { ["_id": .int32($0)] })
    try database.connection.run(command: ["profile": 2])
    let reader = try MongoConnection(try settings(name))
    let found = try reader.find("things", options: ["sort": ["_id": 1], "batchSize": 2])
    var count = 0
    while try found.next() != nil { count += 1 }
    let grouped = try reader.aggregate("things", pipeline: [["$match": [:]]])
    while try grouped.next() != nil { count += 1 }
    #expect(count == 10)
    #expect(try reader.estimatedCount("things") == 5)
    try database.connection.run(command: ["profile": 0])
    let log = try database.connection.find("system.profile", filter: ["ns": .string(name + ".things")])
    var commands: [String: BSONDocument] = [:]
    while let entry = try log.next() {
      guard let command = BSONDocument(copying: entry)?["command"]?.document, let verb = command.keys.first
      else { continue }
      commands[verb] = command
    }
    #expect(Set(commands.keys).isSuperset(of: ["find", "getMore", "aggregate", "count"]), "\(commands.keys)")
    return commands
  }

  @Test("what the URL says reaches finds, aggregates and counts")
  func fromURL() throws {
    let commands = try seen {
      try MongoSettings(
        url: setURL(
          "readPreference=nearest&readPreferenceTags=&maxStalenessSeconds=120&readConcernLevel=majority"),
        database: $0)
    }
    for verb in ["find", "aggregate", "count"] {
      let command = try #require(commands[verb])
      #expect(command["readConcern"]?.document?["level"] == "majority", "\(command)")
      let preference = try #require(command["$readPreference"]?.document, "\(command)")
      #expect(preference["mode"] == "nearest")
      #expect(preference["maxStalenessSeconds"]?.integer == 120)
    }
  }

  @Test("what is set beside the URL wins over it, and keeps its tags")
  func besideURL() throws {
    let commands = try seen {
      var settings = try MongoSettings(
        url: setURL(
          "readPreference=secondary&readPreferenceTags=dc:east&readPreferenceTags=&readConcernLevel=local"),
        database: $0)
      #expect(settings.namesReadPreference && settings.namesReadConcern)
      settings.readPreference = .secondaryPreferred
      settings.readConcern = .majority
      return settings
    }
    for verb in ["find", "aggregate", "count"] {
      let command = try #require(commands[verb])
      #expect(command["readConcern"]?.document?["level"] == "majority", "\(command)")
      let preference = try #require(command["$readPreference"]?.document, "\(command)")
      #expect(preference["mode"] == "secondaryPreferred")
      let tags = preference["tags"]?.elements?.compactMap { $0.document }
      #expect(tags?.first?["dc"] == "east", "\(preference)")
    }
    // The primary takes neither tags nor staleness: asking for it drops the URL's.
    _ = try seen {
      var settings = try MongoSettings(
        url: setURL("readPreference=secondary&readPreferenceTags=dc:east"), database: $0)
      settings.readPreference = .primary
      return settings
    }
  }

  @Test("a secondary of a set that has none is waited for as long as the URL says, with a clear error")
  func noSecondary() throws {
    let asked = try MongoSettings(url: setURL("readPreference=secondary"), database: "nothing")
    var given = try MongoSettings(url: setURL("appname=x"), database: "nothing")
    #expect(!given.namesReadPreference && !given.namesReadConcern)
    given.readPreference = .secondary
    for settings in [asked, given] {
      let error = #expect(throws: MongoError.self) { try MongoConnection(settings) }
      #expect(error?.domain == .serverSelection)
      #expect(error?.description.contains("No suitable servers found") == true, "\(error as Any)")
    }
  }

  @Test(
    "words that aren't any are refused with the URL",
    arguments: [
      "readPreference=secondry", "readConcernLevel=majorty",
      "readPreference=primary&readPreferenceTags=dc:east",
    ])
  func malformed(options: String) throws {
    let url = "mongodb://ada:s3cret@h/d?\(options)"
    let error = #expect(throws: MongoError.self) { try MongoSettings(url: url) }
    #expect(error?.domain == .settings)
    #expect(
      error?.description.contains("read") == true && error?.description.contains("s3cret") == false,
      "\(error as Any)")
  }
}
