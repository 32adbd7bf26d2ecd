internal import CSQLite
internal import Synchronization

/// Stops what a connection is doing, from any thread.
public final class SQLiteCancel: Sendable {
  /// The connection's address, or zero once it is closed: `sqlite3_interrupt` may not meet a closing connection, so
  /// both take this lock.
  private let address: Mutex<UInt>

  init(_ database: OpaquePointer) { address = Mutex(UInt(bitPattern: database)) }

  /// Makes the statement that is running end with an error for which `isInterrupted` is true. Without one it does
  /// nothing, and later statements run as usual.
  public func cancel() {
    address.withLock { address in
      guard let database = OpaquePointer(bitPattern: address) else { return }
      sqlite3_interrupt(database)
    }
  }

  func close() {
    address.withLock { address in
      sqlite3_close_v2(OpaquePointer(bitPattern: address))
      address = 0
    }
  }
}
