internal import Database

/// A `text[]` of Postgres, in its text form: `{plain,"with, comma",NULL}`.
struct TextArray: Sendable, Hashable, DatabaseEncodable, DatabaseDecodable {
  let texts: [String]

  init(_ texts: [String]) { self.texts = texts }

  var databaseValue: DatabaseValue {
    .text("{" + texts.map { "\"" + Self.escaped($0) + "\"" }.joined(separator: ",") + "}")
  }

  static func decode(from cell: DatabaseCell) -> TextArray? {
    guard case .text(let text, _) = cell else { return nil }
    return parse(text).map { TextArray($0) }
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
