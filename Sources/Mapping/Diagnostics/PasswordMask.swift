/// Hides passwords in lines that a diagnostic shows, and finds them in URLs.
enum PasswordMask {
  /// Whether a store's URL holds a password, in its authority or among its parameters.
  static func findsPassword(in url: String) -> Bool { !passwords(in: Array(url.unicodeScalars)).isEmpty }

  /// The line with each password replaced by `***`, and where the caret stands afterwards.
  static func line(_ text: String, column: Int) -> Diagnostic.SourceLine {
    let scalars = Array(text.unicodeScalars)
    var shown = String.UnicodeScalarView()
    var caret = column
    var position = 0
    for range in passwords(in: scalars) where range.lowerBound >= position {
      shown.append(contentsOf: scalars[position..<range.lowerBound])
      shown.append(contentsOf: "***".unicodeScalars)
      if column - 1 >= range.upperBound {
        caret += 3 - range.count
      } else if column - 1 > range.lowerBound {
        caret -= column - 1 - range.lowerBound
      }
      position = range.upperBound
    }
    shown.append(contentsOf: scalars[position...])
    return Diagnostic.SourceLine(text: String(shown), caretColumn: caret)
  }

  /// The parts that are passwords, in order.
  private static func passwords(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
    (authorityPasswords(scalars) + parameterPasswords(scalars)).sorted { $0.lowerBound < $1.lowerBound }
  }

  /// `scheme://user:PASSWORD@host`. A raw `/` or `@` may be part of a password that somebody forgot to encode, so the
  /// last `@` before the text's end counts.
  private static func authorityPasswords(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var index = 0
    while index + 2 < scalars.count {
      guard scalars[index] == ":", scalars[index + 1] == "/", scalars[index + 2] == "/" else {
        index += 1
        continue
      }
      let start = index + 3
      let end = scalars[start...].firstIndex { endsText($0) } ?? scalars.count
      if let at = scalars[start..<end].lastIndex(of: "@"),
        let colon = scalars[start..<at].firstIndex(of: ":"), colon + 1 < at
      {
        found.append(colon + 1..<at)
      }
      index = end
    }
    return found
  }

  /// `password=PASSWORD`, as in a URL's parameters.
  private static func parameterPasswords(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
    let words = ["password=", "sslpassword=", "passwd=", "pwd="].map { Array($0.unicodeScalars) }
    var found: [Range<Int>] = []
    for start in scalars.indices {
      for word in words where start + word.count < scalars.count {
        let candidate = scalars[start..<start + word.count].map { $0.properties.lowercaseMapping }
        guard candidate == word.map({ String($0) }) else { continue }
        let from = start + word.count
        let end = scalars[from...].firstIndex { endsText($0) || $0 == "&" } ?? scalars.count
        if from < end, found.last?.lowerBound != from { found.append(from..<end) }
      }
    }
    return found
  }

  private static func endsText(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || scalar == "\"" || scalar == "'"
  }
}
