internal import Postgres

/// A process of a run as others see it.
public struct MemberStatus: Sendable, Equatable {
  public var id: Int
  public var host: String
  public var process: Int
  public var workers: Int
  /// Seconds since its last heartbeat.
  public var silence: Double
  /// Whether it was heard of within its lease; one that wasn't loses what it holds to the others.
  public var isHeard: Bool
  /// Workers that have nothing to do.
  public var waiting: Int
  /// Why it holds back; nil while it works.
  public var hold: String?
  /// Chunks that it works on.
  public var leased: Int
}

/// How far a run is.
public struct RunProgress: Sendable {
  public var members: [MemberStatus] = []
  /// Chunks that are planned so far: committed, held by a member, and free for all. More are planned as they are needed.
  public var done = 0
  public var leased = 0
  public var open = 0
}

extension Catalog {
  /// Who works on a run right now, and on what.
  public func progress(of run: Int) throws -> RunProgress {
    var progress = RunProgress()
    progress.members = try connection.query(
      """
      SELECT m.id, m.host, m.process, m.workers, m.waiting, m.hold,
        round(greatest(0, extract(epoch FROM clock_timestamp() - m.heard_at)), 1)::text AS silence,
        m.expires_at > clock_timestamp() AS is_heard,
        (SELECT count(*) FROM kedge.chunks c WHERE c.run = m.run AND c.member = m.id AND NOT c.is_done) AS leased
      FROM kedge.members m WHERE m.run = $1 AND m.state = 'working' ORDER BY m.id
      """, [.integer(run)]
    ).map { row in
      MemberStatus(
        id: try row.int("id"), host: try row["host"] ?? "", process: try row.int("process"),
        workers: try row.int("workers"), silence: Double(try row["silence"] ?? "") ?? 0,
        isHeard: try row["is_heard"] == "t", waiting: try row.int("waiting"), hold: try row["hold"],
        leased: try row.int("leased"))
    }
    let counts = try connection.query(
      """
      SELECT count(*) FILTER (WHERE c.is_done) AS done,
        count(*) FILTER (WHERE NOT c.is_done AND m.id IS NOT NULL) AS leased,
        count(*) FILTER (WHERE NOT c.is_done AND m.id IS NULL) AS open
      FROM kedge.chunks c LEFT JOIN kedge.members m ON m.id = c.member AND m.state = 'working'
      WHERE c.run = $1
      """, [.integer(run)]
    ).first
    if let counts {
      progress.done = try counts.int("done")
      progress.leased = try counts.int("leased")
      progress.open = try counts.int("open")
    }
    return progress
  }
}
