/// One violation that was there before its check was.
struct BaselineEntry: Hashable, Comparable {
  /// The test's name.
  var check: String
  var rule: String
  var subject: String
  /// The file that does it, from the package's folder. Lines move; files stay.
  var file: String

  /// One line of the file, its parts separated by tabs, which none of them holds.
  var line: String {
    [check, rule, subject, file].map { $0.replacing("\t", with: " ").replacing("\n", with: " ") }
      .joined(separator: "\t")
  }

  init(check: String, rule: String, subject: String, file: String) {
    self.check = check
    self.rule = rule
    self.subject = subject
    self.file = file
  }

  /// Reads a line.
  ///
  /// - Returns: nil for one that isn't of four parts.
  init?(line: Substring) {
    let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.init(check: parts[0], rule: parts[1], subject: parts[2], file: parts[3])
  }

  static func < (left: BaselineEntry, right: BaselineEntry) -> Bool { left.line < right.line }
}
