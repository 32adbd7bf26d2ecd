/// What is wrong, for the faults that have an answer of their own: try again, or call a person.
public enum PostgresFault: String, Sendable, CaseIterable {
  /// The server's disk, or a quota on it, is full.
  case diskFull
  /// The server takes no writes: a standby, or one that was set to read only.
  case readOnly
  /// The role lacks a privilege.
  case missingRight
  /// No connection is free: of the server, of the role or of the database.
  case tooManyConnections
  /// `statement_timeout` ended the statement.
  case statementTimeout
  /// The statement was cancelled, by ``PostgresCancel`` or by an administrator.
  case cancelled
  /// A lock wasn't free in time: `lock_timeout`, or NOWAIT.
  case lockTimeout
  /// `idle_in_transaction_session_timeout` ended the connection.
  case idleInTransactionTimeout
  /// `idle_session_timeout` ended the connection.
  case idleSessionTimeout
  /// `transaction_timeout` ended the connection.
  case transactionTimeout
  /// An administrator stops the server, or ended this connection.
  case shutdown
  /// A server process crashed, and all others were ended with it.
  case crash
  /// The server starts, stops or recovers.
  case notReady
  /// The server has no memory to spare.
  case outOfMemory
  /// The table of locks is full: `max_locks_per_transaction`.
  case outOfLocks
  /// A limit that the server's configuration sets is reached, such as `temp_file_limit`.
  case configuredLimit
  /// A disk failed to read or write, or a file is missing.
  case inputOutput
  /// A data file or an index is damaged.
  case damage
  /// Two transactions got in each other's way: a deadlock, a serialization failure.
  case conflict
  /// The database was dropped under the connection.
  case databaseDropped

  /// Whether the same work may succeed when it is tried again soon, with nobody's help.
  ///
  /// A full disk isn't of that kind on purpose: what failed has been undone, the same work would fill the disk again, and
  /// a server that has no room left for its log stops altogether. Nor are `statement_timeout` and `transaction_timeout`: the
  /// same statement would take as long again.
  public var isTransient: Bool {
    switch self {
    case .tooManyConnections, .lockTimeout, .idleInTransactionTimeout, .idleSessionTimeout, .shutdown, .crash,
      .notReady, .outOfMemory, .conflict:
      true
    case .diskFull, .readOnly, .missingRight, .statementTimeout, .cancelled, .transactionTimeout, .outOfLocks,
      .configuredLimit, .inputOutput, .damage, .databaseDropped:
      false
    }
  }
}

extension PostgresError {
  /// What is wrong, if it is one of the faults that have an answer of their own; nil for all others.
  public var fault: PostgresFault? {
    guard let sqlState else { return nil }
    switch sqlState {
    case "53100": return .diskFull
    case "25006": return .readOnly
    case "42501": return .missingRight
    case "53300": return .tooManyConnections
    // The server's text alone tells these two apart; in another language than English it stays a cancellation.
    case "57014": return message.contains("statement timeout") ? .statementTimeout : .cancelled
    case "55P03": return .lockTimeout
    case "25P03": return .idleInTransactionTimeout
    case "57P05": return .idleSessionTimeout
    case "25P04": return .transactionTimeout
    case "57P01": return .shutdown
    case "57P02": return .crash
    case "57P03": return .notReady
    case "57P04": return .databaseDropped
    // The parameter's name stands in the hint in every language.
    case "53200": return hint?.contains("max_locks_per") == true ? .outOfLocks : .outOfMemory
    case "53400": return .configuredLimit
    case "58030", "58P01", "58P02": return .inputOutput
    case "XX001", "XX002": return .damage
    case "40001", "40P01": return .conflict
    default: return nil
    }
  }

  /// Whether the same work may succeed when tried again, on a new connection if ``isConnectionLost``, with nobody's help.
  ///
  /// True for lost and refused connections and for the ``fault``s that pass by themselves; see
  /// ``PostgresFault/isTransient``. False for a wrong password and whatever needs a person. Try again with growing pauses,
  /// and not for ever.
  public var isRetryable: Bool {
    if let fault { return fault.isTransient }
    if isConnectionLost { return true }
    guard let sqlState else { return code == .connection && !needsPerson && !isCertificateProblem }
    return sqlState.hasPrefix("08") && sqlState != "08P01"
  }

  /// Whether the statement was cancelled, by a cancel handle or an administrator. A statement timeout is another thing:
  /// ``PostgresFault/statementTimeout``.
  public var isCancelled: Bool { fault == .cancelled }

  /// Whether TLS failed for good, and not for a connection that broke while it began.
  var isCertificateProblem: Bool {
    guard code == .connection else { return false }
    if message.contains("certificate") { return true }
    let isBroken = ["SYSCALL", "closed unexpectedly", "unexpected eof"].contains { message.contains($0) }
    return message.contains("SSL") && !isBroken
  }
}
