/// Numbers as a reader takes them in.
public enum Thousands {
  /// `1,000,000`.
  public static func text(_ number: Int) -> String {
    var text = "\(number)"
    var place = text.count - 3
    while place > 0 {
      text.insert(",", at: text.index(text.startIndex, offsetBy: place))
      place -= 3
    }
    return text
  }
}
