internal import Codec

/// Whether a text in the mapping itself can be a value of its column, as far as that is sure.
enum TypedText {
  static func problem(with text: String, as type: TargetType) -> String? {
    let fits: Bool
    switch type.base {
    case .smallint: fits = Int16(text) != nil
    case .integer: fits = Int32(text) != nil
    case .bigint: fits = Int64(text) != nil
    case .numeric, .real, .doublePrecision: fits = isNumber(text)
    case .boolean: fits = isBoolean(text)
    case .enumeration(_, let labels): fits = labels.contains { ExactText($0) == ExactText(text) }
    case .interval: fits = isRead(text) { bytes throws(Refusal) in _ = try Interval.parse(bytes) }
    case .inet, .cidr:
      fits = isRead(text) { bytes throws(Refusal) in _ = try NetworkAddress.parse(bytes) }
    case .domain: fits = true
    case .varchar(let length), .char(let length):
      let count = text.unicodeScalars.count
      if count > length { return "the text has \(count) characters, more than \(type.sql) holds" }
      fits = type.base == .varchar(length) || count == length
    case .uuid: fits = Array(text.utf8).withUnsafeBytes { UUIDText.parse($0) } != nil
    case .date, .timestamp, .timestamptz: fits = statesDate(text)
    case .array: return "a value can't be written for an array"
    case .text, .citext: fits = !text.utf8.contains(0)
    case .bytea, .time, .json, .jsonb: fits = true
    }
    return fits ? nil : "\"\(text)\" can't be a value of type \(type.sql)"
  }

  private static func isRead(
    _ text: String, _ read: (UnsafeRawBufferPointer) throws(Refusal) -> Void
  ) -> Bool {
    Array(text.utf8).withUnsafeBytes {
      do throws(Refusal) { try read($0) } catch { return false }
      return true
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: /[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?/) != nil
  }

  private static func isBoolean(_ text: String) -> Bool {
    guard case .boolean(let trueWords, let falseWords) = Transform.usualBooleanWords else { return false }
    return (trueWords + falseWords).contains(text.lowercased())
  }

  /// Whether it starts as ISO 8601 does; the encoder checks the rest.
  private static func statesDate(_ text: String) -> Bool {
    text.prefixMatch(of: /[-+]?[0-9]{4,}-[0-9]{2}-[0-9]{2}/) != nil
  }
}
