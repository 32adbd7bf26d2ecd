/// Checks the pattern of a `date` transform.
enum DatePattern {
  struct Problem {
    /// 0-based, in Unicode scalars.
    var offset: Int
    var message: String
    var help: String?
  }

  /// The letters that may follow a percent sign.
  static let directives = "YmdHMSfzbyj%"

  static func problem(with pattern: String) -> Problem? {
    let scalars = Array(pattern.unicodeScalars)
    var index = 0
    var hasDirective = false
    while index < scalars.count {
      defer { index += 1 }
      guard scalars[index] == "%" else { continue }
      index += 1
      guard index < scalars.count else {
        return Problem(
          offset: index - 1, message: "the pattern ends after a \"%\"", help: "a percent sign itself is %%")
      }
      guard directives.unicodeScalars.contains(scalars[index]) else {
        let known = directives.map { "%\($0)" }.joined(separator: " ")
        return Problem(
          offset: index - 1, message: "a date pattern has no \"%\(scalars[index])\"",
          help: "there are \(known)")
      }
      if scalars[index] != "%" { hasDirective = true }
    }
    if hasDirective { return nil }
    return Problem(
      offset: 0, message: "\"\(pattern)\" is no date pattern: it has no part such as %Y",
      help: "write a pattern such as \"%d.%m.%Y\", or iso")
  }
}
