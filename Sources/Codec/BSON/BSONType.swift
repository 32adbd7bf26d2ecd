/// The type bytes of BSON elements, as https://bsonspec.org/spec.html lists them.
@usableFromInline enum BSONType {
  @usableFromInline static let double: UInt8 = 0x01
  @usableFromInline static let string: UInt8 = 0x02
  @usableFromInline static let document: UInt8 = 0x03
  @usableFromInline static let array: UInt8 = 0x04
  @usableFromInline static let binary: UInt8 = 0x05
  @usableFromInline static let undefined: UInt8 = 0x06
  @usableFromInline static let objectID: UInt8 = 0x07
  @usableFromInline static let bool: UInt8 = 0x08
  @usableFromInline static let date: UInt8 = 0x09
  @usableFromInline static let null: UInt8 = 0x0A
  @usableFromInline static let regex: UInt8 = 0x0B
  @usableFromInline static let dbPointer: UInt8 = 0x0C
  @usableFromInline static let code: UInt8 = 0x0D
  @usableFromInline static let symbol: UInt8 = 0x0E
  @usableFromInline static let codeWithScope: UInt8 = 0x0F
  @usableFromInline static let int32: UInt8 = 0x10
  @usableFromInline static let timestamp: UInt8 = 0x11
  @usableFromInline static let int64: UInt8 = 0x12
  @usableFromInline static let decimal128: UInt8 = 0x13
  @usableFromInline static let maxKey: UInt8 = 0x7F
  @usableFromInline static let minKey: UInt8 = 0xFF

  /// The type byte under which a value of this kind is written; nil for a value that isn't there.
  static func byte(of kind: ValueKind) -> UInt8? {
    switch kind {
    case .missing: nil
    case .null: null
    case .undefined: undefined
    case .bool: bool
    case .int32: int32
    case .int64: int64
    case .double: double
    case .decimal128: decimal128
    case .string: string
    case .document: document
    case .array: array
    case .binary: binary
    case .objectID: objectID
    case .date: date
    case .timestamp: timestamp
    case .regex: regex
    case .code: code
    case .codeWithScope: codeWithScope
    case .symbol: symbol
    case .dbPointer: dbPointer
    case .minKey: minKey
    case .maxKey: maxKey
    }
  }
}
