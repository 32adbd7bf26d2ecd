public import Codec

/// Checks that bytes are rows as `COPY … (FORMAT binary)` reads them, each field as its type's receive function does.
public enum CopyRows {
  /// Ends the run unless the buffer holds exactly the rows that it counts, each with these types.
  ///
  /// - Parameter types: The columns in their order; nil for a column that may hold any bytes.
  public static func check(_ rows: RowBuffer, _ types: [TargetType?]) {
    var reader = FieldReader(rows.bytes.bytes)
    for _ in 0..<rows.count {
      expect(Int(reader.int16()) == types.count, "a row has as many fields as columns")
      for type in types {
        let length = Int(reader.int32())
        expect(length >= -1, "a field's length is at least -1")
        guard length >= 0 else { continue }
        let field = reader.bytes(length)
        if let type { FieldCheck.check(field, type) }
      }
    }
    expect(reader.isAtEnd, "after the last row stands nothing")
  }

  /// The fields of the first of these rows; nil for NULL.
  public static func fields(_ rows: [UInt8]) -> [[UInt8]?] {
    rows.withUnsafeBytes { bytes in
      var reader = FieldReader(bytes)
      return (0..<reader.int16()).map { _ in reader.field() }
    }
  }

  /// The elements of an array's field; nil for NULL.
  public static func elements(_ field: [UInt8]) -> [[UInt8]?] {
    field.withUnsafeBytes { bytes in
      var reader = FieldReader(bytes)
      let dimensions = reader.int32()
      _ = (reader.int32(), reader.int32())
      guard dimensions == 1 else { return [] }
      let count = reader.int32()
      _ = reader.int32()
      return (0..<count).map { _ in reader.field() }
    }
  }
}

/// Reads what COPY would read, and ends the run where something is missing.
struct FieldReader {
  private let all: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { all = bytes }

  var isAtEnd: Bool { position == all.count }

  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer {
    expect(count >= 0 && count <= all.count - position, "a field ends within its row")
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: all[position..<position + count])
  }

  mutating func field() -> [UInt8]? {
    let length = Int(int32())
    return length < 0 ? nil : Array(bytes(length))
  }

  mutating func int16() -> Int16 { Int16(bigEndian: bytes(2).loadUnaligned(as: Int16.self)) }
  mutating func int32() -> Int32 { Int32(bigEndian: bytes(4).loadUnaligned(as: Int32.self)) }
  mutating func int64() -> Int64 { Int64(bigEndian: bytes(8).loadUnaligned(as: Int64.self)) }
}
