internal import CSQLite

extension SQLiteConnection {
  /// Whether a transaction is open. SQLite itself ends one after some errors, such as an interrupted write.
  public var isInTransaction: Bool { sqlite3_get_autocommit(database) == 0 }

  /// How many rows the last INSERT, UPDATE or DELETE touched by itself, without its triggers and cascades.
  public var changes: Int { Int(sqlite3_changes64(database)) }

  /// How many rows this connection has touched since it was opened, with triggers and cascades.
  public var totalChanges: Int { Int(sqlite3_total_changes64(database)) }

  /// Sets how long a statement waits for another connection's lock.
  public func waitForLocks(milliseconds: Int) {
    sqlite3_busy_timeout(database, Int32(clamping: milliseconds))
  }

  /// The version of the SQLite library.
  public static var libraryVersion: String { String(cString: sqlite3_libversion()) }
}
