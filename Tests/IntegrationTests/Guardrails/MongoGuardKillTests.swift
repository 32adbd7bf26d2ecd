import Codec
import DatabaseGuards
import Executors
import Glibc
import Mongo
import Postgres
import TestSupport
import Testing

/// A process that installs or takes away is killed at each of its steps.
@Suite("A killed installer of MongoDB's rules")
struct MongoGuardKillTests {
  enum Work: String, Sendable, Codable { case install, uninstall }

  private static let roles = "app: [UserRepository]"

  /// In a process of its own, which the plan kills.
  @Sendable private static func run(
    _ work: String, _ stop: String, _ mongo: String, _ postgres: String, swapsAtOnce: Bool
  ) throws {
    try StopPlan(stop, file: nil).arm()
    let rules = MongoGuard(
      plan: try MongoGuardScene.plan("core", roles: roles, writers: "UserRepository"), store: 0,
      mongo: try MongoConnection(MongoSettings(url: mongo)),
      catalog: try PostgresConnection(PostgresSettings(url: postgres)), patience: .seconds(30),
      swapsAtOnce: swapsAtOnce)
    _ = work == "install" ? try rules.install(nil) : try rules.uninstall()
  }

  private func killed(_ work: String, at stop: String, swapsAtOnce: Bool) async throws {
    let mongo = try TestMongo()
    let scene = try MongoGuardScene(mongo: mongo.connection)
    try scene.mongo.run(command: [
      "create": "users", "validator": ["name": ["$type": "string"]], "collation": ["locale": "sv"],
    ])
    try scene.mongo.insert("users", documents: [["_id": "u1", "name": "Ada"]])
    let before = try scene.catalog()
    func rules() throws -> MongoGuard {
      try scene.rules("core", roles: Self.roles, writers: "UserRepository", swapsAtOnce: swapsAtOnce)
    }
    for (index, after) in ["install", "uninstall"].enumerated() {
      if work == "uninstall" { _ = try rules().install(nil) }
      let (mongoURL, postgresURL) = (mongo.uri, scene.target.url)
      await #expect(processExitsWith: .signal(SIGKILL), "\(work) \(stop)") {
        [
          work = work as String, stop = stop as String, mongoURL = mongoURL as String,
          postgresURL = postgresURL as String, swapsAtOnce = swapsAtOnce as Bool
        ] in
        try MongoGuardKillTests.run(work, stop, mongoURL, postgresURL, swapsAtOnce: swapsAtOnce)
      }
      if after == "install" {
        _ = try rules().install(nil)
        #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
        #expect(try scene.ids("users") == ["u1"])
        #expect(try rules().findings().isEmpty)
        #expect(try rules().steps(nil).isEmpty)
      }
      _ = try rules().uninstall()
      #expect(try scene.catalog() == before, "\(work) \(stop), round \(index)")
      #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_objects") == "0")
    }
  }

  // Record, validator, view, role's record, role, role's record again.
  @Test("install", arguments: 1...5, ["before-guard", "after-guard"])
  func install(_ number: Int, _ point: String) async throws {
    try await killed("install", at: "\(point)@\(number):kill", swapsAtOnce: true)
  }

  @Test("install in single steps", arguments: 2...4, ["before-guard", "after-guard"])
  func singleSteps(_ number: Int, _ point: String) async throws {
    try await killed("install", at: "\(point)@\(number):kill", swapsAtOnce: false)
  }

  @Test("uninstall", arguments: 1...4, ["before-guard", "after-guard"])
  func uninstall(_ number: Int, _ point: String) async throws {
    try await killed("uninstall", at: "\(point)@\(number):kill", swapsAtOnce: true)
  }
}
