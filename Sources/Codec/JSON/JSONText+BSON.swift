/// From JSON text to the values that a BSON document would hold.
extension JSONText {
  /// Reads the one value that the text is, and writes what it holds as BSON to `out`, which the value points into.
  ///
  /// Objects and arrays become documents and arrays, with every member in its place, also where a key stands twice. A
  /// number is an int64 if it is written as a whole one and fits, which `-0` doesn't; else a double, if that double's
  /// shortest decimal is the number; else a Decimal128. Among whole numbers that an int64 could hold, only the double that
  /// is exactly the number will do.
  /// - Throws: `.invalidJSON` for a text that isn't JSON by RFC 8259, half a surrogate pair included; `.containsNUL` for a
  ///   key with `\u0000`; `.notExact` for a number that none of the three holds; `.tooDeep`, `.tooLong`.
  mutating func readDocument(scratch: inout ByteBuffer, to out: inout ByteBuffer) throws(Refusal) -> RawValue
  {
    keepsNUL = true
    skipSpace()
    let start = out.count
    let type = try appendBSON(depth: 0, scratch: &scratch, to: &out)
    skipSpace()
    guard offset == count else { throw Self.invalid }
    return Self.value(type, UnsafeRawBufferPointer(rebasing: out.bytes[start...]))
  }

  private static func value(_ type: UInt8, _ bytes: UnsafeRawBufferPointer) -> RawValue {
    switch type {
    case BSONType.document: return RawValue(kind: .document, bytes: bytes)
    case BSONType.array: return RawValue(kind: .array, bytes: bytes)
    case BSONType.string:
      return .string(UnsafeRawBufferPointer(rebasing: bytes[4..<bytes.count - 1]))
    case BSONType.bool: return RawValue(kind: .bool, bits: UInt64(bytes[0]))
    case BSONType.int64:
      return RawValue(kind: .int64, bits: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
    case BSONType.double:
      return RawValue(kind: .double, bits: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
    case BSONType.decimal128: return RawValue(kind: .decimal128, bytes: bytes)
    default: return .null
    }
  }

  /// Appends the value that starts here, without type and key.
  ///
  /// - Returns: its type.
  private mutating func appendBSON(
    depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) -> UInt8 {
    switch Unicode.Scalar(byte) {
    case "{":
      try appendBSONObject(depth: depth + 1, scratch: &scratch, to: &out)
      return BSONType.document
    case "[":
      try appendBSONArray(depth: depth + 1, scratch: &scratch, to: &out)
      return BSONType.array
    case "\"":
      let mark = scratch.count
      let text = Self.bytes(of: try stringKey(scratch: &scratch), scratch)
      guard let length = Int32(exactly: text.count + 1) else { throw Refusal(.tooLong, found: .string) }
      out.appendLittleEndian(length)
      out.append(text)
      out.append(0)
      scratch.truncate(to: mark)
      return BSONType.string
    case "t":
      try skipWord("true")
      out.append(1)
      return BSONType.bool
    case "f":
      try skipWord("false")
      out.append(0)
      return BSONType.bool
    case "n":
      try skipWord("null")
      return BSONType.null
    default: return try appendBSONNumber(to: &out)
    }
  }

  private static func bytes(of key: MemberList.Key, _ scratch: borrowing ByteBuffer) -> UnsafeRawBufferPointer
  {
    switch key {
    case .inPlace(let bytes): bytes
    case .inScratch(let start, let count):
      UnsafeRawBufferPointer(rebasing: scratch.bytes[start..<start + count])
    }
  }

  private mutating func appendBSONObject(
    depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard depth <= CanonicalJSON.deepestNesting else { throw Refusal(.tooDeep, found: .string) }
    offset &+= 1
    let start = BSONBuilder.begin(&out)
    if !skip("}") {
      repeat {
        skipSpace()
        guard byte == UInt8(ascii: "\"") else { throw Self.invalid }
        let mark = scratch.count
        let key = Self.bytes(of: try stringKey(scratch: &scratch), scratch)
        let head = out.count
        try BSONBuilder.appendHead(BSONType.null, key: key, to: &out)
        scratch.truncate(to: mark)
        guard skip(":") else { throw Self.invalid }
        skipSpace()
        out.patchLittleEndian(try appendBSON(depth: depth, scratch: &scratch, to: &out), at: head)
      } while skip(",")
      guard skip("}") else { throw Self.invalid }
    }
    try BSONBuilder.end(start, in: &out)
  }

  private mutating func appendBSONArray(
    depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard depth <= CanonicalJSON.deepestNesting else { throw Refusal(.tooDeep, found: .string) }
    offset &+= 1
    let start = BSONBuilder.begin(&out)
    if !skip("]") {
      var place: Int64 = 0
      repeat {
        skipSpace()
        let head = out.count
        out.append(BSONType.null)
        IntegerText.append(place, to: &out)
        out.append(0)
        out.patchLittleEndian(try appendBSON(depth: depth, scratch: &scratch, to: &out), at: head)
        place += 1
      } while skip(",")
      guard skip("]") else { throw Self.invalid }
    }
    try BSONBuilder.end(start, in: &out)
  }

  private mutating func appendBSONNumber(to out: inout ByteBuffer) throws(Refusal) -> UInt8 {
    let number = try scanNumber()
    let text = part(from: number.start)
    // No integer has the sign of `-0`, but a double does.
    let isNegativeZero = number.isNegative && number.isZero
    if number.fractionDigits == 0, !number.hasExponent, !isNegativeZero, let whole = IntegerText.parse(text) {
      out.appendLittleEndian(whole)
      return BSONType.int64
    }
    let decimal: ScannedDecimal
    do throws(Refusal) { decimal = try ScannedDecimal(text) } catch {
      throw Refusal(.notExact, found: .string)
    }
    guard let value = decimal.value else { throw Refusal(.notExact, found: .string) }
    if let double = DoubleText.whoseShortest(is: value, text: text), Self.isSafe(double, for: value) {
      out.appendLittleEndian(double.bitPattern)
      return BSONType.double
    }
    try Decimal128.append(value, to: &out)
    return BSONType.decimal128
  }

  /// Whether whoever takes the double finds the number: columns of integers take its exact value, all others its shortest
  /// decimal, and beyond 2^53 the two may differ (9.22337203685481e16 is 92233720368548096).
  private static func isSafe(_ double: Double, for value: DecimalValue) -> Bool {
    guard double.magnitude > 0x1p53, double.magnitude <= 0x1p63 else { return true }
    let number = value.normalized
    guard number.exponent >= 0 else { return true }
    var whole = number.coefficient
    for _ in 0..<number.exponent { whole *= 10 }
    return whole == UInt128(double.magnitude)
  }
}
