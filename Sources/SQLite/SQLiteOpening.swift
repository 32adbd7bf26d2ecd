internal import CSQLite

/// The steps from a path to a connection that has read its database once.
enum SQLiteOpening {
  struct Opened {
    let database: OpaquePointer
    let isImmutable: Bool
    let state: SQLiteFile.State?
    let identity: SQLiteFileIdentity
  }

  static func open(_ file: SQLiteFile, _ mode: SQLiteConnection.Mode) throws -> Opened {
    guard sqlite3_libversion_number() >= 3_037_000 else {
      throw SQLiteFile.error(
        SQLITE_ERROR,
        "the SQLite library is \(String(cString: sqlite3_libversion())); 3.37 or later is needed.",
        path: file.path)
    }
    let flags =
      switch mode {
      case .readOnly: SQLITE_OPEN_READONLY
      case .readWrite: SQLITE_OPEN_READWRITE
      case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    do {
      let database = try connect(file, file.path, flags, mode)
      let identity = try identity(of: file, database)
      return Opened(database: database, isImmutable: false, state: nil, identity: identity)
    } catch let error as SQLiteError where mode == .readOnly && needsSharedMemory(error) {
      // A database in WAL mode wants files beside it, and its folder takes none. Without a -wal the main file is all
      // there is. With one, SQLite would silently leave out every commit in it.
      if let pending = file.pendingChanges {
        throw SQLiteError(
          extendedCode: error.extendedCode,
          message:
            "its folder can't be written to, and \"\(pending)\" holds changes that have to be merged in; copy "
            + "both files to a folder that can be written to.",
          path: file.path)
      }
      let state = file.state
      let database = try connect(file, file.immutableURI, flags | SQLITE_OPEN_URI, mode)
      let identity = try identity(of: file, database)
      return Opened(database: database, isImmutable: true, state: state, identity: identity)
    }
  }

  /// Which file was opened: the one at the path, if SQLite doesn't see another there than its own.
  private static func identity(
    of file: SQLiteFile, _ database: OpaquePointer
  ) throws -> SQLiteFileIdentity {
    let before = file.state?.identity
    var hasMoved: Int32 = 0
    let code = sqlite3_file_control(database, nil, SQLITE_FCNTL_HAS_MOVED, &hasMoved)
    guard code == SQLITE_OK, hasMoved == 0, let before, before == file.state?.identity else {
      sqlite3_close_v2(database)
      throw SQLiteFile.error(
        kedge_readonly_moved, "another file was put in its place while it was opened; run again.",
        path: file.path)
    }
    return before
  }

  private static func needsSharedMemory(_ error: SQLiteError) -> Bool {
    [
      SQLITE_CANTOPEN, kedge_readonly_directory, kedge_readonly_cantinit, kedge_readonly_recovery,
    ].contains(Int32(error.extendedCode))
  }

  private static func connect(
    _ file: SQLiteFile, _ name: String, _ flags: Int32, _ mode: SQLiteConnection.Mode
  ) throws -> OpaquePointer {
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let database = handle else {
      let error = SQLiteError(handle, code: code, path: file.path)
      sqlite3_close_v2(handle)
      throw error
    }
    do {
      try prepare(database, file, mode)
    } catch {
      sqlite3_close_v2(database)
      throw error
    }
    return database
  }

  /// Sets the connection up, and reads the schema: opening alone touches no byte of the file.
  private static func prepare(
    _ database: OpaquePointer, _ file: SQLiteFile, _ mode: SQLiteConnection.Mode
  ) throws {
    sqlite3_busy_timeout(database, SQLiteConnection.busyTimeout)
    let guarding = mode == .readOnly ? "PRAGMA query_only = 1; " : ""
    let code = sqlite3_exec(
      database, guarding + "SELECT count(*) FROM sqlite_schema", nil, nil, nil)
    if code & 0xFF == SQLITE_NOTADB { throw file.notADatabase }
    guard code == SQLITE_OK else {
      var error = SQLiteError(database, code: code, path: file.path)
      if error.extendedCode == Int(kedge_readonly_rollback) {
        error.message =
          "a program stopped in the middle of a transaction, and its journal has to be rolled back first; open the "
          + "database once with the program that owns it, or with sqlite3."
      }
      throw error
    }
  }

  /// Asks without a `SQLiteStatement`, which itself has to know.
  static func storesWideText(_ database: OpaquePointer) -> Bool {
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    guard sqlite3_prepare_v2(database, "PRAGMA encoding", -1, &statement, nil) == SQLITE_OK,
      sqlite3_step(statement) == SQLITE_ROW, let name = sqlite3_column_text(statement, 0)
    else { return true }
    return String(cString: name) != "UTF-8"
  }
}
