import Codec
import Foundation
import Mapping
import Mongo
import Postgres
import SampleData
import TestSupport
import Testing

/// `kedge reset` on the sample application, as a person or a script runs it.
@Suite("The reset command")
struct ResetCommandTests {
  /// The sample application, moved; nothing of it was reset.
  private struct Application {
    let mongo: TestMongo
    let target: TestPostgres
    let name: String

    init() throws {
      mongo = try TestMongo()
      target = try TestPostgres()
      name = target.settings.database ?? ""
      try SampleWriter(replacing: true) { _, _ in }.write(
        try SendfxSample(documents: 400), to: mongo.connection)
      let moved = try kedge("backfill")
      guard moved.code == 0 else { throw UnexpectedResult(description: moved.errors) }
    }

    func arguments(_ command: [String]) -> [String] {
      command + [
        "--mappings", "\(Program.root)/mappings/sendfx", "--source", mongo.uri, "--target", target.url,
      ]
    }

    @discardableResult
    func kedge(_ command: String..., environment: [String: String] = [:]) throws -> Program.Outcome {
      try Program.kedge.run(arguments(command), environment: environment)
    }

    func documents(_ collection: String) throws -> [BSONDocument] {
      let cursor = try mongo.connection.find(collection, options: ["sort": ["_id": 1]])
      var found: [BSONDocument] = []
      while let bytes = try cursor.next() { found.append(try BSONDocument(bytes: Array(bytes))) }
      return found
    }

    /// Every table and collection as it is: name and contents.
    func state() throws -> [String] {
      var found: [String] = []
      for collection in try mongo.connection.collections() {
        for document in try documents(collection.name) {
          found.append("\(collection.name) \(document.bytes)")
        }
      }
      let tables = try target.rows(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'core' ORDER BY 1")
      for table in tables {
        found += try target.rows("SELECT t::text FROM \(table) t ORDER BY 1").map { "\(table) \($0)" }
      }
      return found
    }
  }

  @Test(
    "the administrator stays with what they refer to, and the administrators' log settings; all else goes")
  func application() throws {
    let application = try Application()
    let before = try application.state()
    let dry = try application.kedge("reset", "--dry-run", "--json")
    #expect(dry.code == 0, "\(dry.errors)")
    #expect(try application.state() == before)
    let wrong = try application.kedge("reset", "--yes-really", "sendfx")
    #expect(wrong.code == 2)
    #expect(
      wrong.errors.contains(
        "the target's database is \"\(application.name)\", not \"sendfx\"; nothing was changed"))
    let unasked = try application.kedge("reset")
    #expect(unasked.code == 2)
    #expect(unasked.errors.contains("standard input is no terminal"))
    #expect(try application.state() == before)

    let admin = try application.target.value("SELECT id FROM core.users WHERE email = 'admin@sendfx.ai'")
    let tier = try application.target.value(
      "SELECT coalesce(tier_id, '-') FROM core.users WHERE id = '\(admin)'")
    #expect(tier != "-")
    let done = try application.kedge("reset", "--yes-really", application.name, "--json")
    #expect(done.code == 0, "\(done.errors)")
    #expect(done.errors.contains("users"))
    try expectKept(application, before, admin: admin, tier: tier)

    let (planned, report) = (try dry.json(), try done.json())
    #expect(planned["dry_run"] as? Bool == true)
    #expect(report["database"] as? String == application.name)
    #expect(try figures(planned) == figures(report))
    let users = try #require(try figures(report).first { $0.hasPrefix("users app users ") })
    #expect(users.hasSuffix(" 1"))

    // Both sides are alike, and what comes to the source again is read.
    let audit = try application.kedge("audit")
    #expect(audit.code == 0, "\(audit.output)")
    try SampleWriter(replacing: true) { _, _ in }.write(
      try SendfxSample(documents: 400), to: application.mongo.connection)
    #expect(try application.kedge("backfill").code == 0)
    #expect(try application.state() == before)
  }

