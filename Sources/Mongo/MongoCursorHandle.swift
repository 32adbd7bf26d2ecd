internal import CMongoC

/// The driver's cursor. It keeps its connection alive; whoever calls it has it alone meanwhile.
final class MongoCursorHandle {
  private let cursor: OpaquePointer
  private let connection: MongoConnection
  private let action: String

  init(stealing cursor: OpaquePointer, connection: MongoConnection, action: String) {
    self.cursor = cursor
    self.connection = connection
    self.action = action
  }

  /// Tells the server that nobody wants the rest.
  deinit { connection.alone { mongoc_cursor_destroy(cursor) } }

  /// The next document's bytes, in the driver's own memory, valid until the next call; nil at the end.
  ///
  /// - Throws: `MongoError`; the cursor is done for then.
  func next() throws -> UnsafeRawBufferPointer? {
    try connection.alone {
      var length: UInt32 = 0
      if let bytes = kedge_cursor_next(cursor, &length) {
        return UnsafeRawBufferPointer(start: bytes, count: Int(length))
      }
      try check()
      return nil
    }
  }

  /// Asks for so many documents at once from now on. The request has to have said a size, as an Int64.
  func setBatch(_ size: Int) {
    connection.alone { mongoc_cursor_set_batch_size(cursor, UInt32(clamping: size)) }
  }

  /// - Throws: `MongoError` if it has failed already.
  func check() throws {
    var failure = kedge_failure()
    var reply: OpaquePointer?
    guard kedge_cursor_failed(cursor, &reply, &failure) else { return }
    throw MongoError(
      failure, reply: reply.flatMap(MongoConnection.copy), action: action, settings: connection.settings)
  }
}
