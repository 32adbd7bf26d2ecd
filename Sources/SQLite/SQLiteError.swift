internal import CSQLite

/// Why SQLite, or the file it was to read, failed. The text never holds a value that was bound or stored.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
  /// The primary result code, such as 5 for a database that is locked.
  public var code: Int
  /// The extended result code, whose lowest byte is `code`.
  public var extendedCode: Int
  /// What happened, as SQLite or the opening says it.
  public var message: String
  /// The statement, with placeholders as it was written; nil if there was none.
  public var sql: String?
  /// The database's file.
  public var path: String

  /// From its parts.
  public init(extendedCode: Int, message: String, sql: String? = nil, path: String) {
    code = extendedCode & 0xFF
    self.extendedCode = extendedCode
    self.message = message
    self.sql = sql
    self.path = path
  }

  init(_ database: OpaquePointer?, code: Int32, sql: String? = nil, path: String) {
    let extended = sqlite3_extended_errcode(database)
    let matches = extended & 0xFF == code & 0xFF
    let message = matches ? sqlite3_errmsg(database) : sqlite3_errstr(code)
    self.init(
      extendedCode: Int(matches ? extended : code), message: message.map { String(cString: $0) } ?? "unknown",
      sql: sql, path: path)
  }

  /// Whether another connection held a lock for longer than the time limit.
  public var isBusy: Bool { code == Int(SQLITE_BUSY) || code == Int(SQLITE_LOCKED) }

  /// Whether the same work may succeed when tried again, with nobody's help: another program held a lock. What else can
  /// befall a file needs a person.
  public var isRetryable: Bool { isBusy && extendedCode != Int(kedge_busy_snapshot) }

  /// Whether the file isn't the one any more that was opened first, or was changed past all locks.
  public var isReplaced: Bool { extendedCode == Int(kedge_readonly_moved) }

  /// Whether `SQLiteCancel` stopped the statement.
  public var isInterrupted: Bool { code == Int(SQLITE_INTERRUPT) }

  /// Whether the file isn't a database, or is damaged.
  public var isCorrupt: Bool { code == Int(SQLITE_CORRUPT) || code == Int(SQLITE_NOTADB) }

  /// Whether there is no such file, or it may not be opened.
  public var isUnreadable: Bool { code == Int(SQLITE_CANTOPEN) || code == Int(SQLITE_PERM) }

  /// Whether a constraint refused a write.
  public var isConstraint: Bool { code == Int(SQLITE_CONSTRAINT) }

  /// One or two sentences: which file, what failed, what to do.
  public var description: String {
    var text = "SQLite database \"\(path)\": \(message)"
    if !message.hasSuffix(".") { text += " (SQLite error \(extendedCode))." }
    if let sql {
      text +=
        " The statement was: \(sql.count > 300 ? sql.prefix(300) + "…" : sql)"
        + (sql.hasSuffix(";") ? "" : ";")
    }
    return text + advice
  }

  private var advice: String {
    switch (Int32(code), Int32(extendedCode)) {
    case (SQLITE_BUSY, _):
      " Another program holds a lock on it; wait for that program's transaction to end, and run again."
    case (SQLITE_CORRUPT, _):
      " Run PRAGMA integrity_check, and restore the file from a backup or by sqlite3's .recover."
    case (SQLITE_FULL, _): " Free some space on the disk."
    case (SQLITE_IOERR, _): " Check the disk and its connection, and run again."
    default: ""
    }
  }
}
