public import Guardrails
public import Mapping

/// What one block wrote to one table or collection.
public struct DatabaseWrite: Sendable, Hashable {
  /// The collection, or the table; those of Postgres with their schema.
  public var collection: String
  public var operation: WriteOperation
  /// How many rows or documents. For `truncate` how many times.
  public var count: Int

  public init(collection: String, operation: WriteOperation, count: Int) {
    self.collection = collection
    self.operation = operation
    self.count = count
  }
}

/// A database that can tell what was written to it, by whomever: code that has never heard of guards, too.
public protocol WriteObservable: Sendable {
  /// What kind of store it is.
  var kind: Store.Kind { get }

  /// Begins to watch.
  func observeWrites() throws -> any WriteObservation
}

/// A database being watched.
public protocol WriteObservation: Sendable {
  /// Ends the watch, and takes away what it was done with.
  ///
  /// - Returns: what was committed meanwhile, by collection and operation. What was rolled back, or changed no row, isn't there.
  func finish() throws -> [DatabaseWrite]
}

extension WriteObservable {
  /// Runs a block, and tells what was written meanwhile.
  ///
  /// - Throws: what the block throws, and errors of the database.
  public func writes(during body: () throws -> Void) throws -> [DatabaseWrite] {
    let observation = try observeWrites()
    let result = Result { try body() }
    let writes = Result { try observation.finish() }
    try result.get()
    return try writes.get()
  }

  /// Runs a block, and tells what was written meanwhile.
  ///
  /// - Throws: what the block throws, and errors of the database.
  public func writes(during body: () async throws -> Void) async throws -> [DatabaseWrite] {
    let observation = try await offPool { try self.observeWrites() }
    let result: Result<Void, any Error>
    do {
      try await body()
      result = .success(())
    } catch {
      result = .failure(error)
    }
    let writes: Result<[DatabaseWrite], any Error>
    do {
      writes = .success(try await offPool { try observation.finish() })
    } catch {
      writes = .failure(error)
    }
    try result.get()
    return try writes.get()
  }
}

/// Sums up writes of one collection and operation.
func summed(_ writes: [DatabaseWrite]) -> [DatabaseWrite] {
  var counts: [DatabaseWrite: Int] = [:]
  for write in writes {
    counts[DatabaseWrite(collection: write.collection, operation: write.operation, count: 0), default: 0] +=
      write.count
  }
  return counts.filter { $0.value > 0 }.map {
    DatabaseWrite(collection: $0.key.collection, operation: $0.key.operation, count: $0.value)
  }.sorted { ($0.collection, $0.operation.rawValue) < ($1.collection, $1.operation.rawValue) }
}
