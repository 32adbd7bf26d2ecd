import Catalog
import Executors
import Foundation
import Guardrails
import LiveGuardrails
import Mapping
import Postgres
import TestSupport
import Testing

@Suite("The report of observations")
struct ObservationReportTests {
  private func time(_ minute: Int, second: Int = 0) -> UTCTime {
    UTCTime(microseconds: (minute * 60 + second) * 1_000_000)
  }

  private func plan(_ mode: GuardMode) throws -> GuardPlan { GuardPlan(try LiveScene.mappingSet(mode: mode)) }

  private func finding(_ entity: String = "users", times: Int = 1, at: UTCTime) -> ObservationEvidence.Finding
  {
    ObservationEvidence.Finding(
      GuardObservation(
        set: "shop", entity: entity, store: "postgres", operation: .insert, reason: .notOwner, writer: nil,
        caller: "Shop/A.swift:7", times: times, firstSeen: at, lastSeen: at), seenBy: ["test"])
  }

  @Test("says ready only of what was watched, and for how long without gaps or doubles")
  func verdicts() throws {
    let watches = [
      ObservationEvidence.Watch(entity: "users", seenBy: "a", from: time(0), until: time(10)),
      ObservationEvidence.Watch(entity: "users", seenBy: "b", from: time(5), until: time(12)),
      ObservationEvidence.Watch(entity: "users", seenBy: "a", from: time(20), until: time(21)),
    ]
    let report = ObservationReport(try plan(.observe), ObservationEvidence(watches: watches))
    #expect(report.entities.map(\.verdict) == [.notWatched, .ready])
    let users = report.entities[1]
    #expect(users.watched == .seconds(13 * 60))
    #expect(users.programs == ["a", "b"] && users.from == time(0) && users.until == time(21))

    let since = ObservationReport(try plan(.observe), ObservationEvidence(watches: watches), since: time(11))
    #expect(since.entities[1].watched == .seconds(2 * 60))
    let tooLate = ObservationReport(
      try plan(.observe), ObservationEvidence(watches: watches), since: time(30))
    #expect(tooLate.entities[1].verdict == .notWatched)
    let cleared = ObservationReport(
      try plan(.observe), ObservationEvidence(cleared: ["users": time(20, second: 30)], watches: watches))
    #expect(cleared.entities[1].watched == .seconds(30))
  }

  @Test("says not ready where something was seen, and lists the most frequent first")
  func findings() throws {
    let evidence = ObservationEvidence(findings: [
      finding(times: 2, at: time(3)), finding("gone", at: time(4)), finding(times: 7, at: time(5)),
    ])
    let report = ObservationReport(try plan(.observe), evidence)
    #expect(report.entities.map(\.name) == ["flows", "users", "gone"])
    #expect(report.entities.map(\.verdict) == [.notWatched, .notReady, .undeclared])
    #expect(report.entities[1].findings.map(\.observation.times) == [7, 2])
    #expect(report.entities[1].times == 9)
    let later = ObservationReport(try plan(.observe), evidence, entities: ["users"], since: time(4))
    #expect(later.entities.map(\.times) == [7])
    #expect(try ObservationReport(plan(.enforce), evidence).entities[1].verdict == .enforced)
    #expect(try ObservationReport(plan(.off), evidence).entities[1].verdict == .off)
  }

  @Test("reads what the target keeps: of programs, of triggers, and since when")
  func archive() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      let live = try scene.live()
      for line in [7, 7, 8] as [UInt] {
        try live.current.authorize(.insert, "users", in: "postgres", fileID: "Shop/A.swift", line: line)
      }
      live.close()
      // As triggers write them: one row a write.
      try scene.target.execute(
        """
        INSERT INTO kedge.guard_objects (set_name, store, entity, kind, object, definition, installed_at)
        VALUES ('shop', 'postgres', 'users', 'trigger', 'public.users', '', '2020-01-01T00:00:00Z'),
          ('shop', 'app', 'flows', 'trigger', 'flows', '', '2020-01-01T00:00:00Z');
        INSERT INTO kedge.guard_observations (set_name, entity, store, operation, reason, writer, seen_by)
        SELECT 'shop', 'users', 'postgres', 'delete', 'not_owner', 'psql', 'postgres' FROM generate_series(1, 40);
        INSERT INTO kedge.guard_observations (set_name, entity, store, operation, reason, seen_by, last_seen)
        VALUES ('shop', 'users', 'postgres', 'truncate', 'not_owner', 'postgres', '2020-01-02'),
          ('other', 'users', 'postgres', 'truncate', 'not_owner', 'postgres', clock_timestamp())
        """)
      let plan = live.current.plan
      let archive = ObservationArchive(scene.target.connection)
      let evidence = try archive.evidence(plan, since: UTCTime("2021-01-01T00:00:00Z"))
      let report = ObservationReport(plan, evidence)
      let users = report.entities[1]
      #expect(
        users.findings.map {
          "\($0.observation.times) \($0.observation.operation.rawValue) \($0.observation.caller) \($0.seenBy)"
        } == [
          #"40 delete  ["postgres"]"#, #"2 insert Shop/A.swift:7 ["test"]"#,
          #"1 insert Shop/A.swift:8 ["test"]"#,
        ])
      #expect(users.verdict == .notReady)
      #expect(users.programs == ["test", "the triggers in store postgres"])
      #expect(users.from == UTCTime("2020-01-01T00:00:00Z"))
      // SQLite's triggers can't observe.
      #expect(report.entities[0].programs == ["test"] && report.entities[0].verdict == .ready)
      #expect(try archive.evidence(plan).findings.count == 4)

      // Thrown away, and counted anew from then on.
      #expect(try archive.evidence(plan, clearing: ["users"]).findings.count == 4)
      let after = ObservationReport(plan, try archive.evidence(plan))
      #expect(after.entities[1].times == 0)
      #expect(after.entities[1].programs == ["the triggers in store postgres"])
      #expect(after.entities[1].watched < .seconds(60))
      #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_observations") == "1")
    }
  }

  @Test("reads files as it reads the target")
  func files() throws {
    let folder = try TemporaryFolder()
    let guardrails = Guardrails(try plan(.observe))
    let path = folder.path + "/observed.jsonl"
    let flusher = ObservationFlusher(guardrails, to: try JSONLinesSink(path: path), seenBy: "worker")
    for _ in 0..<3 {
      try guardrails.authorize(.insert, "users", in: "postgres", fileID: "Shop/A.swift", line: 7)
      try flusher.flush()
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let report = ObservationReport(
      guardrails.plan, ObservationEvidence(try ObservationLines.batches(in: text)))
    #expect(report.entities.map(\.verdict) == [.ready, .notReady])
    #expect(report.entities[1].findings.map(\.observation.times) == [3])
    #expect(report.entities[1].findings.first?.seenBy == ["worker"])
    #expect(report.entities[1].watches.count == 1)
  }
}
