/// What a source value is, for every store: the BSON types, of which SQLite's five storage classes are a part.
public enum ValueKind: UInt8, Sendable, CaseIterable {
  /// The field isn't there at all (documents only).
  case missing
  case null
  case undefined
  case bool
  case int32
  /// A 64-bit integer: BSON int64, SQLite INTEGER.
  case int64
  /// BSON double, SQLite REAL.
  case double
  case decimal128
  /// BSON string, SQLite TEXT. Its bytes aren't yet known to be UTF-8.
  case string
  case document
  case array
  /// BSON binary of any subtype, SQLite BLOB.
  case binary
  case objectID
  /// Milliseconds since 1970 UTC.
  case date
  case timestamp
  case regex
  case code
  case codeWithScope
  case symbol
  case dbPointer
  case minKey
  case maxKey

  /// The kind's name in reports, mappings and errors.
  public var name: String {
    switch self {
    case .missing: "missing"
    case .null: "null"
    case .undefined: "undefined"
    case .bool: "bool"
    case .int32: "int32"
    case .int64: "int64"
    case .double: "double"
    case .decimal128: "decimal128"
    case .string: "string"
    case .document: "document"
    case .array: "array"
    case .binary: "binary"
    case .objectID: "objectId"
    case .date: "date"
    case .timestamp: "timestamp"
    case .regex: "regex"
    case .code: "code"
    case .codeWithScope: "codeWithScope"
    case .symbol: "symbol"
    case .dbPointer: "dbPointer"
    case .minKey: "minKey"
    case .maxKey: "maxKey"
    }
  }
}

/// One source value, pointing into the memory of the record that it was read from.
///
/// Trivial by design (no reference counts, no allocation). It is valid until the reader moves on to its next record.
public struct RawValue {
  public var kind: ValueKind
  /// The binary subtype, for `.binary`.
  public var subtype: UInt8
  /// The scalar's bits: bool 0/1, int32 and int64 sign-extended, a double's bit pattern, date milliseconds, timestamp.
  public var bits: UInt64
  /// Payload: string bytes without the final NUL; a document or an array with its length prefix; binary data without
  /// header; 12 bytes of an ObjectId; 16 of a Decimal128; a regex, code or pointer as it stands in the document.
  public var bytes: UnsafeRawBufferPointer

  @inlinable public init(
    kind: ValueKind, bits: UInt64 = 0, bytes: UnsafeRawBufferPointer = .init(start: nil, count: 0),
    subtype: UInt8 = 0
  ) {
    self.kind = kind
    self.subtype = subtype
    self.bits = bits
    self.bytes = bytes
  }

  @inlinable public static var missing: RawValue { RawValue(kind: .missing) }
  @inlinable public static var null: RawValue { RawValue(kind: .null) }
  @inlinable public static func int64(_ value: Int64) -> RawValue {
    RawValue(kind: .int64, bits: UInt64(bitPattern: value))
  }
  @inlinable public static func double(_ value: Double) -> RawValue {
    RawValue(kind: .double, bits: value.bitPattern)
  }
  @inlinable public static func string(_ bytes: UnsafeRawBufferPointer) -> RawValue {
    RawValue(kind: .string, bytes: bytes)
  }

  /// The integer in `bits`, for bool, int32, int64, date.
  @inlinable public var integer: Int64 { Int64(bitPattern: bits) }
  /// The double in `bits`.
  @inlinable public var double: Double { Double(bitPattern: bits) }
}
