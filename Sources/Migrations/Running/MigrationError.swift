public import Postgres

/// Why migrations can't go on. Each says what to do.
public enum MigrationError: Error, Sendable, CustomStringConvertible {
  /// Another process migrates this database.
  case busy(holder: String)
  /// Files and database don't agree.
  case disagreement([String])
  /// A statement failed.
  case failed(MigrationFailure)
  /// A migration without a transaction would go through a pooler.
  case pooled(title: String)
  /// The way back isn't written.
  case noWayBack(title: String, file: String)
  /// It was declared to be there, so nobody knows how to take it away.
  case baselineStays(title: String)
  /// The part holds no statements.
  case empty(title: String, file: String)
  /// No file has this number.
  case unknownNumber(Int, known: [Int])
  /// An index that a statement left behind is in the way.
  case invalidIndex(title: String, index: String, drop: String)
  /// What was done can't be continued with the file as it is.
  case rewritten(title: String, done: Int)
  /// A row of Kedge's own table holds a word that this version doesn't know.
  case unknownState(String, number: Int)
  /// What was asked doesn't fit the state of a migration.
  case notPossible(String)
  /// Ctrl-C.
  case interrupted

  /// The error as sentences.
  public var description: String {
    switch self {
    case .busy(let holder):
      "another process is migrating this database: \(holder). Wait until it ends, or allow more time with --patience"
    case .disagreement(let problems):
      "the files and the database don't agree:\n  " + problems.joined(separator: "\n  ")
    case .failed(let failure): failure.description
    case .pooled(let title):
      "\(title) runs without a transaction, and this connection goes through a pooler (PgBouncer or the like), where the lock that"
        + " keeps others out doesn't hold from one statement to the next; give the server's own address with --target or"
        + " POSTGRES_URL_NON_POOLING"
    case .noWayBack(let title, let file):
      "\(title) can't be undone: \(file) has no statements under '-- kedge: down'. Write them, or go forward with a new migration"
    case .baselineStays(let title):
      "\(title) was declared to be there by 'baseline' and wasn't applied by kedge, so kedge doesn't undo it"
    case .empty(let title, let file):
      "\(title) has no statements yet; write them under '-- kedge: up' in \(file), or remove the file"
    case .unknownNumber(let number, let known):
      "no migration has the number \(number); there are "
        + (known.isEmpty ? "none" : known.map(String.init).joined(separator: ", "))
    case .invalidIndex(let title, let index, let drop):
      "\(title) builds the index \(index), which an earlier try left half built: it is there and not valid. Drop it with"
        + " 'kedge migrate repair --drop-invalid' or with: \(drop) Then run the same command again"
    case .rewritten(let title, let done):
      "\(title) stopped after \(done) of its statements, and those were changed in the file since. Put them back as they were; or,"
        + " once the database is as it should be, say 'kedge migrate repair --mark-applied' or '--mark-pending' with its number"
    case .unknownState(let state, let number):
      "kedge.migrations says '\(state)' of migration \(number), which this kedge doesn't know. Use the newer kedge"
    case .notPossible(let reason): reason
    case .interrupted: "stopped; what is finished stays, and the same command goes on from there"
    }
  }
}

/// A statement of a migration that PostgreSQL refused.
public struct MigrationFailure: Error, Sendable, CustomStringConvertible {
  /// The migration's number and name.
  public let title: String
  /// The file.
  public let file: String
  /// Where the fault is, from 1.
  public let line: Int
  /// In characters from 1.
  public let column: Int
  /// What PostgreSQL said.
  public let cause: PostgresError
  /// How many statements before it stay; nil if all were rolled back.
  public let statementsDone: Int?
  /// How to drop an index that was left half built.
  public let drop: String?

  /// `file:line:column: error: …`, and what the state is now.
  public var description: String {
    var text = "\(file):\(line):\(column): error: \(title) failed: \(cause)"
    if let statementsDone {
      text += " It runs without a transaction: \(statementsDone) of its statements are done and stay."
      if let drop { text += " The index that it began is there and not valid; drop it: \(drop)" }
      text += " Mend the rest of the file and run the same command again, which goes on behind them."
    } else {
      text +=
        " It was rolled back wholly; the migrations before it stay. Mend the file and run the same command again."
    }
    return text
  }
}
