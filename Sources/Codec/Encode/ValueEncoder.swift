/// Writes one column's value as a field of COPY BINARY: a length, then exactly the bytes that the type's `recv` takes.
///
/// What comes out is also what the type's `send` would give for the stored value (numeric normalised, jsonb in the
/// server's own canonical text), so that an audit can compare bytes.
struct ValueEncoder: ~Copyable {
  var columns: [ColumnCode] = []
  var steps: [StepCode] = []
  var alternatives: [Int32] = []
  /// Arguments of steps that need more than an integer.
  var enumMaps: [EnumTable] = []
  var words: [BooleanWords] = []
  var formats: [DateFormat] = []
  var epochs: [EpochUnit] = []
  var orders: [UUIDOrder] = []
  var units: [IntervalUnit] = []
  var constants: [[UInt8]] = []
  /// For each column the declared values that stand in for missing, null and empty ones.
  var substitutes: [(missing: [UInt8], null: [UInt8], empty: [UInt8])] = []
  /// For each column the declared values that stand in for null and empty elements.
  var elementSubstitutes: [(null: [UInt8], empty: [UInt8])] = []
  /// For each column its element's code and type, where it is an array.
  var elements: [(code: ColumnCode, oid: UInt32)] = []
  /// For each column the labels of its enum, where it is one or an array of one.
  var labels: [[[UInt8]]] = []
  /// Two buffers that text steps write to in turn.
  var scratch = ByteBuffer(capacity: 1024)
  var otherScratch = ByteBuffer(capacity: 1024)
  /// Bounds of `clamp`, while they are compared.
  var boundScratch = ByteBuffer(capacity: 64)
  /// Work space of the JSON writer, and of steps that need a text before they write one.
  var jsonScratch = ByteBuffer(capacity: 4096)
  /// The place of the element that is being encoded, inside an array column; else -1.
  var arrayPlace: Int32 = -1
  /// Whether the array that was just encoded had elements, and all were skipped.
  var isArrayEmptied = false

  /// The columns once more, where no array's bounds and uniqueness are asked for.
  let codes: UnsafeMutablePointer<ColumnCode>
  /// The column that the long way was last gone for.
  var currentColumn = 0

  init(_ plans: [ColumnPlan]) {
    codes = .allocate(capacity: max(1, plans.count))
    for plan in plans { compile(plan) }
    for (index, code) in columns.enumerated() { (codes + index).initialize(to: code) }
  }

  deinit { codes.deallocate() }

  // MARK: The hot path

  /// Appends column `index` of the record whose values are in `slots`. Returns false where it wrote NULL.
  @discardableResult
  mutating func append(column index: Int, slots: UnsafeMutablePointer<RawValue>, to out: inout ByteBuffer)
    throws(Refusal) -> Bool
  {
    let code = codes[index]
    if code.slot < 0 && code.stepCount == 0 {
      out.appendBigEndian(Int32(-1))
      return false
    }
    let value = pick(code, slots)
    return try append(value, code, to: &out)
  }

  /// The column's source value: the first of its slots that holds one, else null if any slot is null, else missing.
  @inline(__always)
  func pick(_ code: ColumnCode, _ slots: UnsafeMutablePointer<RawValue>) -> RawValue {
    guard code.slot >= 0 else { return .null }
    let first = slots[Int(code.slot)]
    if code.alternativeCount == 0 || (first.kind != .missing && first.kind != .null) { return first }
    var sawNull = first.kind == .null
    for offset in 0..<code.alternativeCount {
      let value = slots[Int(alternatives[Int(code.alternatives + offset)])]
      if value.kind != .missing && value.kind != .null { return value }
      sawNull = sawNull || value.kind == .null
    }
    return sawNull ? .null : .missing
  }

