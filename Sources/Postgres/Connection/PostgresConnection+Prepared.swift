internal import CLibPQ
internal import Glibc

/// What one statement gave.
public struct PostgresStatementResult: Sendable {
  /// The rows, empty for a statement that returns none.
  public let rows: [PostgresRow]
  /// The columns' names.
  public let columnNames: [String]
  /// The columns' types, by their numbers in the server's `pg_type`.
  public let columnTypes: [UInt32]
  /// How many rows were inserted, changed or deleted; 0 for a statement that only reads.
  public let affectedRows: Int
}

extension PostgresConnection {
  /// Whether a pooler stands between, whose server connections may change from one transaction to the next.
  public var isBehindPooler: Bool { isPooled }

  /// Whether a transaction is open in which a statement has failed, so that it can only be rolled back.
  public var isInFailedTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }

  /// Prepares a statement under a name, for ``run(prepared:_:)``.
  ///
  /// - Parameters:
  ///   - name: unique in this connection; empty for the one that the next such call replaces.
  ///   - types: the parameters' types as of ``PostgresParameter/typeNumber``.
  /// - Throws: ``PostgresError``.
  public func prepare(_ name: String, _ sql: String, types: [UInt32]) throws {
    try refuseNUL(in: sql)
    try send { PQsendPrepare($0, name, sql, Int32(types.count), types) }
    PQclear(try checked(try lastResult()))
  }

  /// Runs a statement that was prepared on this connection.
  ///
  /// - Throws: ``PostgresError``.
  public func run(prepared name: String, _ parameters: [PostgresParameter]) throws -> PostgresStatementResult
  {
    let list = try ParameterList(parameters)
    try list.withValues { values in
      try send {
        PQsendQueryPrepared($0, name, Int32(parameters.count), values, list.lengths, list.formats, 0)
      }
    }
    return statementResult(try checked(try lastResult()))
  }

  /// Runs one statement without preparing it.
  ///
  /// - Throws: ``PostgresError``.
  public func run(statement sql: String, _ parameters: [PostgresParameter]) throws -> PostgresStatementResult
  {
    try refuseNUL(in: sql)
    let list = try ParameterList(parameters)
    try list.withValues { values in
      try send {
        PQsendQueryParams(
          $0, sql, Int32(parameters.count), list.types, values, list.lengths, list.formats, 0)
      }
    }
    return statementResult(try checked(try lastResult()))
  }

  /// Looks, without asking the server, whether it has ended an idle connection meanwhile.
  ///
  /// - Returns: false if the connection is gone.
  public func isStillThere() -> Bool {
    guard isAlive else { return false }
    var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 0) > 0 else { return true }
    // Notices and changed parameters come unasked too; after a farewell the end of the stream follows at once.
    for _ in 0..<2 where PQconsumeInput(handle) != 1 { return false }
    entry.revents = 0
    if poll(&entry, 1, 0) > 0, PQconsumeInput(handle) != 1 { return false }
    return PQstatus(handle) == CONNECTION_OK
  }

  private func statementResult(_ pointer: OpaquePointer?) -> PostgresStatementResult {
    let tag = PQcmdStatus(pointer).map { String(cString: $0) } ?? ""
    let changes = !tag.hasPrefix("SELECT") && !tag.hasPrefix("FETCH") && !tag.hasPrefix("MOVE")
    let affected = PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
    let columns = 0..<PQnfields(pointer)
    let types = columns.map { PQftype(pointer, $0) }
    let result = QueryResult(stealing: pointer)
    return PostgresStatementResult(
      rows: result.rows, columnNames: columns.map { result.name(ofColumn: $0) }, columnTypes: types,
      affectedRows: changes ? affected : 0)
  }
}

extension PostgresParameter {
  /// The number in `pg_type` of the type that the value is sent as; 0 where the server infers it.
  public var typeNumber: UInt32 {
    switch self {
    case .text, .null: 0
    case .integer: 20
    case .boolean: 16
    case .bytes: 17
    case .typed(_, let number): number
    }
  }
}
