internal import Glibc

extension Database {
  /// Connects if need be, and makes one round trip.
  ///
  /// - Parameter deadline: nil for ten seconds from now.
  /// - Throws: ``DatabaseError``.
  public func testConnection(deadline: Deadline? = nil) async throws -> ConnectionTest {
    let deadline = deadline ?? configuration.time.deadline(after: .seconds(10))
    let (version, latency) = try await connections.readers.withConnection(
      deadline: deadline
    ) { connection in
      do {
        let statement = SQLTranslation(sql: "SELECT 1", parameterCount: 0, firstWords: ["SELECT"])
        let start = ContinuousClock.now
        _ = try await withToken(configuration.time, deadline: deadline) {
          try await connection.run(statement, [], $0)
        }
        let latency = ContinuousClock.now - start
        return (.success((await connection.version, latency)), await connection.isReusable)
      } catch {
        return (.failure(error), await connection.rollBack())
      }
    }
    return ConnectionTest(connection: connectionInfo, serverVersion: version, latency: latency)
  }

  /// Asks how the database is doing: the pool, a round trip, whether it takes writes, and which servers are passed over. Doesn't throw: what
  /// is wrong stands in the result.
  ///
  /// - Parameter deadline: nil for five seconds from now.
  public func healthCheck(deadline: Deadline? = nil) async -> DatabaseHealth {
    let deadline = deadline ?? configuration.time.deadline(after: .seconds(5))
    var health = DatabaseHealth(connection: connectionInfo, pool: connections.figures, endpoints: [])
    do {
      health.latency = try await testConnection(deadline: deadline).latency
      switch configuration.target {
      case .sqlite(let path):
        health.isReadOnly = access(path, W_OK) != 0
        health.isStandby = false
      case .postgres:
        let row = try await one(
          """
          SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::boolean AS read_only
          """, deadline: deadline)
        health.isStandby = try row?["standby"]
        health.isReadOnly = try row?["read_only"]
      }
    } catch let error as DatabaseError {
      health.failure = error
    } catch {
      health.failure = DatabaseError(.other, String(describing: error))
    }
    health.endpoints = endpoints.statuses.map { status in
      DatabaseHealth.Endpoint(
        place: status.endpoint.place, isAvailable: status.isAvailable, failures: status.failures)
    }
    return health
  }
}
