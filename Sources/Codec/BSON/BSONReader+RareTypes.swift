extension BSONReader {
  /// The types that few documents hold, kept out of the loop that is inlined into its callers.
  @usableFromInline @inline(never) mutating func rareValue(_ type: UInt8) throws(Refusal) -> RawValue {
    switch type {
    case BSONType.binary: return try binary()
    case BSONType.decimal128: return RawValue(kind: .decimal128, bytes: try fixed(16))
    case BSONType.timestamp: return RawValue(kind: .timestamp, bits: try word())
    case BSONType.symbol: return RawValue(kind: .symbol, bytes: try text())
    case BSONType.undefined: return RawValue(kind: .undefined)
    case BSONType.minKey: return RawValue(kind: .minKey)
    case BSONType.maxKey: return RawValue(kind: .maxKey)
    case BSONType.code:
      let start = position
      _ = try text()
      return RawValue(kind: .code, bytes: bytes(from: start))
    case BSONType.dbPointer:
      let start = position
      _ = try text()
      _ = try fixed(12)
      return RawValue(kind: .dbPointer, bytes: bytes(from: start))
    case BSONType.regex:
      let start = position
      position = try endOfName(from: position) &+ 1
      position = try endOfName(from: position) &+ 1
      return RawValue(kind: .regex, bytes: bytes(from: start))
    case BSONType.codeWithScope: return try codeWithScope()
    default: throw Refusal(.invalidDocument, found: .document)
    }
  }

  private func bytes(from start: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + start, count: position - start)
  }

  private mutating func binary() throws(Refusal) -> RawValue {
    let length = try length(minimum: 0, after: 5)
    let subtype = base.load(fromByteOffset: position + 4, as: UInt8.self)
    var start = position + 5
    position = start + length
    if subtype == 2 {
      // The obsolete subtype holds its length once more, inside.
      guard length >= 4, Int(integer32(at: start)) == length - 4 else {
        throw Refusal(.invalidDocument, found: .binary)
      }
      start += 4
    }
    return RawValue(kind: .binary, bytes: bytes(from: start), subtype: subtype)
  }

  /// Its length counts everything: itself, the text, and a scope that has to fill the rest exactly.
  private mutating func codeWithScope() throws(Refusal) -> RawValue {
    let length = try length(minimum: 14, after: 0)
    let start = position
    position += 4
    _ = try text()
    guard position - start <= length - 5 else { throw Refusal(.invalidDocument, found: .codeWithScope) }
    _ = try embedded()
    guard position - start == length else { throw Refusal(.invalidDocument, found: .codeWithScope) }
    return RawValue(kind: .codeWithScope, bytes: bytes(from: start))
  }
}
