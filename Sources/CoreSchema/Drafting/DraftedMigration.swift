/// A migration that was written from a mapping, and is to become a file.
public struct DraftedMigration: Sendable, Equatable {
  /// What is put behind the given name; empty for the first.
  public var suffix: String
  /// Whether all its statements are one transaction.
  public var isTransaction = true
  /// What a person should know before it is applied.
  public var notes: [String] = []
  /// In order. A statement may begin with comment lines.
  public var up: [String]
  /// In order, which undoes `up`.
  public var down: [String]

  init(_ suffix: String, isTransaction: Bool = true, notes: [String] = [], up: [String], down: [String]) {
    self.suffix = suffix
    self.isTransaction = isTransaction
    self.notes = notes
    self.up = up
    self.down = down
  }

  /// The file's text.
  ///
  /// - Parameters:
  ///   - title: its first line.
  ///   - decisions: what the mapping also wants, and a person has to write.
  public func text(title: String, decisions: [MappingDecision] = []) -> String {
    var lines = ["-- " + Self.oneLine(title)]
    if !isTransaction { lines.append("-- kedge: no-transaction") }
    lines.append("-- kedge: up")
    lines += notes.map { "-- " + Self.oneLine($0) }
    for decision in decisions {
      lines.append("-- A person has to decide: \(Self.oneLine(decision.difference)).")
      lines += decision.advice.map { "--   " + Self.oneLine($0) }
    }
    if !decisions.isEmpty, !up.isEmpty { lines.append("") }
    lines.append(up.map { $0 + ";\n" }.joined(separator: "\n"))
    lines.append("-- kedge: down")
    lines.append(down.map { $0 + ";\n" }.joined(separator: isTransaction ? "" : "\n"))
    return lines.joined(separator: "\n")
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// A difference that can't be written down without knowing what the rows mean, or what is meant.
public struct MappingDecision: Sendable, Equatable {
  /// What differs, as a sentence.
  public let difference: String
  /// Ways on, one a line.
  public let advice: [String]
}
