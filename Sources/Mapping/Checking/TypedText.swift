internal import Codec

/// Whether a text in the mapping itself can be a value of its column, as far as that is sure.
enum TypedText {
  static func problem(with text: String, as type: TargetType) -> String? {
    let fits: Bool
    switch type {
    case .smallint: fits = Int16(text) != nil
    case .integer: fits = Int32(text) != nil
    case .bigint: fits = Int64(text) != nil
    case .numeric, .real, .doublePrecision: fits = isNumber(text)
    case .boolean: fits = ["true", "false"].contains(text)
    case .varchar(let length), .char(let length):
      let count = text.unicodeScalars.count
      return count > length ? "the text has \(count) characters, more than \(type.sql) holds" : nil
    case .uuid:
      let digits = text.filter { $0 != "-" }
      fits = digits.count == 32 && digits.allSatisfy(\.isHexDigit)
    case .date:
      fits = text.count == 10 && text.allSatisfy { $0.isNumber || $0 == "-" } || isSpecialDate(text)
    case .text, .citext, .bytea, .time, .timestamp, .timestamptz, .json, .jsonb, .array: fits = true
    }
    return fits ? nil : "\"\(text)\" can't be a value of type \(type.sql)"
  }

  private static func isNumber(_ text: String) -> Bool {
    if ["NaN", "Infinity", "-Infinity"].contains(text) { return true }
    guard text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return false }
    return text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
  }

  private static func isSpecialDate(_ text: String) -> Bool { text == "infinity" || text == "-infinity" }
}
