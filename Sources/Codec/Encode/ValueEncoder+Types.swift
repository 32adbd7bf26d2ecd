/// From a value, or what the transforms made of it, to the target type's bytes. Nothing is rounded, cut or guessed: what
/// doesn't fit exactly is refused.
extension ValueEncoder {
  mutating func encode(_ result: StepResult, _ code: ColumnCode, to out: inout ByteBuffer) throws(Refusal) {
    switch code.wire {
    case .int2: out.appendBigEndian(try integer(result, Int16.self))
    case .int4: out.appendBigEndian(try integer(result, Int32.self))
    case .int8: out.appendBigEndian(try integer(result, Int64.self))
    case .numeric: try appendNumeric(result, code, to: &out)
    case .float8: out.appendBigEndian(try double(result).bitPattern)
    case .float4: out.appendBigEndian(try float(result).bitPattern)
    case .bool: out.append(try boolean(result) ? 1 : 0)
    case .text: try appendText(result, code, to: &out)
    case .bytea: try appendBytes(result, to: &out)
    case .uuid:
      let (high, low) = try uuid(result)
      out.appendBigEndian(high)
      out.appendBigEndian(low)
    case .date: out.appendBigEndian(try PostgresTime.date(of: result))
    case .time:
      guard case .parsedTime(let time) = result else { throw refused(result) }
      out.appendBigEndian(try PostgresTime.time(time))
    case .timestamp, .timestamptz:
      out.appendBigEndian(try PostgresTime.timestamp(of: result, withZone: code.wire == .timestamptz))
    case .interval:
      guard case .interval(let interval) = result else { throw refused(result) }
      interval.append(to: &out)
    case .inet, .cidr:
      guard case .network(let address) = result else { throw refused(result) }
      try address.append(isNetwork: code.wire == .cidr, to: &out)
    case .enumeration: try appendLabel(result, code, to: &out)
    case .json: try appendJSON(result, to: &out)
    case .jsonb:
      // jsonb_recv: one version byte, then text.
      out.append(1)
      try appendJSON(result, to: &out)
    case .array: try appendArray(result, code, to: &out)
    }
  }

  func refused(_ result: StepResult) -> Refusal { Refusal(.wrongType, found: kind(result)) }

  private func kind(_ result: StepResult) -> ValueKind {
    switch result {
    case .value(let value), .extended(let value): value.kind
    default: .string
    }
  }

  // MARK: Numbers

  func integer<T: FixedWidthInteger & SignedInteger>(_ result: StepResult, _ type: T.Type) throws(Refusal)
    -> T
  {
    switch result {
    case .value(let value):
      switch value.kind {
      case .int32, .int64:
        guard let exact = T(exactly: value.integer) else { throw Refusal(.outOfRange, found: value.kind) }
        return exact
      case .double:
        guard value.double.isFinite, value.double == value.double.rounded(.towardZero),
          !(value.double == 0 && value.double.sign == .minus)
        else { throw Refusal(.notExact, found: .double) }
        guard let exact = T(exactly: value.double) else { throw Refusal(.outOfRange, found: .double) }
        return exact
      case .decimal128: return try integer(decimalText: value, type)
      default: throw Refusal(.wrongType, found: value.kind)
      }
    case .decimalText(let text):
      let whole =
        if let value = IntegerText.parse(text) {
          Int128(value)
        } else {
          try DecimalValue(number: .string(text)).whole(shift: 0, found: .string)
        }
      guard let exact = T(exactly: whole) else { throw Refusal(.outOfRange, found: .string) }
      return exact
    case .scaled(let value, let digits) where digits == 0:
      guard let exact = T(exactly: value) else { throw Refusal(.outOfRange, found: .int64) }
      return exact
    default: throw refused(result)
    }
  }

  /// A Decimal128 that is a whole number within 64 bits.
  private func integer<T: FixedWidthInteger & SignedInteger>(decimalText value: RawValue, _ type: T.Type)
    throws(Refusal) -> T
  {
    let number = try DecimalValue(number: value)
    if number.coefficient == 0, number.isNegative { throw Refusal(.notExact, found: .decimal128) }
    guard let exact = T(exactly: try number.whole(shift: 0, found: .decimal128)) else {
      throw Refusal(.outOfRange, found: .decimal128)
    }
    return exact
  }

