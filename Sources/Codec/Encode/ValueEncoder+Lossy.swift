/// The transforms that lose something, or change a text, because the mapping asks for it by name.
extension ValueEncoder {
  /// A number without the digits beyond `digits` after the point. NaN and infinities stay what they are.
  mutating func rounded(_ result: StepResult, digits: Int) throws(Refusal) -> StepResult {
    guard let number = try number(result), number.displayScale > digits else { return result }
    number.appendRounded(digits: digits, to: &scratch)
    return .decimalText(scratch.bytes)
  }

  /// A number no smaller than the first bound and no larger than the second. NaN has no place between them.
  mutating func clamped(_ result: StepResult, bounds: Int) throws(Refusal) -> StepResult {
    var bound: Int?
    if let number = try number(result) {
      if number.compare(try self.bound(bounds)) < 0 {
        bound = bounds
      } else if number.compare(try self.bound(bounds + 1)) > 0 {
        bound = bounds + 1
      }
    } else {
      bound = try isPositive(result) ? bounds + 1 : bounds
    }
    guard let bound else { return result }
    scratch.append(contentsOf: constants[bound])
    return .decimalText(scratch.bytes)
  }

  /// A bound, scanned, in a buffer of its own.
  private mutating func bound(_ index: Int) throws(Refusal) -> ScannedDecimal {
    boundScratch.removeAll()
    boundScratch.append(contentsOf: constants[index])
    return try ScannedDecimal(boundScratch.bytes)
  }

  /// The number at hand as decimal text, in `jsonScratch` where it was none; nil for NaN and infinities.
  private mutating func number(_ result: StepResult) throws(Refusal) -> ScannedDecimal? {
    jsonScratch.removeAll()
    switch result {
    case .decimalText(let text): return try ScannedDecimal(text)
    case .scaled(let value, let digits):
      DecimalValue(isNegative: value < 0, coefficient: UInt128(value.magnitude), exponent: -digits)
        .appendPlain(keepsPoint: false, to: &jsonScratch)
    case .value(let value):
      switch value.kind {
      case .int32, .int64: IntegerText.append(value.integer, to: &jsonScratch)
      case .double:
        guard value.double.isFinite else { return nil }
        ShortestDouble.decimal(value.double).appendPlain(keepsPoint: false, to: &jsonScratch)
      case .decimal128:
        guard case .finite(let number) = try Decimal128(value.bytes) else { return nil }
        number.appendPlain(keepsPoint: false, to: &jsonScratch)
      default: throw Refusal(.wrongType, found: value.kind)
      }
    default: throw refused(result)
    }
    return try ScannedDecimal(jsonScratch.bytes)
  }

  /// Whether an infinity is the positive one.
  private func isPositive(_ result: StepResult) throws(Refusal) -> Bool {
    guard case .value(let value) = result else { throw refused(result) }
    switch value.kind {
    case .double where !value.double.isNaN: return value.double > 0
    case .decimal128:
      guard case .infinity(let isNegative) = try Decimal128(value.bytes) else {
        throw Refusal(.outOfRange, found: value.kind)
      }
      return !isNegative
    default: throw Refusal(.outOfRange, found: value.kind)
    }
  }

  /// The value with no NUL in any of its texts.
  mutating func rewritten(_ result: StepResult, _ rewriting: NULRewriting) throws(Refusal) -> StepResult {
    switch result {
    case .value(let value): return .value(try rewritten(value, rewriting))
    case .extended(let value): return .extended(try rewritten(value, rewriting))
    case .jsonText(let text):
      rewriting.append(json: text, to: &scratch)
      return .jsonText(scratch.bytes)
    default: return result
    }
  }

  private mutating func rewritten(_ value: RawValue, _ rewriting: NULRewriting) throws(Refusal) -> RawValue {
    guard try rewriting.changes(value) else { return value }
    try rewriting.append(value, to: &scratch)
    return RawValue(kind: value.kind, bytes: scratch.bytes)
  }

  /// The first scalars of a text that is UTF-8.
  static func prefix(of text: UnsafeRawBufferPointer, scalars: Int) -> UnsafeRawBufferPointer {
    // A scalar has at least one byte.
    guard text.count > scalars else { return text }
    var left = scalars
    var offset = 0
    while offset < text.count {
      if text[offset] & 0xC0 != 0x80 {
        if left == 0 { break }
        left -= 1
      }
      offset += 1
    }
    return UnsafeRawBufferPointer(rebasing: text[..<offset])
  }
}
