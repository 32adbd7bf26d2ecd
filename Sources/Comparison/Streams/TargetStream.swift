internal import Codec
public import Postgres

/// One table of the target in key order, row by row, as COPY BINARY sends it.
public final class TargetStream {
  private let cursor: CopyOutCursor
  private let keyIndexes: [Int]
  /// The row at hand, from its field count on; nil at the end.
  public var row: UnsafeRawBufferPointer? { current }
  private var current: UnsafeRawBufferPointer?
  /// The key of the row at hand.
  public let key: KeyFields

  /// Opens the stream, at its first row.
  ///
  /// - Parameters:
  ///   - sql: a query whose columns are as COPY BINARY has to send them, in the order of keys.
  ///   - keyIndexes: which of them are the key.
  public init(_ connection: PostgresConnection, sql: String, keyIndexes: [Int]) throws {
    cursor = try connection.openCopyOut("COPY (\(sql)) TO STDOUT (FORMAT binary)")
    self.keyIndexes = keyIndexes
    key = KeyFields(count: keyIndexes.count)
    try advance()
  }

  /// Moves to the next row.
  public func advance() throws {
    let row = try cursor.nextBinaryRow()
    current = row
    if let row { key.set(row: row, indexes: keyIndexes) }
  }

  /// Ends the stream, wherever it is.
  public func close() { cursor.close() }
}

/// Fields of COPY BINARY rows.
public enum Fields {
  /// Whether two rows have the same fields, but for some.
  public static func isEqual(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, ignoring: [Bool]
  )
    -> Bool
  {
    var (a, b) = (2, 2)
    for isIgnored in ignoring {
      let first = Int32(bigEndian: left.loadUnaligned(fromByteOffset: a, as: Int32.self))
      let second = Int32(bigEndian: right.loadUnaligned(fromByteOffset: b, as: Int32.self))
      let (m, n) = (Int(max(0, first)), Int(max(0, second)))
      if !isIgnored {
        guard first == second,
          left[(a + 4)..<(a + 4 + m)].elementsEqual(right[(b + 4)..<(b + 4 + n)])
        else { return false }
      }
      a += 4 + m
      b += 4 + n
    }
    return true
  }
}
