internal import CMongoC
internal import Codec

/// The documents of a query, one after another. It keeps its connection alive and belongs to its thread.
public final class MongoCursor {
  private let cursor: OpaquePointer
  private let connection: MongoConnection
  private let action: String

  init(stealing cursor: OpaquePointer, connection: MongoConnection, action: String) {
    self.cursor = cursor
    self.connection = connection
    self.action = action
  }

  deinit { mongoc_cursor_destroy(cursor) }

  /// The next document's bytes, in the driver's own memory.
  ///
  /// - Returns: The document, valid until the next call; nil at the end. Its length prefix is right, the rest is as the
  ///   server sent it.
  /// - Throws: `MongoError`; see `isRetryable`. The cursor is done for then: read on with a new one.
  public func next() throws -> UnsafeRawBufferPointer? {
    var length: UInt32 = 0
    if let bytes = kedge_cursor_next(cursor, &length) {
      return UnsafeRawBufferPointer(start: bytes, count: Int(length))
    }
    try check()
    return nil
  }

  /// Itself, unless it has failed already.
  func checked() throws -> MongoCursor {
    try check()
    return self
  }

  private func check() throws {
    var failure = kedge_failure()
    var reply: OpaquePointer?
    guard kedge_cursor_failed(cursor, &reply, &failure) else { return }
    throw MongoError(
      failure, reply: reply.flatMap(MongoConnection.copy), action: action, settings: connection.settings)
  }
}
