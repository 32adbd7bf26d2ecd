internal import Executors
internal import Glibc
internal import Mapping
internal import Postgres

/// Transactions that never make the application wait for long: each asks for its lock for half a second, makes way if it doesn't
/// get it, and asks again after a pause that grows.
struct PatientTransaction {
  let connection: PostgresConnection
  /// Seconds for which one table is asked for.
  let patience: Double
  let stop: StopFlag

  /// Half of what a person takes for a hiccup. While it waits, writers that come later wait behind it.
  private static let lockTimeout = "500ms"

  /// Who waits while the transaction is open.
  enum Lock: String {
    case writers = "SHARE ROW EXCLUSIVE"
    /// Dropping a trigger keeps readers out, too. Asked for at once: one that is raised later can deadlock.
    case everybody = "ACCESS EXCLUSIVE"
  }

  /// Runs `body` in a transaction, with others kept from the table where there is one.
  ///
  /// - Throws: ``GuardIsBusy``, ``GuardWasStopped``, or what `body` throws.
  func run(on table: TableName?, _ lock: Lock = .writers, _ body: () throws -> Void) throws {
    let start = ContinuousClock.now
    var pause = 0.1
    while true {
      if stop.isSet { throw GuardWasStopped() }
      do {
        try connection.transaction {
          try connection.execute("SET LOCAL lock_timeout TO '\(Self.lockTimeout)'")
          if let table {
            try connection.execute("LOCK TABLE ONLY \(table.sql) IN \(lock.rawValue) MODE")
          }
          try body()
        }
        return
      } catch let error as PostgresError where Self.isInTheWay(error) {
        guard (ContinuousClock.now - start) / .seconds(1) + pause < patience else {
          throw GuardIsBusy(
            object: table?.display ?? "schema kedge", patience: patience, last: error,
            holders: try table.map { try holders($0, lock) } ?? [])
        }
        usleep(UInt32(pause * 1_000_000))
        pause = min(2, pause * 1.6)
      }
    }
  }

  /// A lock that isn't free, a deadlock, or two who change the same rights: that one has no code of its own.
  private static func isInTheWay(_ error: PostgresError) -> Bool {
    error.fault == .lockTimeout || error.fault == .conflict
      || (error.sqlState == "XX000" && error.message.hasPrefix("tuple concurrently"))
  }

  /// The sessions whose locks keep this one from the table, those that have been at it longest first.
  private func holders(_ table: TableName, _ lock: Lock) throws -> [String] {
    try connection.query(
      """
      SELECT format('process %s of role %s%s (%s), %s since %s', a.pid, coalesce(a.usename, 'unknown'),
        coalesce(', ' || nullif(a.application_name, ''), ''), l.mode, coalesce(a.state, 'at work'),
        to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS TZ')) AS holder
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid() AND l.relation = to_regclass($1)
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ($2 OR l.mode NOT IN ('AccessShareLock', 'RowShareLock'))
      ORDER BY a.xact_start LIMIT 5
      """, [.text(table.sql), .boolean(lock == .everybody)]
    ).map { try $0.text("holder") }
  }
}

/// A table, or the installer itself, wasn't free for as long as patience lasted. Nothing of that table was changed.
public struct GuardIsBusy: Error, CustomStringConvertible {
  let object: String
  let patience: Double
  let last: PostgresError?
  let holders: [String]

  public var description: String {
    let who =
      holders.isEmpty
      ? last.map { ": \($0.message)" } ?? "" : ", for this holds it: \(holders.joined(separator: "; "))"
    return
      "\(object) wasn't free for \(patience.formattedSeconds) seconds (--patience)\(who). What came before it is done;"
      + " run the same command again, or end that session first"
  }
}

/// A person stopped the work between two objects.
public struct GuardWasStopped: Error, CustomStringConvertible {
  public var description: String {
    "stopped between two objects: what came before is done; run the same command again to finish"
  }
}

extension Double {
  /// Without a fraction that is nothing.
  fileprivate var formattedSeconds: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}