  private mutating func append(_ value: RawValue, _ code: ColumnCode, to out: inout ByteBuffer)
    throws(Refusal) -> Bool
  {
    let start = out.count
    out.appendBigEndian(Int32(-1))
    let written: Bool
    switch value.kind {
    case _ where replacesAnything(code):
      let text = constants[Int(steps[Int(code.steps)].argument)]
      try encodeDeclared(text, code, to: &out)
      written = true
    case .missing:
      written = try absent(code.missing, .missing, \.missing, code, to: &out)
    case .null:
      written = try absent(code.null, .null, \.null, code, to: &out)
    default:
      if code.empty != .keep, isEmpty(value) {
        written = try absent(code.empty, value.kind, \.empty, code, to: &out)
      } else if code.stepCount == 0 || code.wire == .array {
        // An array's steps are for each of its elements.
        try encode(.value(value), code, to: &out)
        if isArrayEmptied, code.empty != .keep {
          // Every element was skipped: what is left is an empty array like any other.
          out.truncate(to: start + 4)
          written = try absent(code.empty, value.kind, \.empty, code, to: &out)
        } else {
          written = true
        }
        isArrayEmptied = false
      } else {
        let result = try run(value, code)
        if case .null = result {
          written = try absent(code.null, .null, \.null, code, to: &out)
        } else if case .value(let made) = result, isEmpty(made), code.empty != .keep {
          written = try absent(code.empty, made.kind, \.empty, code, to: &out)
        } else {
          try encode(result, code, to: &out)
          written = true
        }
      }
    }
    if written { try Self.patchLength(at: start, found: value.kind, in: &out) }
    return written
  }

  /// The most bytes that a field of COPY BINARY may have: PostgreSQL's `MaxAllocSize` without a NUL behind them.
  static let longestField = 0x3FFF_FFFE

  /// Writes the length of the field whose length stands at `start` and whose bytes end where the buffer ends.
  @inline(__always)
  static func patchLength(at start: Int, found: ValueKind, in out: inout ByteBuffer) throws(Refusal) {
    let length = out.count &- start &- 4
    guard length <= longestField else { throw Refusal(.tooLong, found: found) }
    out.patchBigEndian(Int32(truncatingIfNeeded: length), at: start)
  }

  /// Whether the chain begins with a constant, which takes the place even of a missing value.
  @inline(__always)
  private func replacesAnything(_ code: ColumnCode) -> Bool {
    code.stepCount > 0 && steps[Int(code.steps)].operation == .constant
  }

  @inline(__always)
  func isEmpty(_ value: RawValue) -> Bool {
    switch value.kind {
    case .string, .binary: value.bytes.count == 0
    // An empty document is its length and the closing NUL.
    case .document, .array: value.bytes.count == 5
    default: false
    }
  }

  private mutating func absent(
    _ rule: ColumnCode.Absent, _ kind: ValueKind,
    _ which: KeyPath<(missing: [UInt8], null: [UInt8], empty: [UInt8]), [UInt8]>, _ code: ColumnCode,
    to out: inout ByteBuffer
  ) throws(Refusal) -> Bool {
    switch rule {
    case .null, .keep: return false
    case .refuse:
      throw Refusal(kind == .missing ? .missing : kind == .null ? .null : .empty, found: kind)
    case .value:
      try encodeDeclared(substitutes[Int(code.index)][keyPath: which], code, to: &out)
      return true
    }
  }

  mutating func encodeDeclared(_ text: [UInt8], _ code: ColumnCode, to out: inout ByteBuffer)
    throws(Refusal)
  {
    var failure: Refusal?
    text.withUnsafeBytes {
      do throws(Refusal) { try encodeDeclaredText($0, code, to: &out) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// A value that the mapping wrote down: text that is read as the column's type.
  private mutating func encodeDeclaredText(
    _ text: UnsafeRawBufferPointer, _ code: ColumnCode, to out: inout ByteBuffer
  )
    throws(Refusal)
  {
    switch code.wire {
    case .int2, .int4, .int8, .numeric, .float4, .float8:
      try encode(.decimalText(try Self.decimal(text)), code, to: &out)
    case .bool: try encode(.boolean(try BooleanWords.standard.value(of: .string(text))), code, to: &out)
    case .date, .time, .timestamp, .timestamptz:
      try encode(.parsedTime(try PostgresTime.parse(text, format: .iso)), code, to: &out)
    case .uuid:
      guard let uuid = UUIDText.parse(text) else { throw Refusal(.invalidText, found: .string) }
      try encode(.uuid(uuid.0, uuid.1), code, to: &out)
    case .interval: try encode(.interval(try Interval.parse(text)), code, to: &out)
    case .inet, .cidr: try encode(.network(try NetworkAddress.parse(text)), code, to: &out)
    case .json, .jsonb: try encode(.jsonText(text), code, to: &out)
    case .text, .bytea, .enumeration: try encode(.value(.string(text)), code, to: &out)
    case .array: throw Refusal(.wrongType, found: .string)
    }
  }
}
