// Each function is there twice: for blocks that wait (`async`), and for those that don't. What blocks a thread runs on one of
// its own where the block is asynchronous.

/// Runs a block with a Postgres database of its own, which is dropped afterwards.
///
/// The server is one that `KEDGE_TEST_POSTGRES_URL` names; else a private one, started by the first call and shared by all tests of
/// the process. It waits for no disk, and ends with the process, however that ends.
///
/// - Parameter sql: statements that the database begins with. They run once for all calls with the same text.
/// - Throws: ``TestServerError``, which says what to install; what the block throws.
@discardableResult
public func withPostgres<Result>(prepared sql: String? = nil, _ body: (TemporaryPostgres) throws -> Result)
  throws -> Result
{
  let database = try TestDatabases.makePostgres(prepared: sql)
  return try ending({ try TestDatabases.drop(database) }) { try body(database) }
}

/// Runs a block with a Postgres database of its own, which is dropped afterwards.
///
/// The server is one that `KEDGE_TEST_POSTGRES_URL` names; else a private one, started by the first call and shared by all tests of
/// the process. It waits for no disk, and ends with the process, however that ends.
///
/// - Parameter sql: statements that the database begins with. They run once for all calls with the same text.
/// - Throws: ``TestServerError``, which says what to install; what the block throws.
@discardableResult
public func withPostgres<Result>(
  prepared sql: String? = nil, _ body: (TemporaryPostgres) async throws -> Result
) async throws -> Result {
  let database = try await offPool { try TestDatabases.makePostgres(prepared: sql) }
  return try await ending({ try TestDatabases.drop(database) }) { try await body(database) }
}

/// Runs a block with a MongoDB database of its own, which is dropped afterwards.
///
/// The server is one that `KEDGE_TEST_MONGODB_URI` names; else a private replica set of one, started by the first call and shared by
/// all tests of the process. It ends with the process, however that ends.
///
/// - Throws: ``TestServerError``, which says what to install; what the block throws.
@discardableResult
public func withMongo<Result>(filePath: String = #filePath, _ body: (TemporaryMongo) throws -> Result) throws
  -> Result
{
  let database = try TestDatabases.makeMongo(caller: filePath)
  return try ending({ try TestDatabases.drop(database) }) { try body(database) }
}

/// Runs a block with a MongoDB database of its own, which is dropped afterwards.
///
/// The server is one that `KEDGE_TEST_MONGODB_URI` names; else a private replica set of one, started by the first call and shared by
/// all tests of the process. It ends with the process, however that ends.
///
/// - Throws: ``TestServerError``, which says what to install; what the block throws.
@discardableResult
public func withMongo<Result>(
  filePath: String = #filePath, _ body: (TemporaryMongo) async throws -> Result
) async throws -> Result {
  let database = try await offPool { try TestDatabases.makeMongo(caller: filePath) }
  return try await ending({ try TestDatabases.drop(database) }) { try await body(database) }
}

/// Runs a block with a SQLite file of its own, which is removed afterwards.
///
/// - Throws: ``TestServerError`` where no file can be made; what the block throws.
@discardableResult
public func withSQLite<Result>(_ body: (TemporarySQLite) throws -> Result) throws -> Result {
  let database = try TestDatabases.makeSQLite()
  return try ending({ try TestDatabases.remove(database) }) { try body(database) }
}

/// Runs a block with a SQLite file of its own, which is removed afterwards.
///
/// - Throws: ``TestServerError`` where no file can be made; what the block throws.
@discardableResult
public func withSQLite<Result>(
  _ body: (TemporarySQLite) async throws -> Result
) async throws -> Result {
  let database = try await offPool { try TestDatabases.makeSQLite() }
  return try await ending({ try TestDatabases.remove(database) }) { try await body(database) }
}

/// What fails first counts: an error of the block, else one of the end.
private func ending<Result>(_ end: () throws -> Void, _ body: () throws -> Result) throws -> Result {
  let result = Swift.Result { try body() }
  let ended = Swift.Result { try end() }
  let value = try result.get()
  try ended.get()
  return value
}

private func ending<Result>(
  _ end: @escaping @Sendable () throws -> Void, _ body: () async throws -> Result
) async throws -> Result {
  let result: Result
  do {
    result = try await body()
  } catch {
    do {
      try await offPool { try end() }
    } catch {
      // The test has failed already, for a reason that says more. The server's end takes what is left.
    }
    throw error
  }
  try await offPool { try end() }
  return result
}
