import Codec
import DatabaseGuards
import Mongo
import TestSupport
import Testing

/// Roles that may write what the plan lets their writers write, on a server that checks them.
@Suite("Guardrails' roles in MongoDB")
struct MongoGuardRoleTests {
  private static let roles = "app: [UserRepository], reporting: []"

  private func rules(_ scene: MongoGuardScene, _ phase: String, mode: String = "enforce") throws -> MongoGuard
  {
    try scene.rules(phase, mode: mode, roles: Self.roles, writers: "UserRepository")
  }

  /// Takes back what `writeCodes` has written.
  private func unwrite(_ name: String, _ scene: MongoGuardScene) throws {
    for id in ["new", "u9", "b1", "b2"] { try scene.mongo.deleteOne(name, filter: ["_id": .string(id)]) }
    try scene.mongo.update(name, filter: [:], ["$unset": ["seen": 1]])
  }

  /// Code 13 for whatever a role may not do.
  private static let nothing = Dictionary(uniqueKeysWithValues: MongoGuardTests.operations.map { ($0, 13) })
  private static let everything = Dictionary(uniqueKeysWithValues: MongoGuardTests.operations.map { ($0, 0) })

  @Test("a role writes what one of its writers may, in this store and phase, and nothing else")
  func roles() throws {
    let server = try SecuredMongo()
    let scene = try MongoGuardScene(mongo: try server.connect())
    for name in ["users", "drafts", "other"] { try scene.mongo.insert(name, documents: [["_id": "u1"]]) }
    let before = try scene.catalog()
    let legacy = try rules(scene, "legacy")
    let planned = try legacy.steps(nil)
    #expect(planned.map(\.statement).allSatisfy { $0.hasPrefix("db.runCommand({createRole: ") })
    #expect(try legacy.install(nil) == planned)
    #expect(try legacy.steps(nil).isEmpty)
    #expect(!(try legacy.limits().contains { $0.contains("access control,") }))
    for role in ["app", "reporting"] {
      try server.makeUser(role, roles: [["role": .string(role), "db": "test"]])
    }
    let (app, reporting) = (try server.connect(user: "app"), try server.connect(user: "reporting"))
    #expect(try scene.writeCodes("users", on: app) == Self.everything)
    #expect(try scene.writeCodes("drafts", on: app) == Self.everything)
    #expect(try scene.writeCodes("other", on: app) == Self.nothing)
    #expect(try scene.writeCodes("system.views", on: app).values.allSatisfy { $0 != 0 })
    for name in ["users", "drafts", "other"] {
      #expect(try scene.writeCodes(name, on: reporting) == Self.nothing)
    }
    for connection in [app, reporting] {
      #expect(try connection.find("users", filter: ["_id": "u1"]).next() != nil)
      #expect(try scene.code { _ = try connection.find("other").next() } == 13)
    }

    for name in ["users", "drafts"] { try unwrite(name, scene) }
    let core = try rules(scene, "core")
    #expect(try core.findings().contains { $0.object == "app" && $0.problem == .outdated })
    _ = try core.install(nil)
    #expect(try core.findings().isEmpty)
    for connection in [app, reporting] {
      #expect(try scene.writeCodes("users", on: connection) == Self.nothing)
      #expect(try scene.writeCodes("kedge_frozen.users", on: connection) == Self.nothing)
      #expect(try connection.find("users", filter: ["_id": "u1"]).next() != nil)
    }
    #expect(try scene.writeCodes("drafts", on: app) == Self.everything)
    // Root, whom no role binds, finds the view.
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })

    // Observed, every role may write, as nobody is refused anything.
    let observed = try rules(scene, "legacy", mode: "observe")
    _ = try observed.install(nil)
    #expect(try scene.writeCodes("users", on: reporting) == Self.everything)

    _ = try rules(scene, "core").install(nil)
    _ = try rules(scene, "core").uninstall()
    for name in ["users", "drafts"] { try unwrite(name, scene) }
    #expect(try scene.catalog() == before)
  }

  @Test("a user who may not apply operations installs in single steps")
  func databaseOwner() throws {
    let server = try SecuredMongo()
    try server.makeUser("owner", roles: [["role": "dbOwner", "db": "test"]])
    let scene = try MongoGuardScene(mongo: try server.connect(user: "owner"))
    try scene.mongo.insert("users", documents: [["_id": "u1"]])
    let before = try scene.catalog()
    let rules = try rules(scene, "core")
    #expect(try rules.install(nil).map(\.kind) == ["validator", "collection", "view", "role", "role"])
    #expect(try rules.findings().isEmpty)
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
    #expect(!(try rules.limits().contains { $0.contains("without access control") }))
    _ = try rules.uninstall()
    #expect(try scene.catalog() == before)
  }

  @Test("a role of that name that kedge didn't make is never touched; one of ours that was altered is found")
  func others() throws {
    let scene = try MongoGuardScene()
    try scene.mongo.run(command: ["createRole": "app", "privileges": [], "roles": []])
    let before = try scene.catalog()
    let rules = try rules(scene, "legacy")
    let error = #expect(throws: StoreGuardError.self) { try rules.install(nil) }
    #expect(error?.description.contains("didn't make") == true)
    _ = try rules.uninstall()
    #expect(try scene.catalog() == before)
    try scene.mongo.run(command: ["dropRole": "app"])
    _ = try rules.install(nil)
    try scene.mongo.run(command: ["updateRole": "app", "privileges": [], "roles": ["readWrite"]])
    try scene.mongo.run(command: ["dropRole": "reporting"])
    #expect(
      try rules.findings().map { "\($0.object) \($0.problem)" } == ["app altered", "reporting missing"])
    #expect(try rules.install(nil).map(\.action) == [.replace, .create])
    #expect(try rules.findings().isEmpty)
    #expect(try rules.limits().contains { $0.contains("runs without access control") })
    // A role that the mapping doesn't name any more goes.
    _ = try scene.rules("legacy", roles: "reporting: []", writers: "UserRepository").install(nil)
    let roles = try scene.mongo.run(command: ["rolesInfo": 1])["roles"]?.elements ?? []
    #expect(roles.map { $0.document?["role"] } == ["reporting"])
  }
}
