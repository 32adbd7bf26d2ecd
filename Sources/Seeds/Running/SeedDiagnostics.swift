internal import Mapping
internal import Postgres

/// Puts refusals of the server into words that name the file, and no personal value.
struct SeedDiagnostics {
  let log: DiagnosticLog

  /// A value that doesn't fit its column.
  func refused(_ column: SeedColumn, _ error: PostgresError, at place: SourceLocation) {
    let state = error.sqlState.map { " (SQLSTATE \($0))" } ?? ""
    let start = "the column \"\(column.name)\" of type \(column.type) doesn't take this value\(state)"
    guard !column.isPersonal else {
      // Its line would show the value.
      log.errorWithoutLine(start, at: place)
      return
    }
    log.error(
      "\(start): \(error.message)", at: place,
      help: column.labels.isEmpty ? nil : "it takes \(column.labels.joined(separator: ", "))")
  }
}
