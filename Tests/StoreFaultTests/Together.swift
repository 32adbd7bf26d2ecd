import Executors
import Postgres
import TestSupport
import Testing

/// Runs both at once, on threads of their own, and returns what the first returns.
///
/// If either throws, the error comes out here when both have ended.
func together<T: Sendable>(
  _ first: @escaping () throws -> T, _ second: @escaping () throws -> Void
) throws -> T {
  // Each is called once, by one thread, while this one waits for both.
  nonisolated(unsafe) let (first, second) = (first, second)
  let results = try parallel(2, name: "together", stop: StopFlag()) { index -> T? in
    if index == 0 { return try first() }
    try second()
    return nil
  }
  return try #require(results[0])
}

/// The error of Postgres that something ends with.
func failure<T>(_ body: () throws -> T) throws -> PostgresError {
  try #require(throws: PostgresError.self) { _ = try body() }
}

extension PrivatePostgres {
  /// Waits until a connection's process does this.
  func waitUntil(
    _ process: Int, _ condition: String, asked by: PostgresConnection
  ) throws {
    try TestSupport.waitUntil("\(condition) holds for process \(process)") {
      try by.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND \(condition)", [.integer(process)])
        .count == 1
    }
  }
}
