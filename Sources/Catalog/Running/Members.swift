internal import Postgres

/// A process that takes part in a run. Its chunks are its own for as long as it is heard of.
public struct Member: Sendable, Equatable {
  public var id: Int
  public var run: Int

  /// The name of every connection of this member, by which others end them when it is lost.
  public var applicationName: String { Member.applicationName(run: run, id: id) }

  static func applicationName(run: Int, id: Int) -> String { "kedge run \(run) member \(id)" }
}

/// What a member hears with each heartbeat.
public struct RunNews: Sendable, Equatable {
  /// False when others took this member for lost: what it held may be theirs by now.
  public var isMember = true
  /// `running`, or how the run ended.
  public var state = "running"
  public var isPaused = false
  /// Records per second for the whole run; nil for no limit.
  public var rate: Int?
  /// Processes at work.
  public var members = 1
  /// Workers of other members that have nothing to do.
  public var waiting = 0
  /// How long the target took to write and commit the heartbeat.
  public var latency: Duration = .zero

  public init() {}
}

extension Catalog {
  /// Takes part in a run. The connection is the one that will beat: its lock says that the process is alive.
  ///
  /// - Parameter lease: seconds for which it counts as alive without a heartbeat.
  public func join(_ run: Run, host: String, process: Int, workers: Int, lease: Int) throws -> Member {
    let rows = try connection.query(
      """
      INSERT INTO kedge.members (run, host, process, workers, expires_at)
      VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5)) RETURNING id
      """, [.integer(run.id), .text(host), .integer(process), .integer(workers), .integer(lease)])
    guard let id = try rows.first?.int("id") else { throw CatalogError.noRow }
    let member = Member(id: id, run: run.id)
    try hold(member)
    return member
  }

  /// Takes the lock that says that the member's process is alive, on a connection that replaces a lost one.
  public func hold(_ member: Member) throws {
    try adopt(member)
    _ = try connection.query(
      "SELECT pg_advisory_lock_shared(hashtext('kedge member'), $1::int)", [.integer(member.id)])
  }

  /// Makes the connection one of the member's: it ends when the member is taken for lost, and doesn't wait long for a lock
  /// but asks again, as a statement that queues up holds up the application's own behind it.
  public func adopt(_ member: Member) throws {
    _ = try connection.execute("SET lock_timeout TO '\(Self.lockTimeout)'")
    _ = try connection.execute("SET application_name TO \(quoteLiteral(member.applicationName))")
  }

  /// Says that the member is alive, and hears what's new.
  ///
  /// - Parameter hold: why the member holds back, or doesn't work at all; nil while it works.
  public func beat(_ member: Member, lease: Int, waiting: Int, hold: String? = nil) throws -> RunNews {
    let begun = ContinuousClock.now
    let rows = try connection.query(
      """
      UPDATE kedge.members SET expires_at = clock_timestamp() + make_interval(secs => $2), waiting = $3,
        heard_at = clock_timestamp(), hold = $4
      WHERE id = $1 AND state = 'working' RETURNING id
      """, [.integer(member.id), .integer(lease), .integer(waiting), hold.map { .text($0) } ?? .null])
    var news = RunNews()
    news.latency = begun.duration(to: .now)
    news.isMember = !rows.isEmpty
    let row = try connection.query(
      """
      SELECT r.state, r.wish, r.rate, count(m.id) AS members,
        coalesce(sum(m.waiting) FILTER (WHERE m.id <> $2), 0) AS waiting
      FROM kedge.runs r LEFT JOIN kedge.members m ON m.run = r.id AND m.state = 'working' AND m.expires_at > clock_timestamp()
      WHERE r.id = $1 GROUP BY r.id
      """, [.integer(member.run), .integer(member.id)]
    ).first
    guard let row else { throw CatalogError.noRow }
    news.state = try row["state"] ?? ""
    news.isPaused = try row["wish"] == "pause"
    news.rate = try row["rate"] == nil ? nil : row.int("rate")
    news.members = max(1, try row.int("members"))
    news.waiting = try row.int("waiting")
    return news
  }

  public func leave(_ member: Member) throws {
    _ = try connection.execute(
      "UPDATE kedge.members SET state = 'ended', waiting = 0, hold = NULL WHERE id = $1 AND state = 'working'",
      [.integer(member.id)])
  }

  /// Finds members that are gone: not heard of for longer than their lease, or without the connection that beats. What
  /// they hold is free from now on, and what is left of their connections is ended, so that none of it blocks others.
  ///
  /// A member that is only slow loses nothing but its unfinished chunks: its fence has passed, so it can't commit them.
  public func sweep(_ run: Run, except member: Member? = nil) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.members m SET state = 'lost', waiting = 0, hold = NULL
      WHERE m.run = $1 AND m.state = 'working' AND m.id <> $2 AND (m.expires_at < clock_timestamp() OR NOT EXISTS (
        SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.classid = (hashtext('kedge member')::bigint & 4294967295)::oid AND l.objid = m.id::oid))
      """, [.integer(run.id), .integer(member?.id ?? 0)])
    try endConnections(ofLostMembersOf: run)
    try free(run)
  }

  /// Lets others have what members hold that are no more.
  private func free(_ run: Run) throws {
    // By the members' numbers, looked up before: a condition on another table isn't asked again for a row that has just
    // been leased to somebody.
    let gone = try connection.query(
      """
      SELECT m.id FROM kedge.members m WHERE m.run = $1 AND m.state <> 'working' AND (
        EXISTS (SELECT FROM kedge.chunks c WHERE c.run = $1 AND NOT c.is_done AND c.member = m.id)
        OR EXISTS (SELECT FROM kedge.run_entities e WHERE e.run = $1 AND NOT e.is_done AND e.member = m.id))
      """, [.integer(run.id)]
    ).map { try $0.int("id") }
    guard !gone.isEmpty else { return }
    let list = gone.map(String.init).joined(separator: ", ")
    for table in ["kedge.chunks", "kedge.run_entities"] {
      _ = try connection.execute(
        "UPDATE \(table) SET member = NULL WHERE run = $1 AND NOT is_done AND member IN (\(list))",
        [.integer(run.id)])
    }
  }

  private func endConnections(ofLostMembersOf run: Run) throws {
    do {
      _ = try connection.query(
        """
        SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
        JOIN kedge.members m ON a.application_name = 'kedge run ' || m.run || ' member ' || m.id
        WHERE m.run = $1 AND m.state = 'lost' AND a.datname = current_database() AND a.pid <> pg_backend_pid()
        """, [.integer(run.id)])
    } catch let error as PostgresError where error.sqlState == "42501" {
      // Another role's connections can't be ended by this one: they end by their own limits, and the fence holds anyway.
    }
  }

  /// Processes at work on the run, after those that are gone were found out.
  public func liveMembers(_ run: Run) throws -> Int {
    try sweep(run)
    return try connection.query(
      "SELECT count(*) AS n FROM kedge.members WHERE run = $1 AND state = 'working'", [.integer(run.id)]
    ).first?.int("n") ?? 0
  }

  /// Processes at work on any run of the set, as far as their leases say.
  public func liveMembers(of set: String) throws -> Int {
    try connection.query(
      """
      SELECT count(*) AS n FROM kedge.members m JOIN kedge.runs r ON r.id = m.run
      WHERE r.set_name = $1 AND m.state = 'working' AND m.expires_at > clock_timestamp()
      """, [.text(set)]
    ).first?.int("n") ?? 0
  }
}
