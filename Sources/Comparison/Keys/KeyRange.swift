internal import Codec
internal import Mapping
internal import Postgres

/// A range of keys: the lower bound belongs to it, the upper one doesn't. Keys are consecutive COPY BINARY fields; nil means
/// unbounded.
public struct KeyRange: Sendable, Equatable {
  /// The first key of the range.
  public var lower: [UInt8]?
  /// The first key after the range.
  public var upper: [UInt8]?

  /// A range of these bounds.
  public init(lower: [UInt8]? = nil, upper: [UInt8]? = nil) {
    self.lower = lower
    self.upper = upper
  }

  /// All keys.
  public static var everything: KeyRange { KeyRange() }
}

extension KeyOrder {
  /// `WHERE …` for the rows of a range, or nothing, for a table in which the key's columns have these names.
  public func clause(_ range: KeyRange, _ names: [String], excludesLower: Bool = false) -> String {
    var conditions: [String] = []
    if let lower = range.lower {
      conditions.append("(\(terms(names))) \(excludesLower ? ">" : ">=") (\(literals(lower)))")
    }
    if let upper = range.upper { conditions.append("(\(terms(names))) < (\(literals(upper)))") }
    return conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
  }

  private func literals(_ key: [UInt8]) -> String {
    let owned = OwnedKey(count: columns.count, encoded: key)
    return types.indices.map { literal(types[$0], owned.key.fields[$0]) }.joined(separator: ", ")
  }

  private func hex(_ field: UnsafeRawBufferPointer) -> String {
    var text = ByteBuffer(capacity: 2 * field.count + 1)
    Hex.append(field, to: &text)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  private func literal(_ type: TargetType, _ field: UnsafeRawBufferPointer) -> String {
    switch type {
    case .text, .varchar: return "\(quoteLiteral(String(decoding: field, as: UTF8.self)))::text"
    case .bytea: return "'\\x\(hex(field))'::bytea"
    case .uuid: return "'\(hex(field))'::uuid"
    case .boolean: return field.first == 0 ? "false" : "true"
    case .date:
      let days = Self.integer(field)
      if days == Int64(Int32.max) { return "date 'infinity'" }
      if days == Int64(Int32.min) { return "date '-infinity'" }
      return "(date '2000-01-01' + (\(days)))"
    case .time: return "(time '00:00' + interval '\(Self.integer(field)) microseconds')"
    case .timestamp, .timestamptz:
      let name = type == .timestamp ? "timestamp" : "timestamptz"
      let value = Self.integer(field)
      if value == .max { return "\(name) 'infinity'" }
      if value == .min { return "\(name) '-infinity'" }
      let (days, rest) = (value / 86_400_000_000, value % 86_400_000_000)
      // The session's zone is UTC, in which every day is as long.
      return "(\(name) '2000-01-01 00:00:00' + interval '\(days) days \(rest) microseconds')"
    default: return "(\(Self.integer(field)))::\(type.sql)"
    }
  }
}
