/// Native arrays, and what becomes of their elements that hold nothing.
extension ValueEncoder {
  private enum Element {
    case written
    case null
    case skipped
  }

  /// array_recv: dimensions, has-null flag, element oid, then for each dimension its length and lower bound.
  mutating func appendArray(_ result: StepResult, _ code: ColumnCode, to out: inout ByteBuffer)
    throws(Refusal)
  {
    guard case .value(let value) = result, value.kind == .array else { throw refused(result) }
    let (element, oid) = elements[Int(code.index)]
    let start = out.count
    out.appendBigEndian(Int32(0))
    out.appendBigEndian(Int32(0))
    out.appendBigEndian(oid)
    let dimension = out.count
    out.appendBigEndian(Int32(0))
    out.appendBigEndian(Int32(1))
    let isPlainText = element.plain == .text && element.emptyElement == .keep
    var reader = try BSONReader(value.bytes)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var item = RawValue.missing
    var count: Int32 = 0
    var sawNull = false
    var sawSkipped = false
    arrayPlace = -1
    while try reader.next(key: &key, value: &item) {
      arrayPlace += 1
      if isPlainText, item.kind == .string, out.appendField(text: item.bytes) {
        count += 1
        continue
      }
      let place = out.count
      out.appendBigEndian(Int32(-1))
      switch try append(item, element, to: &out) {
      case .written: out.patchBigEndian(Int32(truncatingIfNeeded: out.count - place - 4), at: place)
      case .null: sawNull = true
      case .skipped:
        out.truncate(to: place)
        sawSkipped = true
        continue
      }
      count += 1
    }
    arrayPlace = -1
    isArrayEmptied = count == 0 && sawSkipped
    if count == 0 {
      out.truncate(to: start + 12)
    } else {
      out.patchBigEndian(Int32(1), at: start)
      out.patchBigEndian(Int32(sawNull ? 1 : 0), at: start + 4)
      out.patchBigEndian(count, at: dimension)
    }
  }

  private mutating func append(_ item: RawValue, _ element: ColumnCode, to out: inout ByteBuffer)
    throws(Refusal) -> Element
  {
    if item.kind == .null || item.kind == .undefined && element.nullElement != .null {
      return try absent(element.nullElement, Refusal(.null, found: item.kind), \.null, element, to: &out)
    }
    if element.emptyElement != .keep, isEmpty(item) {
      return try absent(element.emptyElement, Refusal(.empty, found: item.kind), \.empty, element, to: &out)
    }
    let result = element.stepCount == 0 ? .value(item) : try run(item, element)
    if element.emptyElement != .keep, case .value(let made) = result, isEmpty(made) {
      return try absent(element.emptyElement, Refusal(.empty, found: made.kind), \.empty, element, to: &out)
    }
    try encode(result, element, to: &out)
    return .written
  }

  private mutating func absent(
    _ rule: ColumnCode.Element, _ refusal: Refusal,
    _ which: KeyPath<(null: [UInt8], empty: [UInt8]), [UInt8]>, _ element: ColumnCode,
    to out: inout ByteBuffer
  ) throws(Refusal) -> Element {
    switch rule {
    case .null, .keep: return .null
    case .skip: return .skipped
    case .refuse: throw refusal
    case .value:
      try encodeDeclared(elementSubstitutes[Int(element.index)][keyPath: which], element, to: &out)
      return .written
    }
  }
}
