/// Makes names that Postgres takes, and people can type without quotes, out of any text.
enum SafeName {
  /// The longest name that Postgres keeps, in bytes.
  static let longest = 63

  /// Lower snake case of a name: letters and digits of any script, with `_` between words and in place of everything else.
  ///
  /// `firstName`, `First name` and `first-name` all become `first_name`; a name without any letter or digit becomes
  /// `fallback`. Two names may come out alike: see `NameRegistry`.
  static func of(_ name: String, fallback: String) -> String {
    var words = String.UnicodeScalarView()
    let scalars = Array(name.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      guard isKept(scalar) else {
        if words.last != "_" { words.append("_") }
        continue
      }
      if startsWord(scalars, at: index), let last = words.last, last != "_" { words.append("_") }
      words.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
    while words.first == "_" { words.removeFirst() }
    while words.last == "_" { words.removeLast() }
    if words.isEmpty { return fallback }
    if let first = words.first, first.properties.numericType != nil || isMark(first) {
      words.insert("_", at: words.startIndex)
    }
    return shortened(String(words), to: longest)
  }

  /// A name of at most `limit` bytes; a longer one ends in a digest of the whole, so that two long ones with one beginning
  /// stay apart.
  static func shortened(_ name: String, to limit: Int) -> String {
    guard name.utf8.count > limit else { return name }
    let digits = String(digest(name), radix: 16)
    let tail = "_" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return prefix(of: name, bytes: limit - tail.utf8.count) + tail
  }

  /// The longest beginning of whole scalars that has at most so many bytes.
  static func prefix(of name: String, bytes: Int) -> String {
    var kept = String.UnicodeScalarView()
    var left = bytes
    for scalar in name.unicodeScalars {
      left -= UTF8.width(scalar)
      if left < 0 { break }
      kept.append(scalar)
    }
    return String(kept)
  }

  private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil || isMark(scalar)
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark: true
    default: false
    }
  }

  /// Whether a capital letter begins a word: after a small letter or a digit (`firstName`), or as the last capital before
  /// a small letter (`HTTPServer`).
  private static func startsWord(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
    guard index > 0, scalars[index].properties.isUppercase else { return false }
    let before = scalars[index - 1]
    if before.properties.isLowercase { return true }
    // `2ndName` has a word there, `S1F1` has none.
    guard before.properties.isUppercase, index + 1 < scalars.count else { return false }
    return scalars[index + 1].properties.isLowercase
  }

  private static func digest(_ name: String) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}
