/// The documents of a query, one after another. It keeps its connection alive and belongs to its thread.
public final class MongoCursor {
  private let handle: MongoCursorHandle
  private let ahead: MongoReadAhead?

  /// - Parameter ahead: Documents in a batch, for one that reads ahead on a thread of its own; nil for one that asks the
  ///   server when it has none left.
  init(_ handle: MongoCursorHandle, readingAhead ahead: Int? = nil) {
    self.handle = handle
    self.ahead = ahead.map { MongoReadAhead(handle, batch: $0) }
  }

  deinit { ahead?.close() }

  /// The next document's bytes, in memory of the cursor's own.
  ///
  /// - Returns: The document, valid until the next call; nil at the end. Its length prefix is right, the rest is as the
  ///   server sent it.
  /// - Throws: `MongoError`; see `isRetryable`. The cursor is done for then: read on with a new one. One that reads ahead
  ///   throws at the place where the server failed, behind all that it had sent; and `ThreadError` where the system has no
  ///   thread for it.
  public func next() throws -> UnsafeRawBufferPointer? {
    if let ahead { return try ahead.next() }
    return try handle.next()
  }
}
