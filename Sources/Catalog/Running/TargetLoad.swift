internal import Postgres

/// What the target says about how hard it works.
public struct TargetLoad: Sendable, Equatable {
  /// A replica, and how far it has come.
  public struct Replica: Sendable, Equatable {
    public var name: String
    /// The place in the log up to which it has applied everything.
    public var replayed: Int
    /// Seconds that it last said it was behind.
    public var lag: Double?

    public init(name: String, replayed: Int, lag: Double? = nil) {
      self.name = name
      self.replayed = replayed
      self.lag = lag
    }
  }
  /// The place in the log where the target writes now.
  public var written = 0
  /// Physical replicas whose place this role may see.
  public var replicas: [Replica] = []
  /// Checkpoints so far that weren't due by the clock.
  public var requestedCheckpoints: Int?
  /// Bytes of log after which a checkpoint is due before its time.
  public var checkpointBytes = 0

  public init() {}
}

extension Catalog {
  /// Asks the target how hard it works. What this role may not see is left out.
  public func targetLoad() throws -> TargetLoad {
    var load = TargetLoad()
    let row = try connection.query(
      """
      SELECT (pg_current_wal_lsn() - '0/0')::bigint AS written, pg_size_bytes(current_setting('max_wal_size')) AS bytes,
        current_setting('server_version_num')::int AS version
      """
    ).first
    guard let row else { return load }
    load.written = try row.int("written")
    load.checkpointBytes = try row.int("bytes")
    let checkpoints =
      try row.int("version") >= 170000
      ? "SELECT num_requested AS n FROM pg_stat_checkpointer"
      : "SELECT checkpoints_req AS n FROM pg_stat_bgwriter"
    load.requestedCheckpoints = try connection.query(checkpoints).first?.int("n")
    // A subscriber of a logical slot says now and then only how far it is: that is no lag. Without the rights of
    // pg_monitor, replay_lsn is null.
    load.replicas = try connection.query(
      """
      SELECT coalesce(nullif(r.application_name, ''), 'process ' || r.pid) AS name,
        (r.replay_lsn - '0/0')::bigint AS replayed, extract(epoch FROM r.replay_lag)::text AS lag
      FROM pg_stat_replication r
      WHERE r.replay_lsn IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')
      """
    ).map { row in
      TargetLoad.Replica(
        name: try row["name"] ?? "", replayed: try row.int("replayed"),
        lag: try row["lag"].flatMap(Double.init))
    }
    return load
  }
}
