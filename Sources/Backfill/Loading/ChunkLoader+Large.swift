internal import Catalog
internal import Codec
internal import Postgres
internal import RecordSources

/// Records so large that PostgreSQL may refuse them for their size alone: a `jsonb` with more than 256 MiB in one array or
/// object, a row of more than 1 GiB. A COPY that fails takes all of its rows with it, so these go alone.
extension ChunkLoader {
  /// The fewest bytes of such a record. A `jsonb` takes no more than four times the space of its text.
  static let largeRecord = 32 << 20

  /// Sends what stands before the latest record, then that one in a COPY of its own, and empties the buffers.
  ///
  /// - Returns: the server's error if it refuses the record for its size.
  func sendAlone(_ copy: CopyStream) throws -> PostgresError? {
    let marks = encoder.marks
    for (index, mark) in marks.enumerated() {
      try copy.send(UnsafeRawBufferPointer(rebasing: rows[index].bytes.bytes[..<mark.bytes]), to: index)
    }
    try copy.close()
    defer { for buffer in rows { buffer.removeAll() } }
    do {
      try connection.savepoint {
        do {
          for (index, mark) in marks.enumerated() {
            try copy.send(UnsafeRawBufferPointer(rebasing: rows[index].bytes.bytes[mark.bytes...]), to: index)
          }
          try copy.close()
        } catch {
          copy.abort()
          throw error
        }
      }
      return nil
    } catch let error as PostgresError where error.isAboutSize {
      return error
    }
  }

  var pendingBytes: Int {
    var total = 0
    for buffer in rows { total += buffer.bytes.count }
    return total
  }

  func refused(_ refusal: Refusal, _ cursor: any RecordCursor) -> QuarantineEntry {
    var name = ByteBuffer(capacity: 256)
    var record = ByteBuffer(capacity: 1024)
    cursor.appendLocator(to: &name)
    cursor.appendRecord(to: &record)
    return RefusalText.entry(
      refusal, plan: plan, encoder: encoder, locator: Array(name.bytes), record: Array(record.bytes))
  }

  /// The entry for a record that the database refused while it was being sent.
  func refused(_ error: PostgresError, _ cursor: any RecordCursor) -> QuarantineEntry {
    var name = ByteBuffer(capacity: 256)
    var record = ByteBuffer(capacity: 1024)
    cursor.appendLocator(to: &name)
    cursor.appendRecord(to: &record)
    return RefusalText.entry(error, plan: plan, locator: Array(name.bytes), record: Array(record.bytes))
  }
}

extension PostgresError {
  /// Whether a large row is too large. That one needs more than 1 GiB at once, PostgreSQL reports as an internal error, whose
  /// message it never translates.
  fileprivate var isAboutSize: Bool {
    sqlState?.hasPrefix("54") == true
      || sqlState == "XX000" && message.hasPrefix("invalid memory alloc request size")
  }
}
