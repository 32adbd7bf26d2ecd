public import Mapping

// Each expectation is there twice: for blocks that wait (`async`), and for those that don't.

/// Expects that a block writes only data of this owner, as the databases themselves see it: also code that asks no guard.
///
/// - Parameter databases: those that the block may reach, by their stores' names or kinds' words.
/// - Throws: what the block throws, and errors of the databases.
@discardableResult
public func expectWritesOnly(
  _ owner: Entity.Owner, on databases: [String: any WriteObservable], in mappings: OwnershipMap,
  check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: () throws -> Void
) throws -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let writes = try writes(of: databases, during: body)
  return settle(
    JudgeDatabaseWrites.outside(owner, writes, mappings, place), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes only data of this owner, as the databases themselves see it: also code that asks no guard.
///
/// - Parameter databases: those that the block may reach, by their stores' names or kinds' words.
/// - Throws: what the block throws, and errors of the databases.
@discardableResult
public func expectWritesOnly(
  _ owner: Entity.Owner, on databases: [String: any WriteObservable], in mappings: OwnershipMap,
  check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: () async throws -> Void
) async throws -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let writes = try await writes(of: databases, during: body)
  return settle(
    JudgeDatabaseWrites.outside(owner, writes, mappings, place), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes every entity to the store that owns it now, as the databases themselves see it.
///
/// - Parameter databases: those that the block may reach, by their stores' names or kinds' words.
/// - Throws: what the block throws, and errors of the databases.
@discardableResult
public func expectWritesToOwners(
  on databases: [String: any WriteObservable], in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: () throws -> Void
) throws -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let writes = try writes(of: databases, during: body)
  return settle(
    JudgeDatabaseWrites.unowned(writes, mappings, place), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes every entity to the store that owns it now, as the databases themselves see it.
///
/// - Parameter databases: those that the block may reach, by their stores' names or kinds' words.
/// - Throws: what the block throws, and errors of the databases.
@discardableResult
public func expectWritesToOwners(
  on databases: [String: any WriteObservable], in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: () async throws -> Void
) async throws -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let writes = try await writes(of: databases, during: body)
  return settle(
    JudgeDatabaseWrites.unowned(writes, mappings, place), check: check, baseline: baseline, at: place)
}

/// Expects that every collection or table that a block writes belongs to an entity, as the databases themselves see it.
///
/// - Parameter databases: those that the block may reach, by their stores' names or kinds' words.
/// - Throws: what the block throws, and errors of the databases.
@discardableResult
public func expectDeclared(
  writtenOn databases: [String: any WriteObservable], in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: () throws -> Void
) throws -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let writes = try writes(of: databases, during: body)
  return settle(
    JudgeDatabaseWrites.unowned(writes, mappings, place).filter { $0.rule == "undeclared" }, check: check,
    baseline: baseline, at: place)
}

/// Expects that every collection or table that a block writes belongs to an entity, as the databases themselves see it.
///
/// - Parameter databases: those that the block may reach, by their stores' names or kinds' words.
/// - Throws: what the block throws, and errors of the databases.
@discardableResult
public func expectDeclared(
  writtenOn databases: [String: any WriteObservable], in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: () async throws -> Void
) async throws -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let writes = try await writes(of: databases, during: body)
  return settle(
    JudgeDatabaseWrites.unowned(writes, mappings, place).filter { $0.rule == "undeclared" }, check: check,
    baseline: baseline, at: place)
}

private func writes(of databases: [String: any WriteObservable], during body: () throws -> Void) throws -> [(
  store: String, write: DatabaseWrite
)] {
  let observed = databases.sorted { $0.key < $1.key }
  let watches = try observed.map { ($0.key, try $0.value.observeWrites()) }
  let result = Result { try body() }
  let found = Result {
    try watches.flatMap { store, watch in try watch.finish().map { (store: store, write: $0) } }
  }
  try result.get()
  return try found.get()
}

private func writes(of databases: [String: any WriteObservable], during body: () async throws -> Void)
  async throws
  -> [(store: String, write: DatabaseWrite)]
{
  let observed = databases.sorted { $0.key < $1.key }
  let watches = try await offPool { try observed.map { ($0.key, try $0.value.observeWrites()) } }
  let result: Result<Void, any Error>
  do {
    try await body()
    result = .success(())
  } catch {
    result = .failure(error)
  }
  let found = try await offPool {
    Result { try watches.flatMap { store, watch in try watch.finish().map { (store: store, write: $0) } } }
  }
  try result.get()
  return try found.get()
}
