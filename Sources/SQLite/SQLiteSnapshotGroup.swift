internal import CSQLite

/// Several read-only connections that all see one and the same state of a database, for readers in parallel.
///
/// SQLite as distributions build it can't hand a snapshot from one connection to another. So all begin their own, and a
/// watcher proves by `PRAGMA data_version` that nobody committed between the first and the last; if somebody did, all
/// begin again.
///
/// In WAL mode writers go on while the group is open. With a rollback journal they wait, as SQLite's shared lock wants it:
/// end such a group soon.
public struct SQLiteSnapshotGroup {
  /// The connections, each for one thread at a time.
  public let connections: [SQLiteConnection]
  /// The file that all of them read.
  public var identity: SQLiteFileIdentity { watcher.identity }
  private let watcher: SQLiteConnection

  /// Opens the connections and begins their common snapshot.
  ///
  /// - Parameters:
  ///   - path: The database's file.
  ///   - count: How many connections; at least one.
  ///   - expected: The file that earlier connections read, so that no two read different ones; nil for the first.
  ///   - attempts: How often to begin again when a commit slips in. An attempt takes some ten microseconds per connection.
  /// - Throws: `SQLiteError`; `isBusy` if a commit slipped in at every attempt, `isReplaced` if another file lies at the
  ///   path by now.
  public init(path: String, count: Int, expected: SQLiteFileIdentity? = nil, attempts: Int = 20_000) throws {
    connections = try (0..<max(1, count)).map { _ in try SQLiteConnection(path: path, mode: .readOnly) }
    watcher = try SQLiteConnection(path: path, mode: .readOnly)
    let all = Set(connections.map(\.identity) + [watcher.identity] + (expected.map { [$0] } ?? []))
    guard all.count == 1 else {
      throw SQLiteFile.error(
        kedge_readonly_moved,
        "another file was put in its place since it was first opened; run again, to read all from one file.",
        path: path)
    }
    for _ in 0..<max(1, attempts) {
      let before = try watcher.dataVersion()
      for connection in connections { try connection.beginSnapshot() }
      if try watcher.dataVersion() == before { return }
      try end()
    }
    throw SQLiteFile.error(
      SQLITE_BUSY,
      "other programs commit so often that \(count) readers can't agree on one state; use fewer readers, or pause "
        + "the writers for a moment.",
      path: path)
  }

  /// Ends the snapshot on every connection. They stay open.
  ///
  /// - Throws: `SQLiteError`.
  public func end() throws {
    for connection in connections { try connection.endSnapshot() }
  }
}
