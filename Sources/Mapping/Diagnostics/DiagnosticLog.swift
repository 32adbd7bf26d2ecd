/// Collects what is wrong while files are read and checked, so that one pass finds everything.
///
/// It belongs to one call, such as `MappingLoad.read`, and never leaves its thread.
package final class DiagnosticLog {
  package private(set) var diagnostics: [Diagnostic] = []
  private var sources: [String: SourceText] = [:]

  package init() {}

  /// Makes the lines of a file known, so that diagnostics can show them.
  package func register(_ source: SourceText) { sources[source.file] = source }

  package func error(_ message: String, at location: SourceLocation, help: String? = nil) {
    add(.error, message, location, help)
  }

  /// An error whose line isn't shown, as it may hold what nobody is to see.
  package func errorWithoutLine(_ message: String, at location: SourceLocation) {
    let diagnostic = Diagnostic(location: location, severity: .error, message: message)
    if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
  }

  package func warning(_ message: String, at location: SourceLocation, help: String? = nil) {
    add(.warning, message, location, help)
  }

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Where a character inside a scalar stands, when the file spells the scalar as its value is; else where the scalar starts.
  func location(of node: YAMLNode, offset: Int) -> SourceLocation {
    guard let text = node.scalarText, let source = sources[node.location.file] else { return node.location }
    let quoted = node.style == .singleQuoted || node.style == .doubleQuoted
    let start = node.location.column - 1 + (quoted ? 1 : 0)
    let line = Array(source.line(node.location.line).unicodeScalars)
    let scalars = Array(text.unicodeScalars)
    guard start + scalars.count <= line.count, Array(line[start..<start + scalars.count]) == scalars else {
      return node.location
    }
    return SourceLocation(file: node.location.file, line: node.location.line, column: start + offset + 1)
  }

  private func add(
    _ severity: Diagnostic.Severity, _ message: String, _ location: SourceLocation, _ help: String?
  ) {
    let line = sources[location.file].flatMap { source -> Diagnostic.SourceLine? in
      let text = source.line(location.line)
      // A longer line fills the screen and helps nobody.
      return text.utf8.count > 1000 ? nil : PasswordMask.line(text, column: location.column)
    }
    let diagnostic = Diagnostic(
      location: location, severity: severity, message: message, suggestion: help, sourceLine: line)
    // An alias shows one node in two places; its mistake is still one mistake.
    if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
  }
}
