internal import Codec

/// What all counters of one collection share.
final class CountingContext {
  /// How many different paths are still told apart.
  var pathsLeft: Int
  /// The deepest nesting so far.
  var depth = 1
  var work = TextWork()

  init(paths: Int) { pathsLeft = paths }
}

/// Counts the values of one field. Its memory doesn't grow with the number of values.
final class FieldCounter {
  let name: [UInt8]
  /// By the raw value of the kind.
  private(set) var kinds = [Int](repeating: 0, count: ValueKind.allCases.count)
  private(set) var booleans = BooleanCounts()
  private(set) var integers = IntegerCounts()
  private(set) var doubles = DoubleCounts()
  private(set) var decimals = DecimalCounts()
  private(set) var texts = TextCounts()
  /// Of the different texts so far, while there are few.
  private var textHashes: [UInt64] = []
  private(set) var binaries = BinaryCounts()
  private(set) var dates = DateCounts()
  private(set) var documents = DocumentCounts()
  private(set) var arrays = ArrayCounts()
  private(set) var table = FieldTable()
  private(set) var element: FieldCounter?
  /// Documents that have this field.
  private(set) var parents = 0
  private var lastParent = 0
  /// Documents that were counted here, as the number of the one at hand.
  private(set) var documentNumber = 0

  init(name: [UInt8]) { self.name = name }

  func isNamed(_ other: UnsafeRawBufferPointer) -> Bool {
    name.count == other.count && name.withUnsafeBytes { $0.elementsEqual(other) }
  }

  /// Counts one value and everything inside it.
  ///
  /// - Parameter depth: the nesting of the document that holds the value.
  /// - Throws: a `Refusal` for bytes that aren't BSON.
  func count(_ value: RawValue, depth: Int, _ context: CountingContext) throws(Refusal) {
    kinds[Int(value.kind.rawValue)] &+= 1
    switch value.kind {
    case .bool: booleans.trues &+= value.bits == 0 ? 0 : 1
    case .int32, .int64: count(value.integer)
    case .double: count(value.double)
    case .string, .symbol: count(text: value.bytes, context)
    case .date:
      dates.least = min(dates.least, value.integer)
      dates.greatest = max(dates.greatest, value.integer)
    case .binary: count(binary: value)
    case .decimal128: try context.work.count(decimal: value.bytes, in: &decimals)
    case .document: try count(document: value.bytes, depth: depth + 1, context)
    case .array: try count(array: value.bytes, depth: depth + 1, context)
    case .regex where !UTF8Check.isValid(value.bytes): texts.invalidUTF8 &+= 1
    default: break
    }
  }

  /// Counts the fields of a document, and each value in them.
  func count(document: UnsafeRawBufferPointer, depth: Int, _ context: CountingContext) throws(Refusal) {
    try Self.check(depth, context)
    documentNumber &+= 1
    table.begin()
    var reader = try BSONReader(document)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    var fields = 0
    var isRepeated = false
    while try reader.next(key: &key, value: &value) {
      fields &+= 1
      guard let field = table.find(key) ?? added(key, context) else {
        documents.uncounted &+= 1
        continue
      }
      if field.lastParent == documentNumber {
        isRepeated = true
      } else {
        field.parents &+= 1
        field.lastParent = documentNumber
      }
      try field.count(value, depth: depth, context)
    }
    if fields == 0 { documents.empty &+= 1 }
    if isRepeated { documents.repeatedFields &+= 1 }
    documents.mostFields = max(documents.mostFields, fields)
  }

  private func added(_ key: UnsafeRawBufferPointer, _ context: CountingContext) -> FieldCounter? {
    guard context.pathsLeft > 0 else { return nil }
    context.pathsLeft -= 1
    let field = FieldCounter(name: Array(key))
    table.add(field)
    return field
  }

  private func count(array: UnsafeRawBufferPointer, depth: Int, _ context: CountingContext) throws(Refusal) {
    try Self.check(depth, context)
    var reader = try BSONReader(array)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    var length = 0
    while try reader.next(key: &key, value: &value) {
      length &+= 1
      let field = element ?? FieldCounter(name: Array("[]".utf8))
      element = field
      try field.count(value, depth: depth, context)
    }
    if length == 0 { arrays.empty &+= 1 }
    arrays.elements &+= length
    arrays.longest = max(arrays.longest, length)
  }

  private static func check(_ depth: Int, _ context: CountingContext) throws(Refusal) {
    guard depth <= BSONReader.deepestNesting else { throw Refusal(.tooDeep, found: .document) }
    context.depth = max(context.depth, depth)
  }

  private func count(_ integer: Int64) {
    integers.least = min(integers.least, integer)
    integers.greatest = max(integers.greatest, integer)
    if integer.magnitude > 1 << 53 { integers.beyondDouble &+= 1 }
    if integer != 0, integer != 1 { integers.notBoolean &+= 1 }
  }

  private func count(_ double: Double) {
    guard double.isFinite else {
      if double.isNaN { doubles.notANumber &+= 1 } else { doubles.infinite &+= 1 }
      return
    }
    doubles.least = min(doubles.least, double)
    doubles.greatest = max(doubles.greatest, double)
    if double == 0, double.sign == .minus { doubles.negativeZero &+= 1 }
    if double == double.rounded(.towardZero) { doubles.whole &+= 1 } else { doubles.fractional &+= 1 }
  }

  private func count(text: UnsafeRawBufferPointer, _ context: CountingContext) {
    guard !text.isEmpty else {
      texts.empty &+= 1
      return
    }
    texts.longestBytes = max(texts.longestBytes, text.count)
    texts.longestScalars = max(texts.longestScalars, UTF8Check.scalarCount(text))
    if !UTF8Check.isValid(text) { texts.invalidUTF8 &+= 1 }
    if UTF8Check.containsNUL(text) { texts.withNUL &+= 1 }
    if texts.distinct < TextCounts.mostDistinct { countDistinct(text) }
    if !texts.forms.isEmpty { texts.forms = texts.forms.narrowed(by: text, &context.work) }
  }

  private func countDistinct(_ text: UnsafeRawBufferPointer) {
    // FNV-1a; a count that is off by one is only a hint that is off.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    if textHashes.contains(hash) { return }
    textHashes.append(hash)
    texts.distinct = textHashes.count
  }

  private func count(binary value: RawValue) {
    if value.bytes.isEmpty { binaries.empty &+= 1 }
    binaries.shortest = min(binaries.shortest, value.bytes.count)
    binaries.longest = max(binaries.longest, value.bytes.count)
    binaries.subtypes[value.subtype, default: 0] += 1
  }
}
