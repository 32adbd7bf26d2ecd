import Codec
import DatabaseGuards
import Foundation
import Guardrails
import Mongo
import TestSupport
import Testing

/// The table of cases against a mongod that checks who does what. It sees roles, but neither the writers that speak through one,
/// nor fences, so the reference is asked without those.
@Suite("MongoDB agrees with the reference", .serialized)
struct MongoAgreementTests {
  private static let collections = ["users", "flows"]
  private static let roles = ["shop_app", "clerk", "reporting"]

  @Test("each write ends as decided")
  func agrees() throws {
    let server = try SecuredMongo()
    for (number, scene) in GuardCases.scenes.enumerated() { try agrees(scene, server, "shop\(number)") }
  }

  private func agrees(_ scene: GuardScene, _ server: SecuredMongo, _ database: String) throws {
    let target = try TestPostgres()
    let root = try server.connect(database: database)
    for collection in Self.collections { try root.insert(collection, documents: Self.documents) }
    let plan = try scene.plan()
    let store = try #require(plan.store(named: "app"))
    let rules = MongoGuard(plan: plan, store: store, mongo: root, catalog: target.connection)
    _ = try rules.install(nil)
    var users: [String: MongoConnection] = [:]
    for role in Self.roles {
      let user = "\(role)_\(database)"
      try server.makeUser(user, roles: [["role": .string(role), "db": .string(database)]])
      users[role] = try server.connect(user: user, database: database)
    }

    var asked = 0
    for one in try GuardCases.cases(of: scene.name)
    where one.store == "app" && Self.collections.contains(one.entity) {
      guard let (command, done) = command(one) else { continue }
      asked += 1
      // Kedge, and who isn't bound by a declared role, has all rights.
      let role = ["UserRepository", "FlowRepository"].contains(one.writer) ? "shop_app" : one.writer
      let user = role.flatMap { users[$0] }
      let seen = user == nil ? plan.withoutWriters : plan.withoutFences
      let expected = seen.decide(
        entity: one.entity, store: "app", operation: one.operation, writer: user == nil ? nil : role)
      var said = ""
      do { try (user ?? root).run(command: command) } catch let error as MongoError
        where error.domain == .server
      {
        said = "\(error)"
      }
      #expect(said.isEmpty == expected.isAllowed, "\(one): \(said)")
      #expect(
        try contents(one.entity, root) == (expected.isAllowed ? done : "1 first, 2 second"), "\(one): \(said)"
      )
      if said.isEmpty {
        try root.run(command: ["delete": .string(one.entity), "deletes": [["q": [:], "limit": 0]]])
        try root.insert(one.entity, documents: Self.documents)
      }
    }
    #expect(asked >= 8)
  }

  private static let documents: [BSONDocument] = [
    ["_id": "1", "name": "first"], ["_id": "2", "name": "second"],
  ]

  private func command(_ one: GuardCase) -> (command: BSONDocument, done: String)? {
    let name = BSONValue.string(one.entity)
    let change: BSONValue = ["$set": ["name": "changed"]]
    return switch one.operation {
    case "insert":
      (["insert": name, "documents": [["_id": "3", "name": "third"]]], "1 first, 2 second, 3 third")
    case "update": (["update": name, "updates": [["q": ["_id": "1"], "u": change]]], "1 changed, 2 second")
    case "delete": (["delete": name, "deletes": [["q": ["_id": "1"], "limit": 0]]], "2 second")
    case "upsert":
      (
        ["update": name, "updates": [["q": ["_id": "1"], "u": change, "upsert": true]]], "1 changed, 2 second"
      )
    case "truncate": (["delete": name, "deletes": [["q": [:], "limit": 0]]], "")
    default: nil
    }
  }

  private func contents(_ collection: String, _ mongo: MongoConnection) throws -> String {
    let cursor = try mongo.find(collection, options: ["sort": ["_id": 1]])
    var parts: [String] = []
    while let bytes = try cursor.next() {
      let document = try BSONDocument(bytes: Array(bytes))
      parts.append("\(document["_id"]?.string ?? "?") \(document["name"]?.string ?? "?")")
    }
    return parts.joined(separator: ", ")
  }
}
