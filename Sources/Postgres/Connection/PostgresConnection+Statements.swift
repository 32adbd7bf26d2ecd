internal import CLibPQ

extension PostgresConnection {
  /// Runs one or more statements, separated by semicolons, and drops what they return.
  ///
  /// Several statements in one call are one transaction, unless one is open already or they begin one themselves.
  ///
  /// - Returns: how many rows the last statement touched or returned; 0 if it isn't of that kind.
  /// - Throws: ``PostgresError``.
  @discardableResult
  public func execute(_ sql: String) throws -> Int {
    affectedRows(try run(sql))
  }

  /// Runs one statement with parameters and drops what it returns.
  ///
  /// - Returns: how many rows it touched or returned; 0 if it isn't of that kind.
  /// - Throws: ``PostgresError``.
  @discardableResult
  public func execute(_ sql: String, _ parameters: [PostgresParameter]) throws -> Int {
    affectedRows(try run(sql, parameters))
  }

  /// Runs one statement and returns its rows, all in memory: for large results use ``openCopyOut(_:)``.
  ///
  /// - Throws: ``PostgresError``.
  public func query(_ sql: String, _ parameters: [PostgresParameter] = []) throws -> [PostgresRow] {
    QueryResult(stealing: try run(sql, parameters)).rows
  }

  /// Runs one or more statements and returns the rows of the last one.
  func query(simple sql: String) throws -> [PostgresRow] {
    QueryResult(stealing: try run(sql)).rows
  }

  private func run(_ sql: String) throws -> OpaquePointer? {
    try refuseNUL(in: sql)
    try send { PQsendQuery($0, sql) }
    return try checked(try lastResult())
  }

  private func run(_ sql: String, _ parameters: [PostgresParameter]) throws -> OpaquePointer? {
    _ = try ready()
    try refuseNUL(in: sql)
    let list = try ParameterList(parameters)
    try list.withValues { values in
      try send {
        PQsendQueryParams(
          $0, sql, Int32(parameters.count), list.types, values, list.lengths, list.formats, 0)
      }
    }
    return try checked(try lastResult())
  }

  func refuseNUL(in sql: String) throws {
    // libpq would take the statement to end there.
    guard !sql.utf8.contains(0) else {
      throw PostgresError(.usage, "The SQL holds a NUL character, which Postgres can't take.")
    }
  }

  private func affectedRows(_ result: OpaquePointer?) -> Int {
    defer { PQclear(result) }
    return PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
  }

  /// The result, if it is a success; the caller clears it. Clears the result itself when it throws.
  func checked(_ result: OpaquePointer?) throws -> OpaquePointer? {
    guard let result else { throw failure() }
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return result
    case PGRES_COPY_IN, PGRES_COPY_BOTH:
      PQclear(result)
      activity = .copyIn
      abortCopyIn("COPY FROM STDIN needs beginCopyIn")
      throw PostgresError(.usage, "COPY … FROM STDIN can't be run as a plain statement; use beginCopyIn.")
    case PGRES_COPY_OUT:
      PQclear(result)
      activity = .copyOut
      abandonCopyOut()
      throw PostgresError(.usage, "COPY … TO STDOUT can't be run as a plain statement; use copyOut.")
    default:
      defer { PQclear(result) }
      throw failure(result)
    }
  }
}
