public import Migrations

/// Why the core's schema isn't up. Each says what to do.
public enum CoreSchemaError: Error, Sendable, CustomStringConvertible {
  /// The migrations can't be applied.
  case migrations(set: String, cause: MigrationError)
  /// They are applied, and the mapping needs more.
  case incomplete(set: String, missing: [String])

  /// The error as sentences.
  public var description: String {
    switch self {
    case .migrations(let set, let cause):
      "the schema of \"\(set)\" isn't up, so nothing may start on it: \(cause)"
    case .incomplete(let set, let missing):
      "the migrations of \"\(set)\" are applied, and don't make what its mapping needs, so nothing may start on it:\n"
        + missing.map { "  - \($0)" }.joined(separator: "\n")
        + "\nwrite what is missing with: kedge migrate new NAME --from-mapping; see all of it with: kedge schema --diff"
    }
  }
}