  /// What is left is as it was, byte for byte, and refers to nothing that is gone.
  private func expectKept(_ application: Application, _ before: [String], admin: String, tier: String) throws
  {
    let after = try application.state()
    #expect(after.allSatisfy(Set(before).contains))
    let names = Dictionary(grouping: after) { $0.split(separator: " ").first.map(String.init) ?? "" }
    #expect(
      names.mapValues(\.count).filter { $0.key != "core.user_addresses" } == [
        "adminlogsettings": 1, "users": 1, "tiers": 1, "core.users": 1, "core.tiers": 1,
      ])
    #expect(try application.target.rows("SELECT id, tier_id FROM core.users") == ["\(admin) | \(tier)"])
    #expect(try application.target.rows("SELECT id FROM core.tiers") == [tier])
    #expect(
      try application.target.value("SELECT count(*) FROM core.user_addresses WHERE user_id <> '\(admin)'")
        == "0")
  }

  private func figures(_ report: [String: Any]) throws -> [String] {
    let entities = try #require(report["entities"] as? [[String: Any]])
    return entities.map { item in
      ["entity", "store", "object", "removed", "kept"].map { "\(item[$0] ?? "?")" }.joined(separator: " ")
    }
  }

  @Test("killed anywhere, the same command finishes it, and what stays was decided at the beginning")
  func killed() throws {
    let application = try Application()
    let points = [
      "before-commit@1:kill", "after-commit@3:kill", "before-plan:kill", "after-plan:kill",
      "before-checkpoint@2:kill",
      "after-checkpoint@2:kill", "after-checkpoint@3:kill", "before-commit@20:kill", "after-commit@5:kill",
      "before-finish:kill", "after-finish:kill",
    ]
    var expected: [String]?
    var wasResumed = false
    for point in points {
      let killed = try application.kedge(
        "reset", "--yes-really", application.name, "--batch-size", "37",
        environment: ["KEDGE_STOP_POINT": point])
      // One that comes to its end without passing the point was nearly done before.
      #expect([0, 9].contains(killed.code), "\(point): \(killed.code) \(killed.errors)")
      if killed.errors.contains("isn't finished") || killed.output.contains("isn't finished") {
        wasResumed = true
      }
    }
    let last = try application.kedge("reset", "--yes-really", application.name, "--json")
    #expect(last.code == 0, "\(last.errors)")
    #expect(wasResumed)
    expected = try application.state()
    let other = try Application()
    #expect(try other.kedge("reset", "--yes-really", other.name).code == 0)
    #expect(try other.state() == expected)
  }

  @Test("Ctrl-C ends it with 130; another command says that it isn't finished; the rest follows")
  func interrupted() throws {
    let application = try Application()
    let stopped = try application.kedge(
      "reset", "--yes-really", application.name, "--batch-size", "37",
      environment: ["KEDGE_STOP_POINT": "after-checkpoint@2:interrupt"])
    #expect(stopped.code == 130)
    #expect(stopped.errors.contains("run the same command again to delete the rest"))
    let status = try application.kedge("audit")
    #expect(status.errors.contains("isn't finished: parts of its data are gone"))
    let rest = try application.kedge("reset", "--yes-really", application.name, "--json")
    #expect(rest.code == 0, "\(rest.errors)")
    #expect(try rest.json()["resumed"] as? Bool == true)
    #expect(try application.documents("users").count == 1)
    // The figures are those of the whole.
    let users = try #require(try figures(try rest.json()).first { $0.hasPrefix("workspace_members app ") })
    #expect(users == "workspace_members app workspacemembers 56 0")
  }

  @Test("under guardrails, in phase core too: the table is emptied, the frozen copy stays")
  func guarded() throws {
    let application = try Application()
    for phase in ["shadow", "core"] {
      let set = try application.kedge("phase", "set", "usage_counters", phase)
      #expect(set.code == 0, "\(set.errors)")
    }
    for role in ["sendfx_app", "sendfx_agents", "sendfx_reports"] {
      // All databases of a server share its roles, and other tests make these, too.
      try application.target.execute(
        "DO $$ BEGIN CREATE ROLE \(role) LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
      )
    }
    let installed = try application.kedge("guard", "install")
    #expect(installed.code == 0, "\(installed.errors)")
    let counters = try application.documents("usagecounters")
    #expect(!counters.isEmpty)
    let dry = try application.kedge("reset", "--dry-run")
    #expect(
      dry.output.contains(
        "usage_counters: PostgreSQL owns it; its old copy, usagecounters in the store \"app\", stays as it is"
      ))
    #expect(!dry.output.contains("kedge_frozen"))
    let done = try application.kedge("reset", "--yes-really", application.name)
    #expect(done.code == 0, "\(done.errors)")
    #expect(try application.target.value("SELECT count(*) FROM core.usage_counters") == "0")
    #expect(try application.target.value("SELECT count(*) FROM core.users") == "1")
    #expect(try application.documents("usagecounters") == counters)
    #expect(try application.documents("users").count == 1)
    // The rules still stand.
    #expect(throws: (any Error).self) { try application.target.execute("DELETE FROM core.users") }
    #expect(try application.kedge("guard", "status").code == 0)
  }
}
