internal import CSQLite

/// Which file a database is, whatever lies at its path later.
public struct SQLiteFileIdentity: Sendable, Hashable {
  let device: UInt
  let inode: UInt
}

extension SQLiteConnection {
  /// Throws if the file at the path isn't any more the one that was opened: replaced, moved away, deleted. And in a
  /// snapshot of a database with a rollback journal, whose file nobody may write then: truncated or overwritten.
  ///
  /// Costs one call of the system. SQLite itself would go on reading the old file, or what is left of it.
  ///
  /// - Throws: `SQLiteError` with `isReplaced`.
  public func requireSameFile() throws {
    guard let now = file.state else {
      throw replaced("it was deleted or moved away while it was open; put it back, and run again.")
    }
    guard now.identity == identity else {
      throw replaced(
        "another file was put in its place while it was open; run again, to read all from one file.")
    }
    guard let before = stateInSnapshot, now != before else { return }
    throw replaced(
      now.size < before.size
        ? "it was cut from \(before.size) to \(now.size) bytes while it was read, past SQLite's locks; restore it from "
          + "a backup, and run again."
        : "a program that isn't SQLite overwrote it while it was read, past SQLite's locks; run again when it is whole."
    )
  }

  /// An error of SQLite's, or what really happened: damage that came from outside while the file was open.
  func explained(_ error: SQLiteError) -> SQLiteError {
    guard error.isCorrupt || error.code == Int(SQLITE_IOERR) else { return error }
    do {
      try requireSameFile()
      return error
    } catch let cause as SQLiteError {
      return cause
    } catch {
      return SQLiteFile.error(SQLITE_ERROR, "\(error)", path: path)
    }
  }

  private func replaced(_ message: String) -> SQLiteError {
    SQLiteFile.error(kedge_readonly_moved, message, path: path)
  }
}
