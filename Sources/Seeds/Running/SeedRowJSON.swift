internal import Mapping

extension SeedColumn.Form {
  /// Whether its values go to Postgres as text that is cast, and not as JSON that is converted.
  var isText: Bool { if case .json = self { true } else { false } }
}

/// Writes rows as JSON, from which Postgres makes values of the columns' types.
///
/// A scalar is its text, whatever it looks like. What a column of JSON holds is JSON itself, as text.
struct SeedRowJSON {
  let seed: PreparedSeed
  let log: DiagnosticLog
  /// Where in `seed.named` a column of the file is.
  private let places: [Int?]

  init(seed: PreparedSeed, log: DiagnosticLog) {
    self.seed = seed
    self.log = log
    places = seed.file.columns.map { column in seed.named.firstIndex { $0.column.name == column.value } }
  }

  /// The row, with null for what can't be written and went to the log.
  func json(of row: SeedRow, number: Int) -> [UInt8] {
    var out = Array("{\"r\":\(number)".utf8)
    var isNamed = [Bool](repeating: false, count: seed.named.count)
    for cell in row.cells {
      guard let place = places[cell.column] else { continue }
      isNamed[place] = true
      let named = seed.named[place]
      out += Array(",\"\(named.staged)\":".utf8)
      switch cell.value {
      case .null: out += Array("null".utf8)
      case .text(let text): Self.append(text: text, to: &out)
      case .tree(let node):
        let start = out.count
        if !append(node, named.column, to: &out) { out.replaceSubrange(start..., with: Array("null".utf8)) }
      }
    }
    for (index, named) in seed.named.enumerated() {
      if let flag = named.flag { out += Array(",\"\(flag)\":\(isNamed[index])".utf8) }
    }
    out.append(UInt8(ascii: "}"))
    return out
  }

  private func append(_ node: YAMLNode, _ column: SeedColumn, to out: inout [UInt8]) -> Bool {
    switch column.form {
    case .json:
      var json: [UInt8] = []
      guard appendJSON(node, to: &json) else { return false }
      Self.append(text: String(decoding: json, as: UTF8.self), to: &out)
      return true
    case .array(let ofJSON) where node.items != nil:
      return ofJSON ? appendJSON(node, to: &out) : appendElements(node, column, to: &out)
    case .composite where node.pairs != nil: return appendJSON(node, to: &out)
    default:
      log.error(
        "the column \"\(column.name)\" of type \(column.type) doesn't take \(node.kindName)",
        at: node.location)
      return false
    }
  }

  /// Elements that are scalars go by their text, as those of columns do.
  private func appendElements(_ node: YAMLNode, _ column: SeedColumn, to out: inout [UInt8]) -> Bool {
    if node.isNull {
      out += Array("null".utf8)
      return true
    }
    if let text = node.scalarText {
      Self.append(text: text, to: &out)
      return true
    }
    guard let items = node.items else {
      log.error(
        "an element of the column \"\(column.name)\" of type \(column.type) can't be \(node.kindName)",
        at: node.location)
      return false
    }
    out.append(UInt8(ascii: "["))
    var isRight = true
    for (index, item) in items.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      isRight = appendElements(item, column, to: &out) && isRight
    }
    out.append(UInt8(ascii: "]"))
    return isRight
  }

  /// As JSON: plain `true`, `false`, `null` and numbers are what they look like, everything else is a text.
  private func appendJSON(_ node: YAMLNode, to out: inout [UInt8]) -> Bool {
    switch node.content {
    case .scalar(let text, let style):
      if node.isNull {
        out += Array("null".utf8)
      } else if style == .plain, let word = Self.literal(text) {
        out += Array(word.utf8)
      } else {
        Self.append(text: text, to: &out)
      }
      return true
    case .sequence(let items):
      out.append(UInt8(ascii: "["))
      var isRight = true
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        isRight = appendJSON(item, to: &out) && isRight
      }
      out.append(UInt8(ascii: "]"))
      return isRight
    case .mapping(let pairs):
      out.append(UInt8(ascii: "{"))
      var isRight = true
      for (index, pair) in pairs.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        guard let key = pair.key.scalarText else {
          log.error("a key must be a text, not \(pair.key.kindName)", at: pair.key.location)
          return false
        }
        Self.append(text: key, to: &out)
        out.append(UInt8(ascii: ":"))
        isRight = appendJSON(pair.value, to: &out) && isRight
      }
      out.append(UInt8(ascii: "}"))
      return isRight
    }
  }

  /// What a plain text is in JSON, if it isn't a text there.
  static func literal(_ text: String) -> String? {
    switch text {
    case "true", "True", "TRUE": "true"
    case "false", "False", "FALSE": "false"
    default: text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) == nil ? nil : text
    }
  }

  private static func append(text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        out += Array(("\\u00" + (digits.count == 1 ? "0" : "") + digits).utf8)
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
