import Catalog
import Codec
import Executors
import Postgres
import TestSupport
import Testing

/// Who may do what in a run, asked of the catalog itself.
@Suite("Leases")
struct LeaseTests {
  @Test(
    "members that plan and lease at the same time never hold one chunk together",
    .timeLimit(.minutes(10)))
  func race() throws {
    let scene = try LeaseScene()
    let count = 150
    let run = scene.run
    let settings = scene.target.settings
    // Each thread leases what is there, else plans, gives every third chunk back, and moves the others.
    let moved = try parallel(4, name: "member", stop: StopFlag()) { index -> [Int] in
      let beating = Catalog(try PostgresConnection(settings))
      let working = Catalog(try PostgresConnection(settings))
      let member = try beating.join(run, host: "here", process: index, workers: 1, lease: 30)
      var mine: [Int] = []
      var turns = 0
      while true {
        let lease =
          try working.leaseChunk(run, for: member)
          ?? working.planning(run, of: [LeaseScene.entity]) { entity in
            let isLast = entity.nextChunk == count - 1
            let chunk = Chunk(
              number: entity.nextChunk, lower: entity.plannedTo,
              upper: isLast ? nil : LeaseScene.bound(entity.nextChunk * 10 + 10), size: 10)
            return try working.plan(run, entity: LeaseScene.entity, chunk, isLast: isLast, for: member)
          }
        guard let lease else {
          let open = try working.connection.query(
            "SELECT count(*) AS n FROM kedge.chunks WHERE is_done"
          ).first?.int("n")
          if open == count { return mine }
          continue
        }
        turns += 1
        if turns % 3 == 0 {
          try working.release(run, lease)
          continue
        }
        try working.connection.transaction {
          try working.connection.execute("INSERT INTO things VALUES (\(lease.chunk.number))")
          try working.complete(run, lease, Tally())
        }
        mine.append(lease.chunk.number)
      }
    }
    #expect(moved.flatMap { $0 }.sorted() == Array(0..<count))
    expectEqual(
      try scene.target.rows("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM things"),
      ["\(count) | \(count) | 0 | \(count - 1)"])
    // Neighbours meet: every place is in exactly one chunk.
    expectEqual(
      try scene.target.rows(
        """
        SELECT count(*) FROM (SELECT chunk, lower_bound, lag(upper_bound) OVER (ORDER BY chunk) AS before
          FROM kedge.chunks) s WHERE lower_bound IS DISTINCT FROM before
        """), ["0"])
  }

  @Test("a chunk of a member that is gone or silent is free, and the one who was silent can't commit it")
  func swept() throws {
    let scene = try LeaseScene()
    let (gone, silent, other) = (try scene.join(), try scene.join(), try scene.join())
    let lost = try #require(try scene.plan(gone, of: 2))
    let late = try #require(try scene.plan(silent, of: 2))
    #expect(try scene.lease(other) == nil)
    try other.working.sweep(scene.run, except: other.member)
    #expect(try scene.lease(other) == nil, "members that are alive keep what they have")
    gone.beating.connection.close()
    try scene.silence(silent)
    // The server may need a moment to see that a connection has gone.
    var taken: [ChunkLease] = []
    while taken.count < 2 {
      try other.working.sweep(scene.run, except: other.member)
      if let lease = try scene.lease(other) { taken.append(lease) }
    }
    #expect(taken.map(\.chunk.number).sorted() == [lost.chunk.number, late.chunk.number])
    #expect(taken.map(\.fence) == [2, 2])
    // Its working connection wasn't called the member's, so it is still there: only the fence holds it back.
    #expect(try silent.working.state(of: late, in: scene.run) == .lost)
    #expect(throws: LeaseLost.self) { try scene.move(late, silent) }
    expectEqual(try scene.target.rows("SELECT id FROM things"), [])
    #expect(try !other.working.beat(silent.member, lease: 30, waiting: 0).isMember)
    for lease in taken { try scene.move(lease, other) }
    // Nor after the other has committed.
    #expect(throws: LeaseLost.self) { try scene.move(late, silent) }
    #expect(throws: LeaseLost.self) { try scene.move(lost, silent) }
    expectEqual(try scene.target.rows("SELECT id FROM things ORDER BY id"), ["0", "1"])
    for lease in taken { #expect(try other.working.state(of: lease, in: scene.run) == .committed) }
    expectEqual(
      try scene.target.rows("SELECT state FROM kedge.members ORDER BY id"), ["lost", "lost", "working"])
  }

  @Test("a lease that came back to the same member isn't the old one")
  func sameMember() throws {
    let scene = try LeaseScene()
    let member = try scene.join()
    let first = try #require(try scene.plan(member, of: 1))
    try member.working.release(scene.run, first)
    let second = try #require(try scene.lease(member))
    #expect(second.chunk.number == first.chunk.number && second.fence == first.fence + 1)
    #expect(throws: LeaseLost.self) { try scene.move(first, member) }
    try member.working.release(scene.run, first)
    try scene.move(second, member)
    expectEqual(try scene.target.rows("SELECT id FROM things"), ["0"])
  }

  @Test("an entity's completion is one member's, and another's once that one is lost")
  func completion() throws {
    let scene = try LeaseScene()
    let (first, second) = (try scene.join(), try scene.join())
    func lease(_ participant: LeaseScene.Participant) throws -> Int? {
      try participant.working.leaseCompletion(
        scene.run, of: [LeaseScene.entity], for: participant.member)?.fence
    }
    let chunk = try #require(try scene.plan(first, of: 1))
    #expect(try lease(second) == nil, "a chunk is open")
    try scene.move(chunk, first)
    let old = try #require(try lease(first))
    #expect(try lease(second) == nil)
    try scene.silence(first)
    try second.working.sweep(scene.run, except: second.member)
    let new = try #require(try lease(second))
    #expect(throws: LeaseLost.self) {
      try first.working.connection.transaction {
        try first.working.connection.execute("INSERT INTO things VALUES (-1)")
        try first.working.holdCompletion(scene.run, entity: LeaseScene.entity, fence: old)
      }
    }
    #expect(throws: LeaseLost.self) {
      try first.working.setDone(scene.run, entity: LeaseScene.entity, fence: old)
    }
    // What the first gives back isn't its own any more.
    try first.working.releaseCompletion(scene.run, entity: LeaseScene.entity, fence: old)
    #expect(try lease(first) == nil)
    try second.working.setDone(scene.run, entity: LeaseScene.entity, fence: new)
    expectEqual(try scene.target.rows("SELECT id FROM things"), ["0"])
    expectEqual(try scene.target.rows("SELECT is_done FROM kedge.run_entities"), ["t"])
  }

  @Test("planning and finishing are one member's at a time")
  func oneAtATime() throws {
    let scene = try LeaseScene()
    let (first, second) = (try scene.join(), try scene.join())
    _ = try first.working.planning(scene.run, of: [LeaseScene.entity]) { _ in
      let lease = try scene.plan(second, of: 1)
      #expect(lease == nil)
    }
    let lease = try scene.plan(second, of: 1)
    #expect(lease != nil)
    #expect(try first.working.tryLockFinish(scene.run))
    #expect(try !second.working.tryLockFinish(scene.run))
    try first.working.unlockFinish(scene.run)
    #expect(try second.working.tryLockFinish(scene.run))
  }
}
