/// Why something asked of the database failed: the same kinds on both backends.
///
/// For example:
/// ```swift
/// do {
///   try await database.run("INSERT INTO users (email) VALUES (?)", [email])
/// } catch let error as DatabaseError where error.isUniqueViolation {
///   throw SignUpError.emailIsTaken
/// }
/// ```
///
/// Neither ``description`` nor any property holds a password or a value of a row or parameter.
public struct DatabaseError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong. More cases may come.
  public enum Kind: Sendable, Hashable {
    /// A key stands there already. The constraint's name is Postgres' alone; columns are what the key is made of.
    case uniqueViolation(constraint: String?, columns: [String])
    /// The row referred to isn't there, or the row is still referred to. SQLite names neither.
    case foreignKeyViolation(constraint: String?, columns: [String])
    /// A column that needs a value got none.
    case notNullViolation(column: String?)
    /// A row breaks a CHECK; SQLite gives its expression where it has no name.
    case checkViolation(constraint: String?)
    /// Some other constraint of the schema refused a row, or a trigger did.
    case constraintViolation(constraint: String?)
    /// Two transactions got in each other's way, a deadlock included: run the transaction again, or ask for `retries`.
    case serialization
    /// The schema has changed under a statement that was prepared: run the transaction again, or ask for `retries`.
    case schemaChanged
    /// A statement of the transaction has failed, so that it can only be rolled back.
    case transactionFailed
    /// SQLite's file, or a row or table of Postgres, was locked for longer than was allowed.
    case locked
    /// The deadline came while something was waited for.
    case timeout(Phase)
    /// The Swift task was cancelled, or an administrator cancelled the statement.
    case cancelled
    /// No connection could be made, or it was lost. What was being committed may or may not have been.
    case connection
    /// The database takes no writes now, or not from this transaction.
    case readOnly
    /// The statement itself is wrong: its syntax, or a name in it.
    case statement
    /// A value doesn't fit its type: too long, out of range, not a number.
    case invalidValue
    /// The result has no column of that name, or several.
    case noSuchColumn(String)
    /// A column holds something else than was asked for.
    case decoding(column: String, found: String, wanted: String)
    /// One row was asked for, and there were more.
    case tooManyRows
    /// Placeholders are mixed, malformed, or don't fit the parameters.
    case placeholders
    /// Settings are missing, partial or contradict each other.
    case configuration
    /// The database has been closed.
    case closed
    /// The facade is used in a way that it doesn't allow.
    case usage
    /// What has no kind of its own; ``DatabaseError/sqlState`` or ``DatabaseError/sqliteCode`` tells more.
    case other
  }

  /// What a deadline ended.
  public enum Phase: String, Sendable, Hashable {
    /// Waiting for a free connection of the pool.
    case connection
    /// A statement, which was cancelled.
    case statement
    /// A transaction, between its statements.
    case transaction
  }

  /// What went wrong.
  public var kind: Kind
  /// One or more sentences.
  public var message: String
  /// Postgres' five characters for the error, such as `23505`.
  public var sqlState: String?
  /// SQLite's extended result code, such as 2067.
  public var sqliteCode: Int?
  /// The table that the error is about, if the backend names it.
  public var table: String?

  /// An error from its parts; the message holds no values.
  public init(
    _ kind: Kind, _ message: String, sqlState: String? = nil, sqliteCode: Int? = nil, table: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.sqlState = sqlState
    self.sqliteCode = sqliteCode
    self.table = table
  }

  /// ``message``.
  public var description: String { message }

  /// Whether a key stands there already.
  public var isUniqueViolation: Bool { if case .uniqueViolation = kind { true } else { false } }
  /// Whether a reference would lead nowhere.
  public var isForeignKeyViolation: Bool { if case .foreignKeyViolation = kind { true } else { false } }
  /// Whether any constraint refused a row.
  public var isConstraintViolation: Bool {
    switch kind {
    case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation, .constraintViolation:
      true
    default: false
    }
  }
  /// Whether a deadline came.
  public var isTimeout: Bool { if case .timeout = kind { true } else { false } }
  /// Whether the same transaction, begun anew, may succeed: `serialization`, `schemaChanged`, and SQLite's file that was locked.
  public var isRetryable: Bool {
    kind == .serialization || kind == .schemaChanged || kind == .locked && sqliteCode != nil
  }

  /// Whether no server answered, or the one that did is starting or stopping.
  var isOutOfReach: Bool { kind == .connection && (sqlState == nil || sqlState == "57P03") }
}
