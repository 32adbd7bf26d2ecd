/// One BSON value that owns its memory: for commands, tests and reports. The hot loop uses `RawValue`.
public enum BSONValue: Sendable, Equatable {
  case double(Double)
  case string(String)
  case document(BSONDocument)
  /// The array's elements, whose names are normally "0", "1" and so on.
  case array(BSONDocument)
  case binary(subtype: UInt8, [UInt8])
  case undefined
  case objectID(ObjectID)
  case bool(Bool)
  /// Milliseconds since 1970 UTC.
  case date(Int64)
  case null
  case regex(pattern: String, options: String)
  /// Obsolete: a namespace and the ObjectId in it.
  case dbPointer(String, ObjectID)
  case code(String)
  case symbol(String)
  case codeWithScope(String, BSONDocument)
  case int32(Int32)
  /// Seconds in the upper half, an ordinal in the lower.
  case timestamp(UInt64)
  case int64(Int64)
  /// IEEE 754-2008 decimal in its binary encoding.
  case decimal128(low: UInt64, high: UInt64)
  case minKey
  case maxKey
  /// A string, symbol, code, regex or pointer with bytes that aren't UTF-8, which servers store without looking: the
  /// payload as a `RawValue` of this kind has it.
  case invalidUTF8(ValueKind, [UInt8])

  /// Doubles are compared by their bits, so that a copy of NaN equals NaN and -0 differs from 0.
  public static func == (left: BSONValue, right: BSONValue) -> Bool {
    BSONDocument([("", left)]).bytes == BSONDocument([("", right)]).bytes
  }

  /// An array of these values.
  public init(_ elements: [BSONValue]) {
    self = .array(BSONDocument(elements.enumerated().map { (String($0.offset), $0.element) }))
  }

  /// An integer as the shell writes it: int32 if it fits, else int64.
  public init(_ integer: Int) {
    self = Int32(exactly: integer).map(BSONValue.int32) ?? .int64(Int64(integer))
  }
}

extension BSONValue {
  /// The text of a string; nil for every other type.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The whole number of an int32, an int64 or a double without fraction; nil for everything else.
  public var integer: Int? {
    switch self {
    case .int32(let value): Int(value)
    case .int64(let value): Int(value)
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// True or false; nil for every other type.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The embedded document; nil for every other type.
  public var document: BSONDocument? {
    if case .document(let value) = self { value } else { nil }
  }

  /// The bytes of a binary, whatever its subtype; nil for every other type.
  public var binary: [UInt8]? {
    if case .binary(_, let bytes) = self { bytes } else { nil }
  }

  /// The elements of an array; nil for every other type.
  public var elements: [BSONValue]? {
    if case .array(let value) = self { value.pairs.map(\.value) } else { nil }
  }
}

extension BSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
  ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(nilLiteral: ()) { self = .null }
  /// An int32 if it fits, else an int64, as the shell has it.
  public init(integerLiteral value: Int) { self.init(value) }
  public init(arrayLiteral elements: BSONValue...) { self.init(elements) }
  /// A document with the pairs in the order written.
  public init(dictionaryLiteral elements: (String, BSONValue)...) { self = .document(BSONDocument(elements)) }
}
