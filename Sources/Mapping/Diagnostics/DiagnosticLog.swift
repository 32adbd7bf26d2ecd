/// Collects what is wrong while files are read and checked, so that one pass finds everything.
///
/// It belongs to one call of `MappingLoad.read` and never leaves its thread.
final class DiagnosticLog {
  private(set) var diagnostics: [Diagnostic] = []
  private var sources: [String: SourceText] = [:]

  /// Makes the lines of a file known, so that diagnostics can show them.
  func register(_ source: SourceText) { sources[source.file] = source }

  func error(_ message: String, at location: SourceLocation, help: String? = nil) {
    add(.error, message, location, help)
  }

  func warning(_ message: String, at location: SourceLocation, help: String? = nil) {
    add(.warning, message, location, help)
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

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
    let line = sources[location.file].map {
      PasswordMask.line($0.line(location.line), column: location.column)
    }
    let diagnostic = Diagnostic(
      location: location, severity: severity, message: message, suggestion: help, sourceLine: line)
    // An alias shows one node in two places; its mistake is still one mistake.
    if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
  }
}
