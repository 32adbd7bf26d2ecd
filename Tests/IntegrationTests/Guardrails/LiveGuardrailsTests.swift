import Catalog
import Executors
import Guardrails
import LiveGuardrails
import Mapping
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("Live guardrails")
struct LiveGuardrailsTests {
  @Test("follow a phase that is set, with its epoch, and keep handles good")
  func follows() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      let live = try scene.live()
      defer { live.close() }
      let users = live.current.entity("users") ?? .unknown
      let target = live.current.store("postgres") ?? .unknown
      let writer = live.current.writer("UserRepository")
      #expect(live.current.decide(.insert, users, in: target, as: writer).reason == .notOwner)
      #expect(live.current.epoch == 0)
      try scene.doors.setPhase(.shadow)
      try scene.doors.setPhase(.core, from: .shadow)
      try eventually("the phase arrives") { live.current.epoch == 2 }
      #expect(live.current.decide(.insert, users, in: target, as: writer, fence: 2).reason == .owner)
      #expect(live.current.decide(.insert, users, in: target, as: writer, fence: 1).reason == .staleFence)
      #expect(live.lastError == nil)
      // And by itself, without the thread.
      try scene.doors.setPhase(.retired, from: .core)
      try live.refresh()
      #expect(live.current.decide(.insert, "users", in: "app", as: "UserRepository").reason == .retired)
    }
  }

  @Test("refuse a unit of work that began before the phase changed")
  func staleUnit() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      let live = try scene.live()
      defer { live.close() }
      let unit = UnitOfWork(of: live, writer: "OldUserRepository")
      try unit.authorize(.insert, "users", in: "app")
      try scene.doors.setPhase(.core)
      try live.refresh()
      let refusal = #expect(throws: GuardRefusal.self) {
        try unit.authorize(.insert, "users", in: "postgres")
      }
      #expect(refusal?.reason == .staleFence)
      #expect(refusal?.description.contains("since epoch 1") == true)
    }
  }

  @Test("can't begin without the phases, and say so")
  func unreachable() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      try scene.doors.shut()
      defer { #expect(throws: Never.self) { try scene.doors.open() } }
      #expect(throws: PostgresError.self) { try scene.live() }
    }
  }

  @Test(
    "go on by the last known phases when the target is gone, and refuse beyond the limit, where there is one")
  func outage() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      try scene.doors.setPhase(.core)
      let live = try scene.live()
      let strict = try scene.live { $0.stalenessLimit = .milliseconds(300) }
      defer {
        live.close()
        strict.close()
      }
      try scene.doors.shut()
      try eventually("the error is seen") { live.lastError != nil && strict.lastError != nil }
      try eventually("the limit is over") { strict.isOutdated }
      func reason(_ live: LiveGuardrails, _ entity: String, _ store: String) -> GuardReason {
        live.current.decide(.insert, entity, in: store, as: "UserRepository").reason
      }
      #expect(reason(live, "users", "postgres") == .owner)
      #expect(reason(strict, "users", "postgres") == .unknownPhase)
      #expect(reason(strict, "users", "app") == .unknownPhase)
      // It has no phase, so nothing about it can be outdated.
      #expect(reason(strict, "flows", "app") == .owner)
      let refusal = #expect(throws: GuardRefusal.self) {
        try strict.current.authorize(.insert, "users", in: "postgres", as: "UserRepository")
      }
      #expect(refusal?.description.contains("it isn't known who owns entity \"users\" now") == true)
      #expect(refusal?.description.contains("See that the guardrail reaches the target") == true)
      try scene.doors.open()
      try eventually("it goes on") { !strict.isOutdated && strict.lastError == nil && live.lastError == nil }
      #expect(reason(strict, "users", "postgres") == .owner)
    }
  }

  @Test("are never refused for an outage in mode observe")
  func outageObserving() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene(mode: .observe)
      let strict = try scene.live { $0.stalenessLimit = .milliseconds(1) }
      defer { strict.close() }
      try scene.doors.shut()
      try eventually("the limit is over") { strict.isOutdated && strict.lastError != nil }
      #expect(strict.current.decide(.insert, "users", in: "app", as: "UserRepository").reason == .owner)
      try scene.doors.open()
    }
  }

  @Test("don't believe a target whose epoch goes back")
  func restored() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      try scene.doors.setPhase(.shadow)
      try scene.doors.setPhase(.core, from: .shadow)
      // Asked by hand alone, so that the error is this call's.
      let live = try scene.live { $0.refreshInterval = .seconds(3600) }
      defer { live.close() }
      try scene.target.execute(
        "UPDATE kedge.epochs SET epoch = 1; UPDATE kedge.phases SET phase = 'shadow', epoch = 1")
      let error = #expect(throws: EpochWentBack.self) { try live.refresh() }
      #expect(error?.known == 2 && error?.found == 1 && error?.set == "shop")
      #expect(live.lastError is EpochWentBack)
      #expect(live.current.decide(.insert, "users", in: "postgres", as: "UserRepository").reason == .owner)
    }
  }

  @Test(
    "decide by one state or the other while phases are set, never by a mixture, whatever number of threads ask"
  )
  func swapping() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      let live = try scene.live { $0.refreshInterval = .milliseconds(1) }
      defer { live.close() }
      let (stop, doors) = (StopFlag(), scene.doors)
      let counts = Counts()
      _ = try parallel(5, name: "ask", stop: stop) { number in
        if number == 0 {
          // Either the old store owns it, or the new one.
          for turn in 0..<40 {
            let (from, to): (Mapping.Entity.Phase, Mapping.Entity.Phase) =
              turn % 2 == 0 ? (.shadow, .core) : (.core, .shadow)
            try doors.setPhase(to, from: from)
          }
          try eventually("the last phase arrives") { live.current.epoch == 40 }
          stop.set()
          return
        }
        while !stop.isSet {
          let now = live.current
          let old = now.decide(.update, "users", in: "app", as: "UserRepository", fence: now.epoch)
          let new = now.decide(.update, "users", in: "postgres", as: "UserRepository", fence: now.epoch)
          if old.isAllowed == new.isAllowed { counts.bad.add(1, ordering: .relaxed) }
          counts.asked.add(1, ordering: .relaxed)
        }
      }
      #expect(counts.bad.load(ordering: .relaxed) == 0)
      #expect(counts.asked.load(ordering: .relaxed) > 0)
    }
  }

  @Test("tell a session's writer and fence, whatever characters the name has, for one transaction")
  func sessions() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      try scene.doors.setPhase(.core)
      let live = try scene.live()
      defer { live.close() }
      let connection = scene.target.connection
      for writer in ["UserRepository", "O'Neil\\'; DROP TABLE kedge.epochs; --", "é\"\n"] {
        let session = live.session(writer: writer)
        #expect(session == GuardSession(writer: writer, fence: 1))
        for usesQuery in [false, true] {
          try connection.transaction {
            if usesQuery {
              _ = try connection.query(GuardSession.query, session.parameters.map { .text($0) })
            } else {
              try session.announce(on: connection)
            }
            let row = try connection.query(
              "SELECT current_setting('kedge.writer') AS writer, current_setting('kedge.fence') AS fence"
            ).first
            #expect(try row?["writer"] == writer)
            #expect(try row?["fence"] == "1")
          }
          #expect(try scene.target.value("SELECT coalesce(current_setting('kedge.writer', true), '')") == "")
        }
      }
      #expect(throws: PostgresError.self) { try live.session(writer: "x").announce(on: connection) }
      #expect(GuardSession(writer: nil, fence: nil).statement == "")
      #expect(UnitOfWork(of: live).session(writer: "x").fence == 1)
      #expect(try scene.target.value("SELECT count(*) FROM kedge.epochs") == "1")
    }
  }

  @Test("end their thread when nobody has them any more")
  func forgotten() async throws {
    try await BlockingThread.run {
      let scene = try LiveScene()
      func sessions() throws -> String {
        try scene.target.value(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'kedge guardrails'"
        )
      }
      do {
        let live = try scene.live()
        #expect(try sessions() == "1")
        _ = live.current
      }
      try eventually("the connection ends") { try sessions() == "0" }
    }
  }
}

/// What several threads count.
private final class Counts: Sendable {
  let bad = Atomic(0)
  let asked = Atomic(0)
}
