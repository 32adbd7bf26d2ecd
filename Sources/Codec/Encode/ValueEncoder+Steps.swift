/// The transforms: each takes a value and hands one on, without allocating.
extension ValueEncoder {
  /// What a huge value's text may leave behind in each buffer, in bytes.
  private static let keptScratch = 1 << 20

  mutating func run(_ value: RawValue, _ code: ColumnCode) throws(Refusal) -> StepResult {
    // Memory is given back before anything points into it: what the last step makes lies in a buffer when this returns.
    scratch.removeAll()
    otherScratch.removeAll()
    scratch.shrink(to: Self.keptScratch)
    otherScratch.shrink(to: Self.keptScratch)
    var result = StepResult.value(value)
    for offset in 0..<code.stepCount {
      let step = steps[Int(code.steps + offset)]
      if step.operation.writesScratch {
        // Text made by the step before stays readable while this one writes to the other buffer.
        swap(&scratch, &otherScratch)
        scratch.removeAll()
      }
      result = try apply(step, to: result)
      // What trimming leaves empty is for the rule for empty values, not for the steps that follow.
      if step.operation == .trim, code.empty != .keep, case .value(let trimmed) = result,
        trimmed.bytes.isEmpty
      {
        return result
      }
    }
    return result
  }

  private mutating func apply(_ step: StepCode, to result: StepResult) throws(Refusal) -> StepResult {
    switch step.operation {
    case .constant:
      // `ValueEncoder.append` answers a constant before any step runs.
      throw Refusal(.wrongType, found: .missing)
    case .trim:
      return .value(.string(TextFold.trimmed(try text(result))))
    case .lower:
      let source = try text(result)
      try TextFold.appendLowercased(source, to: &scratch)
      return .value(.string(scratch.bytes))
    case .upper:
      let source = try text(result)
      try TextFold.appendUppercased(source, to: &scratch)
      return .value(.string(scratch.bytes))
    case .text:
      try Self.appendCanonicalText(try plain(result), to: &scratch)
      return .value(.string(scratch.bytes))
    case .number:
      let source = try plain(result)
      guard source.kind == .string || source.kind == .symbol else { return result }
      return .decimalText(try Self.decimal(source.bytes))
    case .epoch:
      return .timestamp(
        try PostgresTime.timestamp(epoch: try plain(result), unit: epochs[Int(step.argument)]))
    case .parseDate:
      let source = try plain(result)
      // BSON dates are instants already.
      if source.kind == .date { return result }
      return .parsedTime(try PostgresTime.parse(try text(result), format: formats[Int(step.argument)]))
    case .enumMap:
      try Self.appendCanonicalText(try plain(result), to: &scratch)
      guard let mapped = enumMaps[Int(step.argument)].value(of: scratch.bytes) else {
        throw Refusal(.notInEnum, found: try plain(result).kind)
      }
      scratch.removeAll()
      scratch.append(contentsOf: mapped)
      return .value(.string(scratch.bytes))
    case .boolean:
      return .boolean(try words[Int(step.argument)].value(of: try plain(result)))
    case .cents:
      let source = try plain(result)
      switch source.kind {
      case .int32, .int64: return .scaled(source.integer, digits: Int(step.argument))
      case .double:
        guard let exact = Int64(exactly: source.double) else { throw Refusal(.notExact, found: .double) }
        return .scaled(exact, digits: Int(step.argument))
      default: throw Refusal(.wrongType, found: source.kind)
      }
    case .json: return .jsonText(try text(result))
    case .ejson:
      let source = try plain(result)
      return .extended(source)
    case .hash:
      let source = try plain(result)
      switch source.kind {
      case .string, .binary, .objectID: SHA256.append(digestOf: source.bytes, to: &scratch)
      default:
        jsonScratch.removeAll()
        try Self.appendCanonicalText(source, to: &jsonScratch)
        SHA256.append(digestOf: jsonScratch.bytes, to: &scratch)
      }
      return .digest(scratch.bytes)
    case .uuid: return try uuid(from: try plain(result), order: orders[Int(step.argument)])
    case .base64:
      Base64.append(try binary(result), to: &scratch)
      return .value(.string(scratch.bytes))
    case .hex:
      Hex.append(try binary(result), to: &scratch)
      return .value(.string(scratch.bytes))
    }
  }

  private func plain(_ result: StepResult) throws(Refusal) -> RawValue {
    switch result {
    case .value(let value), .extended(let value): return value
    case .decimalText(let text), .jsonText(let text): return .string(text)
    default: throw Refusal(.wrongType, found: .string)
    }
  }

  private func text(_ result: StepResult) throws(Refusal) -> UnsafeRawBufferPointer {
    let value = try plain(result)
    guard value.kind == .string || value.kind == .symbol else { throw Refusal(.wrongType, found: value.kind) }
    try Self.check(text: value.bytes)
    return value.bytes
  }

