/// One thing that is wrong, or doubtful, in a mapping file.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
  /// An error makes the set unusable; a warning doesn't.
  public enum Severity: String, Sendable, CaseIterable { case error, warning }

  /// Where the offending key or value starts.
  public var location: SourceLocation
  public var severity: Severity
  /// What is wrong, as a sentence without its full stop.
  public var message: String
  /// What to do about it, such as `did you mean "users"?`.
  public var suggestion: String?
  /// The line that the location names, passwords masked; nil where there is none (a file that is missing).
  public var sourceLine: SourceLine?

  /// A line of a mapping file, ready to be shown.
  public struct SourceLine: Sendable, Hashable {
    public var text: String
    /// 1-based, in Unicode scalars of `text`: where the caret goes. It differs from the location's column after a mask.
    public var caretColumn: Int
    public init(text: String, caretColumn: Int) {
      self.text = text
      self.caretColumn = caretColumn
    }
  }

  public init(
    location: SourceLocation, severity: Severity, message: String, suggestion: String? = nil,
    sourceLine: SourceLine? = nil
  ) {
    self.location = location
    self.severity = severity
    self.message = message
    self.suggestion = suggestion
    self.sourceLine = sourceLine
  }

  /// As compilers print it: `file:line:column: error: message`, the line, a caret, and `help: …`.
  public var description: String {
    var text = "\(location.file):\(location.line):\(location.column): \(severity.rawValue): \(message)"
    if let sourceLine {
      // Tabs stay tabs, so that the caret stands below its character at any tab width.
      let indent = sourceLine.text.unicodeScalars.prefix(max(sourceLine.caretColumn - 1, 0))
        .map { $0 == "\t" ? "\t" : " " }.joined()
      text += "\n  \(sourceLine.text)\n  \(indent)^"
    }
    if let suggestion { text += "\n  help: \(suggestion)" }
    return text
  }

  /// By file, then by position.
  package static func precedes(_ first: Diagnostic, _ second: Diagnostic) -> Bool {
    let (one, other) = (first.location, second.location)
    if one.file != other.file { return one.file.utf8.lexicographicallyPrecedes(other.file.utf8) }
    if one.line != other.line { return one.line < other.line }
    if one.column != other.column { return one.column < other.column }
    return first.message < second.message
  }
}
