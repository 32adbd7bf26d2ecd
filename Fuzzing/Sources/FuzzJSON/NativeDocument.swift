/// Writes the BSON document that a JSON text means, byte by byte, for comparison.
enum NativeDocument {
  /// The document `{"id": 1, "t": tree}`.
  static func record(_ tree: Tree) -> [UInt8] {
    document([element("id".utf8, .number(Array("1".utf8))), element("t".utf8, tree)])
  }

  /// The document `{"id": 1, "t": text}`.
  static func record(text: UnsafeRawBufferPointer) -> [UInt8] {
    document([[0x12] + "id\0".utf8 + [1, 0, 0, 0, 0, 0, 0, 0], [2] + "t\0".utf8 + string(text)])
  }

  private static func document(_ elements: [[UInt8]]) -> [UInt8] {
    let body = elements.joined()
    return number(body.count + 5) + body + [0]
  }

  private static func string(_ bytes: some Collection<UInt8>) -> [UInt8] {
    number(bytes.count + 1) + bytes + [0]
  }

  private static func number(_ count: Int) -> [UInt8] { littleEndian(UInt64(count), 4) }

  private static func littleEndian(_ word: UInt64, _ count: Int = 8) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
  }

  private static func element(_ key: some Collection<UInt8>, _ tree: Tree) -> [UInt8] {
    let (type, value) = value(tree)
    return [type] + key + [0] + value
  }

  private static func value(_ tree: Tree) -> (UInt8, [UInt8]) {
    switch tree {
    case .null: return (0x0A, [])
    case .bool(let value): return (8, [value ? 1 : 0])
    case .string(let bytes): return (2, string(bytes))
    case .array(let trees):
      var elements: [[UInt8]] = []
      for (place, tree) in trees.enumerated() { elements.append(element(String(place).utf8, tree)) }
      return (4, document(elements))
    case .object(let members):
      var elements: [[UInt8]] = []
      for (key, value) in members { elements.append(element(key, value)) }
      return (3, document(elements))
    case .number(let text): return number(text)
    }
  }

  private static func number(_ text: [UInt8]) -> (UInt8, [UInt8]) {
    let string = String(decoding: text, as: UTF8.self)
    if string != "-0", let whole = Int64(string) { return (0x12, littleEndian(UInt64(bitPattern: whole))) }
    let decimal = Decimal(text)
    // The standard library writes the shortest decimal that reads back.
    if let double = Double(string), double.isFinite, Decimal(Array(double.description.utf8)) == decimal,
      isExact(double, decimal)
    {
      return (1, littleEndian(double.bitPattern))
    }
    var (coefficient, exponent) = (
      decimal.digits.reduce(UInt128(0)) { $0 * 10 + UInt128($1) }, decimal.exponent
    )
    while exponent > 6111 { (coefficient, exponent) = (coefficient * 10, exponent - 1) }
    let sign: UInt64 = decimal.isNegative ? 1 << 63 : 0
    let high = sign | UInt64(exponent + 6176) << 49 | UInt64(coefficient >> 64)
    return (0x13, littleEndian(UInt64(truncatingIfNeeded: coefficient)) + littleEndian(high))
  }

  /// Of whole numbers that an integer could hold, a double has to be the number itself.
  private static func isExact(_ double: Double, _ decimal: Decimal) -> Bool {
    guard decimal.exponent >= 0, let whole = Int128(exactly: double), whole.magnitude <= 1 << 63 else {
      return true
    }
    return Decimal(Array(String(whole.magnitude).utf8)).digits == decimal.digits
  }
}