  func double(_ result: StepResult) throws(Refusal) -> Double {
    switch result {
    case .value(let value):
      switch value.kind {
      case .double: return value.double
      case .int32, .int64:
        guard let exact = Double(exactly: value.integer) else { throw Refusal(.notExact, found: value.kind) }
        return exact
      case .decimal128: return try Decimal128(value.bytes).double()
      default: throw Refusal(.wrongType, found: value.kind)
      }
    case .decimalText(let text):
      guard let value = DoubleText.parse(text) else { throw Refusal(.invalidText, found: .string) }
      return value
    default: throw refused(result)
    }
  }

  func float(_ result: StepResult) throws(Refusal) -> Float {
    let wide = try double(result)
    let narrow = Float(wide)
    guard wide.isNaN || Double(narrow) == wide else { throw Refusal(.notExact, found: kind(result)) }
    return narrow
  }

  func appendNumeric(_ result: StepResult, _ code: ColumnCode, to out: inout ByteBuffer) throws(Refusal) {
    let precision = code.precision < 0 ? nil : Int(code.precision)
    let scale = code.scale < 0 ? nil : Int(code.scale)
    switch result {
    case .value(let value):
      switch value.kind {
      case .int32, .int64:
        try PostgresNumeric.append(
          int64: value.integer, scale: 0, precision: precision, typeScale: scale, to: &out)
      case .double:
        try PostgresNumeric.append(double: value.double, precision: precision, typeScale: scale, to: &out)
      case .decimal128:
        try PostgresNumeric.append(decimal128: value.bytes, precision: precision, typeScale: scale, to: &out)
      default: throw Refusal(.wrongType, found: value.kind)
      }
    case .decimalText(let text):
      try PostgresNumeric.append(decimalText: text, precision: precision, typeScale: scale, to: &out)
    case .scaled(let value, let digits):
      try PostgresNumeric.append(
        int64: value, scale: digits, precision: precision, typeScale: scale, to: &out)
    default: throw refused(result)
    }
  }

  func boolean(_ result: StepResult) throws(Refusal) -> Bool {
    switch result {
    case .boolean(let value): return value
    case .value(let value) where value.kind == .bool: return value.bits != 0
    default: throw refused(result)
    }
  }