  private func binary(_ result: StepResult) throws(Refusal) -> UnsafeRawBufferPointer {
    let value = try plain(result)
    guard value.kind == .binary || value.kind == .objectID else {
      throw Refusal(.wrongType, found: value.kind)
    }
    return value.bytes
  }

  /// A decimal number's text, checked: nothing else may reach the numeric writer.
  static func decimal(_ text: UnsafeRawBufferPointer) throws(Refusal) -> UnsafeRawBufferPointer {
    var digits = 0
    var index = 0
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") { index += 1 }
    while index < text.count, isDigit(text[index]) { (index, digits) = (index + 1, digits + 1) }
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      while index < text.count, isDigit(text[index]) { (index, digits) = (index + 1, digits + 1) }
    }
    if digits > 0, index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        index += 1
      }
      let before = index
      while index < text.count, isDigit(text[index]) { index += 1 }
      if index == before { digits = 0 }
    }
    guard digits > 0, index == text.count else { throw Refusal(.invalidText, found: .string) }
    return text
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  private func uuid(from value: RawValue, order: UUIDOrder) throws(Refusal) -> StepResult {
    switch value.kind {
    case .string:
      guard let uuid = UUIDText.parse(value.bytes) else { throw Refusal(.invalidText, found: .string) }
      return .uuid(uuid.0, uuid.1)
    case .binary where value.bytes.count == 16:
      let swapped = value.subtype == 4 ? UUIDOrder.standard : order
      guard let uuid = UUIDText.reorder(value.bytes, swapped) else {
        throw Refusal(.invalidText, found: .binary)
      }
      return .uuid(uuid.0, uuid.1)
    default: throw Refusal(.wrongType, found: value.kind)
    }
  }

  /// The one canonical text of a scalar, as the transform `text` documents it.
  static func appendCanonicalText(_ value: RawValue, to out: inout ByteBuffer) throws(Refusal) {
    switch value.kind {
    case .string, .symbol:
      try check(text: value.bytes)
      out.append(value.bytes)
    case .objectID: Hex.append(value.bytes, to: &out)
    case .int32, .int64: IntegerText.append(value.integer, to: &out)
    case .double: DoubleText.append(value.double, to: &out)
    case .decimal128: try Decimal128Text.append(value.bytes, to: &out)
    case .bool: out.append(value.bits != 0 ? "true" : "false" as StaticString)
    case .date: PostgresTime.appendISO(unixMilliseconds: value.integer, to: &out)
    case .binary where (value.subtype == 4) && value.bytes.count == 16:
      try UUIDText.append(value.bytes, to: &out)
    default: throw Refusal(.wrongType, found: value.kind)
    }
  }
}

/// An enum map, looked up by bytes.
struct EnumTable {
  private let pairs: [(from: [UInt8], to: [UInt8])]

  init(_ pairs: [EnumPair]) {
    self.pairs = pairs.map { (Array($0.from.utf8), Array($0.to.utf8)) }
  }

  func value(of text: UnsafeRawBufferPointer) -> [UInt8]? {
    for pair in pairs where pair.from.count == text.count && pair.from.elementsEqual(text) { return pair.to }
    return nil
  }
}

/// The words that mean true and false.
struct BooleanWords {
  let trueWords: [[UInt8]]
  let falseWords: [[UInt8]]

  /// What the transform `boolean` takes when the mapping lists no words.
  static let standard = BooleanWords(
    trueWords: ["true", "t", "yes", "y", "1", "on"], falseWords: ["false", "f", "no", "n", "0", "off"])

  init(trueWords: [String], falseWords: [String]) {
    self.trueWords = trueWords.map { Array($0.utf8) }
    self.falseWords = falseWords.map { Array($0.utf8) }
  }

  func value(of value: RawValue) throws(Refusal) -> Bool {
    switch value.kind {
    case .bool: return value.bits != 0
    case .int32, .int64:
      if value.integer == 1, trueWords.contains([0x31]) { return true }
      if value.integer == 0, falseWords.contains([0x30]) { return false }
      throw Refusal(.notInEnum, found: value.kind)
    case .double:
      if value.double == 1, trueWords.contains([0x31]) { return true }
      if value.double == 0, falseWords.contains([0x30]) { return false }
      throw Refusal(.notInEnum, found: value.kind)
    case .string:
      for word in trueWords where Self.matches(word, value.bytes) { return true }
      for word in falseWords where Self.matches(word, value.bytes) { return false }
      throw Refusal(.notInEnum, found: value.kind)
    default: throw Refusal(.wrongType, found: value.kind)
    }
  }

  /// Letters match whatever their case.
  private static func matches(_ word: [UInt8], _ text: UnsafeRawBufferPointer) -> Bool {
    guard word.count == text.count else { return false }
    for index in word.indices where lowered(word[index]) != lowered(text[index]) { return false }
    return true
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}
