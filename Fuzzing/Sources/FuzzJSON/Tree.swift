/// What a JSON text says, as read by ``TreeReader``.
indirect enum Tree {
  case null
  case bool(Bool)
  /// As it is written.
  case number([UInt8])
  case string([UInt8])
  case array([Tree])
  /// Members in their order, also where a key stands twice.
  case object([(key: [UInt8], value: Tree)])
}

/// Why a text isn't taken: the first thing wrong with it.
enum Fault: Error {
  case invalid
  case tooDeep
  /// A key with NUL, which BSON has no room for.
  case keyWithNUL
  case notExact
}

/// Reads JSON by RFC 8259, for comparison: written apart from the reader under test, without a thought for speed.
struct TreeReader {
  private var rest: ArraySlice<UInt8>

  static func read(_ text: UnsafeRawBufferPointer) throws(Fault) -> Tree {
    var reader = TreeReader(rest: Array(text)[...])
    reader.skipSpace()
    let tree = try reader.value(depth: 0)
    reader.skipSpace()
    if !reader.rest.isEmpty { throw .invalid }
    return tree
  }

  private mutating func skipSpace() {
    while let next = rest.first, " \t\r\n".utf8.contains(next) { rest.removeFirst() }
  }

  private mutating func take(_ expected: Character) -> Bool {
    guard rest.first == expected.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func take(word: String, _ tree: Tree) throws(Fault) -> Tree {
    guard rest.starts(with: word.utf8) else { throw .invalid }
    rest.removeFirst(word.utf8.count)
    return tree
  }

  private mutating func value(depth: Int) throws(Fault) -> Tree {
    switch rest.first.map({ Character(Unicode.Scalar($0)) }) {
    case "{": return try object(depth: depth + 1)
    case "[": return try array(depth: depth + 1)
    case "\"": return .string(try string())
    case "t": return try take(word: "true", .bool(true))
    case "f": return try take(word: "false", .bool(false))
    case "n": return try take(word: "null", .null)
    default: return try number()
    }
  }

  private mutating func array(depth: Int) throws(Fault) -> Tree {
    if depth > 200 { throw .tooDeep }
    rest.removeFirst()
    var elements: [Tree] = []
    skipSpace()
    if take("]") { return .array([]) }
    while true {
      skipSpace()
      elements.append(try value(depth: depth))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw .invalid }
    }
  }

  private mutating func object(depth: Int) throws(Fault) -> Tree {
    if depth > 200 { throw .tooDeep }
    rest.removeFirst()
    var members: [(key: [UInt8], value: Tree)] = []
    skipSpace()
    if take("}") { return .object([]) }
    while true {
      skipSpace()
      guard rest.first == UInt8(ascii: "\"") else { throw .invalid }
      let key = try string()
      if key.contains(0) { throw .keyWithNUL }
      skipSpace()
      guard take(":") else { throw .invalid }
      skipSpace()
      members.append((key, try value(depth: depth)))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw .invalid }
    }
  }

  /// The bytes that a string stands for. Whether they are UTF-8 is a question for whoever takes them.
  private mutating func string() throws(Fault) -> [UInt8] {
    rest.removeFirst()
    var bytes: [UInt8] = []
    while let next = rest.popFirst() {
      if next == UInt8(ascii: "\"") { return bytes }
      if next < 0x20 { throw .invalid }
      if next == UInt8(ascii: "\\") { bytes += try escaped() } else { bytes.append(next) }
    }
    throw .invalid
  }

  private mutating func escaped() throws(Fault) -> [UInt8] {
    guard let letter = rest.popFirst() else { throw .invalid }
    switch Character(Unicode.Scalar(letter)) {
    case "\"", "\\", "/": return [letter]
    case "b": return [8]
    case "f": return [12]
    case "n": return [10]
    case "r": return [13]
    case "t": return [9]
    case "u":
      var units = [try unit()]
      if units[0] & 0xFC00 == 0xD800 {
        guard take("\\"), take("u") else { throw .invalid }
        units.append(try unit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw .invalid }
      return Array(text.utf8)
    default: throw .invalid
    }
  }

  private mutating func unit() throws(Fault) -> UInt16 {
    let digits = rest.prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .invalid }
    rest.removeFirst(4)
    return unit
  }

  private mutating func digits() throws(Fault) -> [UInt8] {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    if digits.isEmpty { throw .invalid }
    rest.removeFirst(digits.count)
    return Array(digits)
  }

  private mutating func number() throws(Fault) -> Tree {
    var text: [UInt8] = []
    if take("-") { text += "-".utf8 }
    let whole = try digits()
    if whole.count > 1, whole[0] == UInt8(ascii: "0") { throw .invalid }
    text += whole
    if take(".") { text += ".".utf8 + (try digits()) }
    if take("e") || take("E") {
      text += "e".utf8
      if take("-") { text += "-".utf8 } else if take("+") { text += "+".utf8 }
      text += try digits()
    }
    // A number beyond every type is refused where it is met, whatever comes behind it.
    guard Decimal(text).fits else { throw .notExact }
    return .number(text)
  }
}
