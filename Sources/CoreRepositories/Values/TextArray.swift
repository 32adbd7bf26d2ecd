internal import Database

/// A `text[]` of Postgres, in its text form: `{plain,"with, comma",NULL}`. It reads a list of texts in JSON, too.
struct TextArray: Sendable, Hashable, DatabaseEncodable, DatabaseDecodable {
  let texts: [String]

  init(_ texts: [String]) { self.texts = texts }

  var databaseValue: DatabaseValue {
    .text("{" + texts.map { "\"" + Self.escaped($0) + "\"" }.joined(separator: ",") + "}")
  }

  static func decode(from cell: DatabaseCell) -> TextArray? {
    guard case .text(let text, _) = cell else { return nil }
    // An old SQLite file has no arrays, and keeps them as JSON.
    if text.hasPrefix("[") { return json(text).map { TextArray($0) } }
    return parse(text).map { TextArray($0) }
  }

  /// The list that a value in the array's text form stands for.
  static func decode(from value: DatabaseValue) -> TextArray? {
    if case .text(let text) = value { decode(from: DatabaseCell.text(text, .text)) } else { nil }
  }

  /// A list of texts in JSON.
  static func json(_ texts: [String]) -> String {
    "["
      + texts.map { text in
        var quoted = "\""
        for scalar in text.unicodeScalars {
          switch scalar {
          case "\"", "\\": quoted += "\\" + String(scalar)
          case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          default: quoted.unicodeScalars.append(scalar)
          }
        }
        return quoted + "\""
      }.joined(separator: ", ") + "]"
  }

  private static func json(_ text: String) -> [String]? {
    do { return try JSONText(text).decode([String].self) } catch { return nil }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// One dimension; elements that are NULL are left out.
  private static func parse(_ text: String) -> [String]? {
    guard text.first == "{", text.last == "}", text.count >= 2 else { return nil }
    var texts: [String] = []
    var element = ""
    var isQuoted = false
    var wasQuoted = false
    var isEscaped = false
    func end() {
      if wasQuoted || !(element.isEmpty || element == "NULL") { texts.append(element) }
      element = ""
      wasQuoted = false
    }
    for character in text.dropFirst().dropLast() {
      switch character {
      case _ where isEscaped:
        element.append(character)
        isEscaped = false
      case "\\": isEscaped = true
      case "\"":
        isQuoted.toggle()
        wasQuoted = true
      case "," where !isQuoted: end()
      case "{" where !isQuoted: return nil
      default: element.append(character)
      }
    }
    guard !isQuoted, !isEscaped else { return nil }
    end()
    return texts
  }
}
