import Foundation
import Postgres
import TestSupport
import Testing

@Suite("kedge usage")
struct UsageCommandTests {
  private let folder: TemporaryFolder
  private let target: TestPostgres

  init() throws {
    folder = try TemporaryFolder()
    target = try TestPostgres()
    // The set's own tables, and a few calls.
    let outcome = try Program.kedge.run(
      ["migrate", "up", "--migrations", "\(Program.root)/migrations/sendfx"],
      environment: ["DATABASE_URL": target.url], in: folder.path)
    guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
    try target.execute(
      """
      INSERT INTO core.users (id, email) VALUES ('u1', 'a@example.org');
      INSERT INTO core.workspaces (id, name, slug, owner_id) VALUES ('w1', 'W', 'w', 'u1'), ('w2', 'V', 'v', 'u1');
      INSERT INTO core.openai_usage (workspace_id, writer, model, prompt_tokens, completion_tokens, total_tokens, estimated_cost,
        cached, created_at) VALUES
        ('w1', 'reply', 'gpt-4o', 1000, 200, 1200, 0.1, false, '2026-01-01 00:00:00+00'),
        ('w1', 'reply', 'gpt-4', 10, 2, 12, 0.2, false, '2026-01-31 23:59:59.999999+00'),
        ('w1', 'agent', 'gpt-4o', 1, 1, 2, 0, true, '2026-01-15 12:00:00+00'),
        ('w1', 'agent', 'new', 5, 5, 10, NULL, false, '2026-02-01 00:00:00+00'),
        ('w2', 'agent', 'gpt-4o', 7, 7, 14, 7, false, '2026-01-15 12:00:00+00');
      """)
  }

  private func usage(_ arguments: String..., mappings: String = "\(Program.root)/mappings/sendfx") throws
    -> Program.Outcome
  {
    try Program.kedge.run(
      ["usage", "--mappings", mappings] + arguments, environment: ["DATABASE_URL": target.url],
      in: folder.path)
  }

  @Test("a month ends before the next one begins, whatever the lines stand for")
  func months() throws {
    let january = ["--workspace", "w1", "--from", "2026-01-01", "--to", "2026-02-01"]
    let outcome = try usage("--workspace", "w1", "--from", "2026-01-01", "--to", "2026-02-01", "--json")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let total = try #require(json["total"] as? [String: Any])
    #expect(total["calls"] as? Int == 3)
    #expect(total["prompt_tokens"] as? Int == 1011)
    #expect(total["completion_tokens"] as? Int == 203)
    #expect(total["estimated_cost"] as? String == "0.300000")
    #expect(total["cached"] as? Int == 1)
    #expect(json["from"] as? String == "2026-01-01T00:00:00Z")
    #expect(json["to"] as? String == "2026-02-01T00:00:00Z")
    #expect(
      (json["lines"] as? [[String: Any]])?.compactMap { $0["writer"] as? String } == ["agent", "reply"])

    let models = try usage(january[0], january[1], "--by", "model", "--json").json()
    let lines = try #require(models["lines"] as? [[String: Any]])
    #expect(lines.compactMap { $0["model"] as? String } == ["gpt-4", "gpt-4o", "new"])
    #expect(lines.compactMap { $0["unpriced"] as? Int } == [0, 0, 1])

    let days = try usage("--workspace", "w1", "--by", "day", "--from", "2026-01-31T12:00:00Z")
    #expect(days.code == 0)
    #expect(days.output.contains("workspace w1, from 2026-01-31T12:00:00Z on"))
    #expect(days.output.contains("2026-01-31"))
    #expect(days.output.contains("2026-02-01"))
    #expect(!days.output.contains("2026-01-15"))
    #expect(days.output.contains("0.200000"))
    #expect(days.output.contains("without a price, and so not in the cost: 1"))
    let none = try usage("--workspace", "w2", "--from", "2030-01-01")
    #expect(none.code == 0)
    #expect(none.output == "workspace w2, from 2030-01-01T00:00:00Z on: no calls\n")
  }

  @Test("what can't be summed up is said, with its exit code")
  func errors() throws {
    let unknown = try usage("--workspace", "w9")
    #expect(unknown.code == 1)
    #expect(unknown.errors.contains("there is no workspace \"w9\" in core.workspaces"))
    #expect(try usage("--workspace", "w9", "--json").json()["ok"] as? Bool == false)
    #expect(try usage().code == 2)
    let date = try usage("--workspace", "w1", "--from", "yesterday")
    #expect(date.code == 2)
    #expect(date.errors.contains("2026-01-31"))
    #expect(try usage("--workspace", "w1", "--from", "2026-02-01", "--to", "2026-02-01").code == 2)
    #expect(try usage("--workspace", "w1", "--by", "year").code == 2)
    let other = try usage("--workspace", "w1", mappings: "\(Program.root)/mappings/omnihub")
    #expect(other.code == 2)
    #expect(other.errors.contains("has no core entity \"openai_usage\""))
  }

  @Test("the mapping set says which tables are read")
  func tables() throws {
    try target.execute("CREATE SCHEMA billing; ALTER TABLE core.openai_usage SET SCHEMA billing")
    let source = "\(Program.root)/mappings/sendfx"
    for file in try FileManager.default.contentsOfDirectory(atPath: source) {
      var text = try String(contentsOfFile: source + "/" + file, encoding: .utf8)
      if file == "openai_usage.yaml" {
        text = text.replacing(
          "target: { table: openai_usage }", with: "target: { table: openai_usage, schema: billing }")
      }
      try folder.write("set/" + file, text)
    }
    let outcome = try usage("--workspace", "w1", "--json", mappings: folder.path + "/set")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect((try outcome.json()["total"] as? [String: Any])?["calls"] as? Int == 4)
  }
}
