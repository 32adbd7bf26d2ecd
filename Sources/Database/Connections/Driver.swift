/// What one statement gave.
struct StatementResult: Sendable {
  var rows: [Row]
  var affected: Int
}

/// How a transaction begins.
struct TransactionMode: Sendable {
  var isolation: IsolationLevel?
  var readOnly: Bool
}

/// One open connection of either backend, on its thread. Every call blocks.
protocol Driver {
  /// Asks the backend, from any thread, to end the statement that runs.
  var cancel: @Sendable () -> Void { get }
  /// Whether a transaction is open, in order or failed.
  var isInTransaction: Bool { get }
  /// Whether the connection is there, as far as is known without asking.
  var isAlive: Bool { get }
  /// The server's or library's version.
  var version: String { get }

  func run(_ statement: SQLTranslation, _ parameters: [DatabaseValue]) throws -> StatementResult
  func runScript(_ sql: String) throws
  func begin(_ mode: TransactionMode) throws
  func commit() throws
  func close()
}
