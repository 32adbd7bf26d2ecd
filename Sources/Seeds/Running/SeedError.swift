public import Mapping
public import Postgres

/// Everything that is wrong with files of seeds: found before anything was written, but for what shows only when a query runs.
public struct SeedErrors: Error, Sendable, CustomStringConvertible {
  /// At least one, by file and position.
  public let diagnostics: [Diagnostic]
  /// Whether the files before the one at fault are in place.
  public var isLate = false
  /// How many are shown; what is behind them has the same cause more often than not.
  private static let shown = 100

  init(diagnostics: [Diagnostic], isLate: Bool = false) {
    self.diagnostics = diagnostics.sorted(by: Diagnostic.precedes)
    self.isLate = isLate
  }

  /// Each with its line and caret, and at the end how many there are.
  public var description: String {
    let count = diagnostics.count
    var lines = diagnostics.prefix(Self.shown).map(\.description)
    if count > Self.shown { lines.append("… and \(count - Self.shown) more") }
    if isLate { lines.append("nothing of this file was written; the files before it are in place") }
    lines.append(count == 1 ? "1 error in the seeds" : "\(count) errors in the seeds")
    return lines.joined(separator: "\n")
  }
}

/// Seeds for tables that Postgres doesn't own.
public struct SeedRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence for each file.
  public let reasons: [String]

  /// One a line.
  public var description: String { reasons.joined(separator: "\n") }
}

/// What can go wrong while seeds are put in place.
public enum SeedError: Error, Sendable, CustomStringConvertible {
  /// Another process seeds the same set, and doesn't get done with it.
  case busy(set: String, holder: String)
  /// A file couldn't be put in place. Nothing of it stays; the files before it do.
  case failed(SeedFailure)
  /// The wish to end.
  case interrupted

  /// A sentence that says what to do.
  public var description: String {
    switch self {
    case .busy(let set, let holder):
      "another process is seeding the set \"\(set)\" in this database: \(holder). Run the same command again when it is done"
    case .failed(let failure): failure.description
    case .interrupted:
      "interrupted; the file at work was undone, those before it are in place. The same command goes on"
    }
  }
}

/// Which file couldn't be put in place, and why.
public struct SeedFailure: Sendable, CustomStringConvertible {
  /// Where: the row, if it is known.
  public let location: SourceLocation
  /// What the server said, without values.
  public let message: String
  /// The server's error.
  public let cause: PostgresError

  /// Whether the files before it are in place.
  public let isLate: Bool

  init(_ refusal: SeedRowRefusal, in seed: PreparedSeed, isDry: Bool) {
    isLate = !isDry
    cause = refusal.cause
    message = SeedQueryColumns.message(refusal.cause)
    var place = seed.file.location
    if let row = refusal.row, case .rows(let rows) = seed.file.content {
      let cells = rows[row].cells.filter { cell in
        refusal.columns.contains(seed.file.columns[cell.column].value)
      }
      place = SourceLocation(
        file: seed.file.path, line: cells.first?.line ?? rows[row].line,
        column: cells.first?.character ?? rows[row].character)
    }
    location = place
  }

  /// `file:line:column: error: …`
  public var description: String {
    "\(location.file):\(location.line):\(location.column): error: \(message)"
      + (isLate ? "\n  nothing of this file was written; the files before it are in place" : "")
  }
}
