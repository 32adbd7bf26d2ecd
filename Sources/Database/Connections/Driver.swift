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
  /// Asks the backend, from any thread, to end the statement that runs; false if it may not have heard.
  var cancel: @Sendable () -> Bool { get }
  /// Whether a transaction is open, in order or failed.
  var isInTransaction: Bool { get }
  /// Whether the connection is there, as far as is known without asking.
  var isAlive: Bool { get }
  /// The server's or library's version.
  var version: String { get }

  /// - Parameter isWanted: asked between attempts, where a lock has to be waited for.
  func run(
    _ statement: SQLTranslation, _ parameters: [DatabaseValue], while isWanted: () -> Bool
  ) throws -> StatementResult
  /// Runs statements without parameters, as one transaction unless one is open.
  func runScript(_ sql: String, while isWanted: () -> Bool) throws
  /// Runs one command of transactions.
  func command(_ sql: String) throws
  func begin(_ mode: TransactionMode, while isWanted: () -> Bool) throws
  func commit() throws
  func close()
}
