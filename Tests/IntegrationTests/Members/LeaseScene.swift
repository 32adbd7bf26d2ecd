import Catalog
import Codec
import Postgres
import TestSupport

/// A run of one entity, `things`, in a catalog that several members ask at once.
struct LeaseScene {
  let target: TestPostgres
  let run: Run
  static let entity = "things"

  init() throws {
    target = try TestPostgres()
    let catalog = Catalog(target.connection)
    try catalog.ensure()
    try target.execute("CREATE TABLE things (id integer)")
    run = try catalog.open(
      RunRequest(set: "test", mapping: "m", source: "s", entities: [], limit: nil)
    ) {}
    try catalog.begin(run, entity: Self.entity, isFresh: true)
  }

  /// A process that takes part: two connections, the one that beats and the one that works.
  struct Participant {
    let member: Member
    let beating: Catalog
    let working: Catalog
  }

  func join() throws -> Participant {
    let beating = Catalog(try PostgresConnection(target.settings))
    let member = try beating.join(run, host: "here", process: 1, workers: 1, lease: 30)
    return Participant(
      member: member, beating: beating, working: Catalog(try PostgresConnection(target.settings)))
  }

  static func bound(_ number: Int) -> BSONDocument { ["_id": BSONValue(number)] }

  /// Plans the next chunk of ten, up to `count` chunks, leased to the participant; nil if all are planned, or if another
  /// is planning.
  func plan(_ participant: Participant, of count: Int) throws -> ChunkLease? {
    try participant.working.planning(run, of: [Self.entity]) { entity in
      let number = entity.nextChunk
      let isLast = number == count - 1
      let chunk = Chunk(
        number: number, lower: entity.plannedTo, upper: isLast ? nil : Self.bound(number * 10 + 10), size: 10)
      return try participant.working.plan(
        run, entity: Self.entity, chunk, isLast: isLast, for: participant.member)
    }
  }

  func lease(_ participant: Participant) throws -> ChunkLease? {
    try participant.working.leaseChunk(run, for: participant.member)
  }

  /// A chunk's transaction: its rows, and the checkpoint.
  func move(_ lease: ChunkLease, _ participant: Participant) throws {
    try participant.working.connection.transaction {
      try participant.working.connection.execute("INSERT INTO things VALUES (\(lease.chunk.number))")
      var tally = Tally()
      (tally.read, tally.landed) = (1, 1)
      try participant.working.complete(run, lease, tally)
    }
  }

  /// Makes a member one that hasn't been heard of for longer than its lease, although it is there.
  func silence(_ participant: Participant) throws {
    try target.execute(
      "UPDATE kedge.members SET expires_at = clock_timestamp() - interval '1 second' WHERE id = \(participant.member.id)"
    )
  }
}
