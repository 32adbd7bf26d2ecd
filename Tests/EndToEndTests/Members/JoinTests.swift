import Foundation
import TestSupport
import Testing

/// Which processes share a run, and which are refused.
@Suite("Joining")
struct JoinTests {
  @Test("processes with other workers, rates and chunk sizes share a run, by name or not")
  func together() throws {
    let scene = try InterruptionCase(.init(source: .sqlite, target: .fresh))
    let target = try scene.newTarget()
    let first = try HeldProcess(scene, target, at: "before-checkpoint")
    try first.reachPoint()
    let others = try [
      ["--workers", "3", "--chunk-size", "70"], ["--join", "1", "--rate", "5000", "--lease", "5"],
    ].map { try scene.start(target, [:], $0) }
    // A new run can't begin meanwhile, and nobody with other wishes joins.
    for (options, text) in [
      (["--new"], "run 1 is at work right now, so no new one can begin"),
      (
        ["--limit", "5"], "this process can't join it: it was asked for all records and this is for at most 5"
      ),
      (["--join", "7"], "this target knows no backfill 7; its latest are 1. Check --join and --target"),
      (["--join", "1", "--entity", "notes"], "it was asked for all entities and this is for notes"),
    ] {
      let refused = try scene.start(target, [:], options).finish()
      #expect(refused.code == 1, "\(options): \(refused.errors)")
      #expect(refused.errors.contains(text), "\(options): \(refused.errors)")
    }
    try first.letGo()
    for running in others + [first.running] {
      let outcome = try running.finish()
      #expect(outcome.code == 4, "\(outcome.errors)")
      let report = try outcome.json()
      #expect(report["run"] as? Int == 1)
      let wrong = scene.expected.differences(to: try TargetState(target, report: report))
      #expect(wrong.isEmpty, "\(wrong.prefix(10))")
    }
    #expect(try target.value("SELECT count(*) FROM kedge.runs") == "1")
  }

  @Test("a run that is done is reported to those who come late, with its exit code")
  func late() throws {
    let scene = try InterruptionCase(.init(source: .sqlite, target: .fresh))
    let target = try scene.newTarget()
    let whole = try scene.start(target).finish()
    let late = try scene.start(target, [:], ["--join", "1"]).finish()
    #expect(late.code == 4, "\(late.errors)")
    let wrong = scene.expected.differences(to: try TargetState(target, report: try late.json()))
    #expect(wrong.isEmpty, "\(wrong.prefix(10))")
    #expect(try whole.json()["entities"] as? NSArray == late.json()["entities"] as? NSArray)
    #expect(try target.rows("SELECT id, state FROM kedge.runs") == ["1 | done"])
    #expect(try target.value("SELECT count(*) FROM kedge.members") == "1")
    try target.execute("UPDATE kedge.runs SET set_name = 'other'")
    let other = try scene.start(target, [:], ["--join", "1"]).finish()
    #expect(other.code == 1)
    #expect(other.errors.contains("run 1 moves the mapping set \"other\""), "\(other.errors)")
    let empty = try TestPostgres()
    let never = try scene.start(empty, [:], ["--join", "1"]).finish()
    #expect(never.code == 1)
    #expect(never.errors.contains("knows no backfill 1; it has none"), "\(never.errors)")
    #expect(try empty.value("SELECT to_regnamespace('kedge') IS NULL") == "t")
  }

  @Test("a process that can't reach the source fails alone")
  func unreachable() throws {
    let scene = try InterruptionCase(.init(source: .sqlite, target: .fresh))
    let target = try scene.newTarget()
    let first = try HeldProcess(scene, target, at: "before-checkpoint")
    try first.reachPoint()
    let alone = try scene.start(target, [:], ["--source", "sqlite:/nowhere/at/all.db"]).finish()
    #expect(alone.code == 1)
    #expect(alone.errors.contains("/nowhere/at/all.db"), "\(alone.errors)")
    try first.letGo()
    let outcome = try first.running.finish()
    #expect(outcome.code == 4, "\(outcome.errors)")
    let wrong = scene.expected.differences(to: try TargetState(target, report: try outcome.json()))
    #expect(wrong.isEmpty, "\(wrong.prefix(10))")
  }
}
