/// Texts that people typed, in the forms that the mapping sets give them.
enum InputText {
  /// Without white space around it.
  static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// The same in lower case.
  static func folded(_ text: String) -> String { trimmed(text).lowercased() }
}
