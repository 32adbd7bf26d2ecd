/// Everything that is wrong with a mapping set, found in one pass.
public struct MappingErrors: Error, Sendable, CustomStringConvertible {
  /// At least one error, and the warnings too, by file and position.
  public let diagnostics: [Diagnostic]

  public init(diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics.sorted(by: Diagnostic.precedes)
  }

  /// Those that are errors.
  public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

  /// Each diagnostic with its line and caret, and at the end how many there are.
  public var description: String {
    let count = errors.count
    let sum = count == 1 ? "1 error in the mapping set" : "\(count) errors in the mapping set"
    return diagnostics.map(\.description).joined(separator: "\n") + "\n" + sum
  }
}
