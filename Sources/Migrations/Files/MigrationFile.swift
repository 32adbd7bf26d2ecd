/// One step of a database's history, as its file or its two files say it.
public struct MigrationFile: Sendable, Equatable {
  /// Which way a part leads.
  public enum Direction: String, Sendable {
    case up, down
  }

  /// The statements that lead one way.
  public struct Part: Sendable, Equatable {
    /// The file's path, for messages.
    public let file: String
    /// In order.
    public let statements: [SQLStatement]
    /// Whether all statements are one transaction.
    public let isTransaction: Bool
    /// What lint is told to leave alone here.
    let allowances: [Allowance]
  }

  /// `-- kedge: allow RULE: reason`
  struct Allowance: Sendable, Equatable {
    var rule: String
    var reason: String
    var line: Int
    /// Whether it stands before the part, and holds for every statement.
    var isForAll: Bool
  }

  /// Its place in the order.
  public let number: Int
  /// What stands behind the number in the file's name.
  public let name: String
  /// The part that brings the database forward.
  public let up: Part
  /// The part that undoes it; nil where there is none.
  public let down: Part?
  /// SHA-256 of the up part and what stands before it, with LF for CRLF, in hexadecimal. The way back may be mended later.
  public let checksum: String

  /// The number as the file writes it, and the name: `0001_users`.
  public let title: String

  /// The part for a direction.
  public func part(_ direction: Direction) -> Part? { direction == .up ? up : down }
}

/// A fault in a migration's file, and where it is.
public struct MigrationProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path.
  public let file: String
  /// From 1.
  public let line: Int
  /// In characters from 1.
  public let column: Int
  /// What is wrong and what to do.
  public let message: String

  /// `file:line:column: error: …`
  public var description: String { "\(file):\(line):\(column): error: \(message)" }
}

/// Every fault that was found in a folder of migrations.
public struct MigrationProblems: Error, Sendable, Equatable, CustomStringConvertible {
  /// In the order of files and lines; never empty.
  public let problems: [MigrationProblem]

  /// One a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
