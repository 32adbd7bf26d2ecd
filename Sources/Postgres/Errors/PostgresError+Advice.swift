extension PostgresError {
  /// What to do: our advice for failures that have one, else the server's own hint.
  var advice: String? {
    if let fault { return advice(for: fault) }
    if code == .connection, isConnectionLost {
      return hint ?? "See the server's log, and run the command again when the server is up."
    }
    switch sqlState {
    case "28P01": return "Check the user name and the password."
    case "28000": return "Check the user name, and that pg_hba.conf lets it connect from here."
    case "3D000": return "Create the database with CREATE DATABASE, or name another one in the URL."
    case nil where isCertificateProblem:
      return
        "Name the file of the certificate authority with sslrootcert=… in the URL, or say sslmode=disable there "
        + "if the server is local or the network is trusted."
    case nil where code == .connection:
      return hint ?? "Check that the server is running, and that host and port are right."
    default: return hint
    }
  }

  private func advice(for fault: PostgresFault) -> String? {
    switch fault {
    case .diskFull: "Free space on the server's disk (or its tablespace), and run the command again."
    case .readOnly: hint ?? "Open the transaction for writing, or connect to a server that takes writes."
    case .missingRight: hint ?? "Grant the user the privilege, or connect as one that has it."
    case .tooManyConnections:
      "Use fewer workers, end connections that nobody needs, or raise max_connections on the server (or the CONNECTION "
        + "LIMIT of the role or the database)."
    case .statementTimeout:
      "Raise statement_timeout for this role (ALTER ROLE … SET statement_timeout), or let a statement do less."
    case .cancelled: "It was cancelled from here, by an administrator, or by a timeout of the server's."
    case .lockTimeout:
      "Another session holds a lock that this needs: pg_locks and pg_stat_activity name it. Wait for its transaction "
        + "to end, or raise lock_timeout."
    case .idleInTransactionTimeout:
      "A transaction waited for its next statement for longer than idle_in_transaction_session_timeout: raise it for "
        + "this role if the source is slow."
    case .idleSessionTimeout:
      "The connection was idle for longer than idle_session_timeout: raise it for this role (ALTER ROLE … SET "
        + "idle_session_timeout)."
    case .transactionTimeout:
      "A transaction took longer than transaction_timeout: raise it for this role, or let a transaction do less."
    case .shutdown: "See the server's log, and run the command again when the server is up."
    case .crash: "The server recovers by itself; see its log for what crashed, and run the command again."
    case .notReady: "Wait until the server has started, and run the command again."
    case .outOfMemory:
      "Give the server more memory, or lower work_mem or max_connections; its log says who used it."
    case .outOfLocks:
      "Raise max_locks_per_transaction in postgresql.conf and restart the server, or touch fewer tables at once."
    case .configuredLimit:
      hint ?? "Raise the limit that the message names, in postgresql.conf or for this role."
    case .inputOutput:
      "Check the server's disk and file system and its log before anything else; then run the command again."
    case .damage:
      "Check the server's disk, and restore from a backup or rebuild the index that the message names."
    case .conflict: hint ?? "Run the command again."
    case .databaseDropped: "The database was dropped. Create it anew, or name another one in the URL."
    }
  }

  /// A hint for a refused write or a missing privilege, from what is known of the connection alone; nil if the server's
  /// own is the best.
  ///
  /// - Parameters:
  ///   - isStandby: whether the server said that it is one.
  ///   - isReadOnlyByDefault: whether `default_transaction_read_only` is on.
  ///   - role: the connection's role.
  func hintFromConnection(isStandby: Bool, isReadOnlyByDefault: Bool, role: String) -> String? {
    switch fault {
    case .readOnly where isStandby:
      "The server is a standby, which takes no writes: name the primary in the URL."
    case .readOnly where isReadOnlyByDefault:
      "default_transaction_read_only is on: set it off for this role (ALTER ROLE … SET default_transaction_read_only "
        + "TO off), the database or the server, unless the server is meant to be read only."
    case .missingRight: hint ?? grant(to: role)
    default: nil
    }
  }

  /// The statement that would give the privilege, as far as the server's English text names what it is about.
  private func grant(to role: String) -> String? {
    let role = quoteIdentifier(role)
    if let found = message.firstMatch(of: /^must be owner of ([a-z ]+) (\S+)$/) {
      let kind = found.output.1.uppercased()
      return "Connect as the owner of \(found.output.2), or say as the owner or a superuser: "
        + "ALTER \(kind) \(found.output.2) OWNER TO \(role)."
    }
    guard let found = message.firstMatch(of: /^permission denied for ([a-z ]+) (.+)$/) else { return nil }
    let name = quoteIdentifier(String(found.output.2))
    let grants =
      switch found.output.1 {
      case "table", "view", "materialized view":
        "SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON \(name)"
      case "schema": "USAGE, CREATE ON SCHEMA \(name)"
      case "sequence": "USAGE, SELECT ON SEQUENCE \(name)"
      case "database": "CREATE, CONNECT, TEMPORARY ON DATABASE \(name)"
      case "tablespace": "CREATE ON TABLESPACE \(name)"
      case "function": "EXECUTE ON FUNCTION \(name)"
      case "type": "USAGE ON TYPE \(name)"
      default: ""
      }
    guard !grants.isEmpty else { return nil }
    return
      "Say as the owner or a superuser: GRANT \(grants) TO \(role). Or connect as a role that has the privilege."
  }
}
