import Foundation
import TestSupport
import Testing

@Suite("kedge guard report")
struct GuardReportTests {
  private let scene: Scene

  /// A set whose one entity is observed, moved once, so that the target has Kedge's own tables.
  init() throws {
    scene = try Scene(rows: 10)
    try scene.replaceMapping(
      with: Scene.sqliteMapping + "\nguard: { mode: observe }\nwriters: [RowRepository]\n")
    let moved = try Program.kedge.run(scene.arguments("backfill"))
    guard moved.code == 0 else { throw UnexpectedResult(description: moved.errors) }
  }

  private func report(_ options: String...) throws -> Program.Outcome {
    // It reads no source.
    let all = scene.arguments("guard", "report")
    let source = all.firstIndex(of: "--source") ?? all.count
    return try Program.kedge.run(Array(all[..<source] + all[(source + 2)...]) + options)
  }

  private func entity(_ options: String...) throws -> [String: Any] {
    let all = scene.arguments("guard", "report") + ["--json"] + options
    let outcome = try Program.kedge.run(all.filter { $0 != "--source" && $0 != scene.source })
    guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
    let entities = try #require(try outcome.json()["entities"] as? [[String: Any]])
    return try #require(entities.first)
  }

  private func watch(from: String, until: String) throws {
    try scene.target.execute(
      "INSERT INTO kedge.guard_watches VALUES ('rows', 'rows', 'web', '\(from)', '\(until)')")
  }

  private func observe(_ times: Int, at time: String) throws {
    try scene.target.execute(
      """
      INSERT INTO kedge.guard_observations
        (set_name, entity, store, operation, reason, writer, caller, seen_by, times, first_seen, last_seen)
      VALUES ('rows', 'rows', 'postgres', 'insert', 'not_owner', 'RowRepository', 'Shop/A.swift:7', 'web', \(times),
        '\(time)', '\(time)')
      """)
  }

  @Test("says that nothing can be said, then ready, then what was wrong, by --since too")
  func verdicts() throws {
    #expect(try entity()["verdict"] as? String == "not_watched")
    #expect(
      try report().output.contains("rows: not watched: it is in mode observe, but no program has reported"))

    try watch(from: "2026-01-01T00:00:00Z", until: "2026-01-03T04:00:00Z")
    #expect(try entity()["verdict"] as? String == "ready")
    #expect(
      try report().output.contains(
        "rows: ready: enforcing would have refused nothing, in 2 d 04 h of watching by 1 observer since 2026-01-01T00:00:00Z"
      ))

    try observe(3, at: "2026-01-01T10:00:00Z")
    try observe(4, at: "2026-01-02T10:00:00Z")
    let found = try entity()
    #expect(found["verdict"] as? String == "not_ready" && found["times"] as? Int == 7)
    let observations = try #require(found["observations"] as? [[String: Any]])
    #expect(observations.count == 1)
    #expect(observations[0]["caller"] as? String == "Shop/A.swift:7")
    #expect(observations[0]["first_seen"] as? String == "2026-01-01T10:00:00.000000Z")
    #expect(observations[0]["last_seen"] as? String == "2026-01-02T10:00:00.000000Z")
    let text = try report().output
    #expect(text.contains("not ready: enforcing would have refused 7 writes"))
    #expect(text.contains("RowRepository") && text.contains("Shop/A.swift:7"))
    #expect(try entity("--since", "2026-01-02T00:00:00Z")["times"] as? Int == 4)
    #expect(try entity("--since", "2026-01-03T00:00:00Z")["verdict"] as? String == "ready")
    #expect(try entity("--since", "1h")["verdict"] as? String == "not_watched")
  }

  @Test("throws away what it shows with --clear, and begins anew")
  func clear() throws {
    try watch(from: "2026-01-01T00:00:00Z", until: "2026-01-03T04:00:00Z")
    try observe(3, at: "2026-01-01T10:00:00Z")
    let shown = try report("--clear")
    #expect(shown.code == 0 && shown.output.contains("would have refused 3 writes"))
    #expect(shown.output.contains("all of it is thrown away"))
    #expect(try entity()["times"] as? Int == 0)
    #expect(try entity()["verdict"] as? String == "not_watched")
    #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_observations") == "0")
  }

  @Test("reads files of the library's sink, and no target then")
  func files() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "observed.jsonl",
      """
      {"batch":"b-1","observed":["rows"],"seen_by":"worker","set":"rows","since":"2026-01-01T00:00:00Z","until":"2026-01-01T00:01:00Z"}
      {"batch":"b-1","caller":"A.swift:1","entity":"rows","first_seen":"2026-01-01T00:00:30Z","last_seen":"2026-01-01T00:00:31Z","operation":"delete","reason":"undeclared_writer","store":"app","times":2,"writer":"Other"}

      """)
    let found = try entity("--from", file)
    #expect(found["verdict"] as? String == "not_ready" && found["times"] as? Int == 2)
    #expect((found["watched"] as? [String: Any])?["seconds"] as? Double == 60)
    #expect(try report("--from", file, "--clear").code == 2)
    let foreign = try folder.write("foreign.jsonl", "{}\n{}\n")
    let refused = try report("--from", foreign)
    #expect(refused.code == 2 && refused.errors.contains("line 1"))
    #expect(try report("--from", folder.path + "/none").code == 2)
    let other = try folder.write(
      "other.jsonl",
      "{\"batch\":\"b\",\"observed\":[],\"seen_by\":\"w\",\"set\":\"shop\",\"since\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-01T00:01:00Z\"}\n"
    )
    #expect(try report("--from", other).errors.contains("is of the mapping set \"shop\""))
  }

  @Test("says what is wrong with its options")
  func usage() throws {
    #expect(try report("--since", "yesterday").code == 2)
    #expect(try report("--entity", "nobody").code == 2)
    #expect(try report("--clear", "--since", "1h").code == 2)
    #expect(try report("--entity", "rows").code == 0)
  }
}
