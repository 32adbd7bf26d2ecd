import Foundation
import GuardExport
import Guardrails
import Mapping
import TestSupport
import Testing

/// `kedge guard check` and `kedge guard explain`.
@Suite("guard check")
struct GuardCheckTests {
  @Test("every row of the table, by the phases of the target")
  func table() throws {
    let scenes = try GuardTarget()
    for scene in GuardCases.scenes {
      let cases = try GuardCases.cases(of: scene.name)
      let file = try scenes.folder.write(
        "requests.jsonl", try cases.map { try $0.request() + "\n" }.joined())
      let outcome = try scenes.check(scene.name, "--from", file)
      #expect(outcome.code == 5, "\(outcome.errors)")
      let answers = try outcome.output.split(separator: "\n").map(object)
      #expect(answers.count == cases.count)
      let plan = try scene.plan()
      for (row, answer) in zip(cases, answers) {
        #expect(answer["id"] as? Int == row.number && answer["phases"] as? String == "live")
        #expect(
          answer["reason"] as? String == row.reason && answer["allowed"] as? Bool == row.allowed, "\(row)")
        let explanation = plan.explanation(
          of: try #require(GuardReason(rawValue: row.reason)),
          for: WriteRequest(
            entity: row.entity, store: row.store, operation: row.operation, writer: row.writer,
            fence: row.fence))
        let message = (answer["message"] as? String)?
          .replacing("\(scenes.folder.path)/\(scene.name)/", with: "")
        #expect(message == explanation.description)
      }
    }
  }

  @Test("one write: the keys of the contract, and exit codes")
  func one() throws {
    let scenes = try GuardTarget()
    let allowed = try scenes.check(
      "core-enforce", "users", "insert", "--in", "postgres", "--as", "UserRepository", "--fence", "5",
      "--json")
    #expect(allowed.code == 0, "\(allowed.errors)")
    let answer = try allowed.json()
    #expect(answer["allowed"] as? Bool == true && answer["entity"] as? String == "users")
    #expect(answer["store"] as? String == "postgres" && answer["operation"] as? String == "insert")
    #expect(answer["owner"] as? String == "core" && answer["phase"] as? String == "core")
    #expect(answer["reason"] as? String == "owner" && answer["owner_store"] as? String == "core")
    #expect(answer["mode"] as? String == "enforce" && answer["observed"] as? Bool == false)
    #expect(answer["writer"] as? String == "UserRepository" && answer["fence"] as? Int == 5)
    #expect(answer["epoch"] as? Int == 5 && answer["phases"] as? String == "live" && answer["help"] is NSNull)
    #expect((answer["declared"] as? String)?.hasSuffix("/core-enforce/users.yaml:1:9") == true, "\(answer)")

    let refused = try scenes.check(
      "core-enforce", "users", "insert", "--in", "mongo", "--as", "UserRepository")
    #expect(refused.code == 5 && refused.output.hasPrefix("refused: "), "\(refused.output)")
    #expect(refused.output.contains("(not_owner)") && refused.output.contains("phases as they are set now"))
    let observed = try scenes.check(
      "core-observe", "users", "insert", "--in", "mongo", "--as", "UserRepository")
    #expect(observed.code == 0 && observed.output.hasPrefix("observed: "), "\(observed.output)")
    let hostile = try scenes.check("core-enforce", "users\u{1B}[2J\nallowed", "paint", "--in", "mongo")
    #expect(hostile.code == 5 && hostile.output.contains("(unknown_entity)"))
    #expect(!hostile.output.contains("\u{1B}") && !hostile.output.contains("\nallowed"), "\(hostile.output)")
  }

  @Test("a target that can't be reached fails closed, unless the mapping's phases are asked for")
  func unreachable() throws {
    let scenes = try GuardTarget()
    let arguments = [
      "guard", "check", "users", "insert", "--in", "mongo", "--as", "UserRepository", "--json", "--mappings",
      scenes.folder.path + "/core-enforce", "--target", "postgres://kedge@127.0.0.1:1/none",
    ]
    let failed = try Program.kedge.run(arguments)
    #expect(failed.code == 1, "\(failed.errors)")
    #expect(try failed.json()["allowed"] == nil)
    // The mapping says legacy, and Mongo owns.
    let offline = try Program.kedge.run(arguments + ["--offline"])
    #expect(offline.code == 0, "\(offline.errors)")
    #expect(try offline.json()["phases"] as? String == "mapping")
    let empty = try TestPostgres()
    let fresh = try Program.kedge.run(arguments.dropLast() + [empty.url])
    #expect(try fresh.code == 0 && fresh.json()["phases"] as? String == "mapping", "\(fresh.errors)")
  }

  @Test("requests of units of work, malformed ones, and standard input's file")
  func lines() throws {
    let scenes = try GuardTarget()
    let users = #""entity":"users","operation":"insert","store":"postgres","writer":"UserRepository""#
    let flows = #""entity":"flows","operation":"insert","store":"mongo","writer":"FlowRepository""#
    let file = try scenes.folder.write(
      "units.jsonl",
      """
      {"id":"1",\(users),"unit":"a"}
      {"id":"2",\(flows),"unit":"a"}

      {"id":"3",\(users),"unit":"b","crossing":"signup"}
      {"id":"4",\(flows),"unit":"b"}
      {"id":"5",\(users),"unit":"c","crossing":"old-signup"}
      {"id":"6",\(flows),"unit":"c"}
      """)
    let outcome = try scenes.check("core-enforce", "--from", file)
    #expect(outcome.code == 5)
    let reasons = try outcome.output.split(separator: "\n").map { try object($0)["reason"] as? String }
    #expect(reasons == ["owner", "undeclared_crossing", "owner", "owner", "owner", "expired_crossing"])
    let broken = try scenes.folder.write("broken.jsonl", "{\(users)}\n{\(users),\"fense\":1}\nno\n")
    let malformed = try scenes.check("core-enforce", "--from", broken)
    #expect(malformed.code == 2 && malformed.output.split(separator: "\n").count == 3, "\(malformed.output)")
    let right = try scenes.folder.write("right.jsonl", "{\(users)}")
    #expect(try scenes.check("core-enforce", "--from", right).code == 0)
    #expect(try scenes.check("core-enforce", "--from", "-").code == 0)
  }

  @Test("wrong usage is told")
  func usage() throws {
    let scenes = try GuardTarget()
    for (words, message) in [
      (["users", "insert"], "--in STORE"), (["users", "--in", "mongo"], "wants an entity and an operation"),
      (["--from", "/no/such/file"], "can't be read"), (["users", "insert", "--from", "-"], "leave ENTITY"),
      (["--from", "-", "--as", "X"], "leave ENTITY"),
      (["users", "insert", "--in", "mongo", "--fence", "x"], "--fence"),
    ] {
      let outcome = try Program.kedge.run(scenes.arguments("core-enforce", "check") + words)
      #expect(outcome.code == 2 && outcome.errors.contains(message), "\(words): \(outcome.errors)")
    }
    let unknown = try Program.kedge.run(scenes.arguments("core-enforce", "explain", "ghosts"))
    #expect(unknown.code == 2 && unknown.errors.contains("orders, users"), "\(unknown.errors)")
  }

  @Test("explain says who may write where in every phase, and marks crossings that have expired")
  func explain() throws {
    let scenes = try GuardTarget()
    let text = try Program.kedge.run(scenes.arguments("core-enforce", "explain", "users")).output
    for line in [
      "users: core, \"core\" owns it now in phase core", "now  core     app    copy", "expired on 2020-01-31",
      "until 2999-12-31", "roles that may write it: shop_app", "its phase began with fence 3",
    ] {
      #expect(text.contains(line), "\(line) isn't in:\n\(text)")
    }
    let all = try Program.kedge.run(scenes.arguments("retired-observe", "explain", "--json")).json()
    let entities = try #require(all["entities"] as? [[String: Any]])
    #expect(all["phases"] as? String == "live" && entities.count == 4)
    let users = try #require(entities.first { $0["entity"] as? String == "users" })
    #expect(users["owner_store"] as? String == "core" && users["phase"] as? String == "retired")
    let phases = try #require(users["phases"] as? [[String: Any]])
    #expect(phases.map { $0["now"] as? Bool } == [false, false, false, true])
    let crossings = try #require(users["crossings"] as? [[String: Any]])
    #expect(crossings.map { $0["expired"] as? Bool } == [false, true])
    let unknown = try Program.kedge.run(scenes.arguments("frozen-enforce", "explain", "users")).output
    #expect(unknown.contains("nobody can say who owns it now in phase frozen"), "\(unknown)")
  }

  @Test("export writes the same bytes each time, whole or not at all, with the phases of now")
  func export() throws {
    let scenes = try GuardTarget()
    for language in ["json", "typescript", "python", "swift"] {
      let arguments = scenes.arguments("core-enforce", "export", "--lang", language)
      let first = try Program.kedge.run(arguments)
      #expect(first.code == 0 && !first.output.isEmpty, "\(first.errors)")
      let path = scenes.folder.path + "/module"
      let written = try Program.kedge.run(arguments + ["--out", path, "--json"])
      #expect(try written.code == 0 && written.json()["epoch"] as? Int == 5, "\(written.errors)")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == first.output)
      #expect(try Program.kedge.run(arguments + ["--out", scenes.folder.path + "/none/module"]).code == 2)
    }
    let document = try Program.kedge.run(scenes.arguments("core-enforce", "export", "--lang", "json")).json()
    #expect(document["version"] as? Int == PlanDocument.version && document["epoch"] as? Int == 5)
    #expect(try Program.kedge.run(scenes.arguments("core-enforce", "export")).code == 2)
  }
}