  func uuid(_ result: StepResult) throws(Refusal) -> (UInt64, UInt64) {
    switch result {
    case .uuid(let high, let low): return (high, low)
    case .value(let value) where value.kind == .binary && value.subtype == 4 && value.bytes.count == 16:
      return (
        UInt64(bigEndian: value.bytes.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: value.bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    default: throw refused(result)
    }
  }

  // MARK: Text and bytes

  func appendText(_ result: StepResult, _ code: ColumnCode, to out: inout ByteBuffer) throws(Refusal) {
    let start = out.count
    switch result {
    case .value(let value):
      guard value.kind == .string else { throw Refusal(.wrongType, found: value.kind) }
      try Self.check(text: value.bytes)
      out.append(value.bytes)
    case .decimalText(let text), .jsonText(let text): out.append(text)
    case .digest(let digest): Hex.append(digest, to: &out)
    case .uuid(let high, let low):
      var pair = (high.bigEndian, low.bigEndian)
      try withUnsafeBytes(of: &pair) { (bytes) throws(Refusal) in try UUIDText.append(bytes, to: &out) }
    case .boolean(let value): out.append(value ? "true" : "false" as StaticString)
    default: throw refused(result)
    }
    if code.maxLength >= 0 {
      let written = UnsafeRawBufferPointer(rebasing: out.bytes[start...])
      let length = UTF8Check.scalarCount(written)
      if length > code.maxLength { throw Refusal(.tooLong, found: .string) }
      // The server pads char(n) with spaces; a shorter value would not come out as it went in.
      if code.isPadded && length != code.maxLength { throw Refusal(.notExact, found: .string) }
    }
  }

  /// An enum's value is written as its label.
  func appendLabel(_ result: StepResult, _ code: ColumnCode, to out: inout ByteBuffer) throws(Refusal) {
    guard case .value(let value) = result, value.kind == .string else { throw refused(result) }
    for label in labels[Int(code.index)]
    where label.count == value.bytes.count && label.elementsEqual(value.bytes) {
      return out.append(value.bytes)
    }
    throw Refusal(.notInEnum, found: .string)
  }

  /// Postgres text holds any UTF-8 but NUL.
  @inline(__always)
  static func check(text: UnsafeRawBufferPointer) throws(Refusal) {
    guard UTF8Check.isValid(text) else { throw Refusal(.invalidUTF8, found: .string) }
    guard !UTF8Check.containsNUL(text) else { throw Refusal(.containsNUL, found: .string) }
  }

  func appendBytes(_ result: StepResult, to out: inout ByteBuffer) throws(Refusal) {
    switch result {
    case .value(let value) where value.kind == .binary || value.kind == .objectID || value.kind == .string:
      out.append(value.bytes)
    case .digest(let digest): out.append(digest)
    case .uuid(let high, let low):
      out.appendBigEndian(high)
      out.appendBigEndian(low)
    default: throw refused(result)
    }
  }

  // MARK: JSON

  mutating func appendJSON(_ result: StepResult, to out: inout ByteBuffer) throws(Refusal) {
    jsonScratch.removeAll()
    switch result {
    case .value(let value), .extended(let value):
      try CanonicalJSON.append(value, scratch: &jsonScratch, to: &out)
    case .jsonText(let text): try CanonicalJSON.append(jsonText: text, scratch: &jsonScratch, to: &out)
    case .boolean(let value): out.append(value ? "true" : "false" as StaticString)
    case .decimalText(let text): try CanonicalJSON.append(jsonText: text, scratch: &jsonScratch, to: &out)
    default: throw refused(result)
    }
    jsonScratch.shrink(to: 1 << 20)
  }
}

extension ColumnCode {
  /// Takes length, precision and scale from a type.
  mutating func apply(_ type: TargetType) {
    (maxLength, isPadded, precision, scale) = (-1, false, -1, -1)
    switch type {
    case .varchar(let length): maxLength = Int32(length)
    case .char(let length): (maxLength, isPadded) = (Int32(length), true)
    case .numeric(let declared?, let declaredScale):
      precision = Int32(declared)
      // numeric(p) means numeric(p, 0).
      scale = Int32(declaredScale ?? 0)
    default: break
    }
  }
}

extension PostgresTime {
  static func timestamp(of result: StepResult, withZone: Bool) throws(Refusal) -> Int64 {
    switch result {
    case .timestamp(let value): return value
    case .parsedTime(let parsed):
      // A text with an offset is an instant; without one it is a wall clock, which only `timestamp` may hold unless
      // the mapping's `date` transform says that it is UTC.
      guard parsed.hasDate else { throw Refusal(.invalidText, found: .string) }
      return try timestamp(parsed)
    case .value(let value) where value.kind == .date: return try timestamp(unixMilliseconds: value.integer)
    case .value(let value): throw Refusal(.wrongType, found: value.kind)
    default: throw Refusal(.wrongType, found: .string)
    }
  }

  static func date(of result: StepResult) throws(Refusal) -> Int32 {
    let microsecondsPerDay: Int64 = 86_400_000_000
    switch result {
    case .parsedTime(let parsed):
      guard parsed.hasDate else { throw Refusal(.invalidText, found: .string) }
      if parsed.hasTime,
        parsed.hour != 0 || parsed.minute != 0 || parsed.second != 0 || parsed.microsecond != 0
      {
        throw Refusal(.notExact, found: .string)
      }
      return try date(parsed)
    case .timestamp, .value:
      let instant = try timestamp(of: result, withZone: true)
      let (days, rest) = instant.quotientAndRemainder(dividingBy: microsecondsPerDay)
      guard rest == 0 else { throw Refusal(.notExact, found: .date) }
      return Int32(days)
    default: throw Refusal(.wrongType, found: .string)
    }
  }
}
