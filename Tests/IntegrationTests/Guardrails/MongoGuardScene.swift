import Codec
import DatabaseGuards
import Guardrails
import Mapping
import Mongo
import Postgres
import TestSupport

/// A database with guarded collections, the target that remembers what was installed, and a plan for each phase.
struct MongoGuardScene {
  let mongo: MongoConnection
  let target: TestPostgres
  private let owner: TestMongo?

  init() throws {
    let database = try TestMongo()
    owner = database
    mongo = database.connection
    target = try TestPostgres()
  }

  /// In the database of another server.
  init(mongo: MongoConnection) throws {
    owner = nil
    self.mongo = mongo
    target = try TestPostgres()
  }

  static func plan(
    _ phase: String, mode: String = "enforce", roles: String? = nil, writers: String? = nil
  ) throws -> GuardPlan {
    let words = ["legacy", "shadow", "core", "retired"]
    let users = """
      entity: users
      owner: core
      phase: \(words.contains(phase) ? phase : "core")
      \(writers.map { "writers: [\($0)]" } ?? "")
      source: { store: app, collection: users }
      key: [id]
      fields: { id: { from: _id, type: text, transforms: [text] }, name: text }
      """
    let drafts = """
      entity: drafts
      owner: feature
      source: { store: app, collection: drafts }
      """
    let rules = "guard: { mode: \(mode)\(roles.map { ", roles: { \($0) }" } ?? "") }"
    let set = try MappingSet.parse(files: [
      ("set.yaml", "set: test\nstores:\n  app: { kind: mongo, environment: [MONGODB_URI] }\n\(rules)\n"),
      ("users.yaml", users), ("drafts.yaml", drafts),
    ])
    let live =
      words.contains(phase)
      ? LivePhases() : LivePhases(epoch: 1, entities: ["users": .init(word: phase, epoch: 1)])
    return GuardPlan(set, live: live)
  }

  func rules(
    _ phase: String, mode: String = "enforce", roles: String? = nil, writers: String? = nil,
    patience: Duration = .seconds(30), swapsAtOnce: Bool = true
  ) throws -> MongoGuard {
    let plan = try Self.plan(phase, mode: mode, roles: roles, writers: writers)
    return MongoGuard(
      plan: plan, store: 0, mongo: mongo, catalog: target.connection, patience: patience,
      swapsAtOnce: swapsAtOnce)
  }

  /// All that listCollections, listIndexes and rolesInfo say, and every document. The defaults of a validator's level and
  /// action, which the server writes out once they were set, are left out.
  func catalog() throws -> [String] {
    var lines: [String] = []
    let listed =
      try mongo.run(command: ["listCollections": 1])["cursor"]?.document?["firstBatch"]?.elements ?? []
    for case .document(var entry) in listed {
      let name = entry["name"]?.string ?? ""
      if name.hasPrefix("system.") { continue }
      var options = entry["options"]?.document ?? [:]
      if options["validationLevel"] == "strict" { options["validationLevel"] = nil }
      if options["validationAction"] == "error" { options["validationAction"] = nil }
      entry["options"] = .document(options)
      lines.append("\(name) \(Self.text(entry))")
      guard entry["type"] == "collection" else { continue }
      let indexes = try mongo.run(command: ["listIndexes": .string(name)])["cursor"]?.document?["firstBatch"]
      lines.append("\(name) indexes \(Self.text(["indexes": indexes ?? .null]))")
      let cursor = try mongo.find(name, options: ["sort": ["_id": 1]])
      while let document = try cursor.next() {
        lines.append("\(name) \(Array(document).map(String.init).joined(separator: " "))")
      }
    }
    let roles = try mongo.run(command: ["rolesInfo": 1, "showPrivileges": true])["roles"]
    lines.append("roles \(Self.text(["roles": roles ?? .null]))")
    return lines.sorted()
  }

  private static func text(_ document: BSONDocument) -> String {
    document.pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  /// The server's code for a write that it refuses; 0 for one that it takes.
  func code(_ write: () throws -> Void) throws -> Int {
    do {
      try write()
      return 0
    } catch let error as MongoError where error.domain == .server {
      return error.code
    }
  }

  /// What every way of writing a collection ends with: the server's codes.
  func writeCodes(_ name: String, on connection: MongoConnection? = nil) throws -> [String: Int] {
    let mongo = connection ?? self.mongo
    let collection = BSONValue.string(name)
    let commands: [(String, BSONDocument)] = [
      ("insert", ["insert": collection, "documents": [["_id": "new"]]]),
      (
        "update",
        ["update": collection, "updates": [["q": [:], "u": ["$set": ["seen": 1]], "multi": true]]]
      ),
      (
        "upsert",
        [
          "update": collection,
          "updates": [["q": ["_id": "u9"], "u": ["$set": ["seen": 1]], "upsert": true]],
        ]
      ),
      ("delete", ["delete": collection, "deletes": [["q": ["_id": "nobody"], "limit": 0]]]),
      (
        "findAndModify",
        ["findAndModify": collection, "query": ["_id": "u1"], "update": ["$set": ["seen": 1]]]
      ),
      ("findAndRemove", ["findAndModify": collection, "query": ["_id": "nobody"], "remove": true]),
    ]
    var codes: [String: Int] = [:]
    for (operation, command) in commands { codes[operation] = try code { try mongo.run(command: command) } }
    codes["bulk"] = try code { try mongo.insert(name, documents: [["_id": "b1"], ["_id": "b2"]]) }
    return codes
  }

  func names() throws -> [String] {
    try mongo.collections().map { "\($0.name) \($0.kind.rawValue)" }
  }

  func ids(_ collection: String) throws -> [String] {
    let cursor = try mongo.find(collection, options: ["sort": ["_id": 1]])
    var ids: [String] = []
    while let bytes = try cursor.next() {
      ids.append(try BSONDocument(bytes: Array(bytes))["_id"]?.string ?? "?")
    }
    return ids
  }
}
