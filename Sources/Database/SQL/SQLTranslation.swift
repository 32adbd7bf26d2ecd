/// A statement in its backend's words.
struct SQLTranslation: Sendable, Hashable {
  /// The statement with the backend's own placeholders.
  var sql: String
  /// How many values it takes.
  var parameterCount: Int
  /// The statement's first two words, in upper case.
  var firstWords: [String]
}

/// The databases that the facade speaks to.
public enum DatabaseBackend: String, Sendable, Hashable, CaseIterable {
  /// A Postgres server.
  case postgres
  /// A SQLite file.
  case sqlite
}

/// Turns a statement with `?` or `$1` into one with the backend's own placeholders.
///
/// Knows what each backend takes for a string, a quoted name or a comment, and leaves those as they are.
struct SQLTranslator {
  private var lexer: SQLLexer
  private let backend: DatabaseBackend
  private var output: [UInt8] = []
  private var anonymous = 0
  private var highest = 0
  private var firstWords: [String] = []

  /// - Throws: ``DatabaseError`` of kind `placeholders`.
  static func translate(_ sql: String, for backend: DatabaseBackend) throws(DatabaseError) -> SQLTranslation {
    var translator = SQLTranslator(sql, backend)
    return try translator.run()
  }

  private init(_ sql: String, _ backend: DatabaseBackend) {
    lexer = SQLLexer(sql, backend)
    self.backend = backend
    output.reserveCapacity(sql.utf8.count + 8)
  }

  private mutating func run() throws(DatabaseError) -> SQLTranslation {
    while let token = lexer.next() {
      switch token.kind {
      case .word:
        if firstWords.count < 2 {
          firstWords.append(String(decoding: lexer.bytes[token.range], as: UTF8.self).uppercased())
        }
        output += lexer.bytes[token.range]
      case .text: output += lexer.bytes[token.range]
      case .nul: throw Self.error("The SQL holds a NUL character, which no statement can.")
      case .escapedQuestionMark:
        guard backend == .postgres else {
          throw Self.error("?? stands for an operator of Postgres' jsonb, which SQLite doesn't have.")
        }
        output.append(UInt8(ascii: "?"))
      case .questionMark:
        guard !lexer.isBeforeDigit(token.range.upperBound) else {
          throw Self.error(
            "A placeholder is ? or $1; ?1 is neither. Put a space after the ? if a number follows.")
        }
        anonymous += 1
        try emit(anonymous, from: token.range)
      case .numbered(let number):
        guard number >= 1, number <= 32766 else {
          throw Self.error("Placeholders are numbered from $1 to $32766.")
        }
        guard !lexer.isBeforeWord(token.range.upperBound) else {
          throw Self.error(
            "The placeholder $\(number) runs into the word after it; put a space between them.")
        }
        highest = max(highest, number)
        try emit(number, from: token.range)
      case .named:
        throw Self.error("Placeholders are ? or $1, $2, …; there are none with names.")
      }
    }
    return SQLTranslation(
      sql: String(decoding: output, as: UTF8.self), parameterCount: max(anonymous, highest),
      firstWords: firstWords)
  }

  private mutating func emit(_ number: Int, from range: Range<Int>) throws(DatabaseError) {
    guard anonymous == 0 || highest == 0 else {
      throw Self.error(
        "The statement mixes ? and $1; use one of them. (The ? of Postgres' jsonb operators is written ??.)")
    }
    // Without the spaces the placeholder could grow together with a word beside it.
    if let last = output.last, SQLLexer.isWordByte(last) { output.append(UInt8(ascii: " ")) }
    output += (backend == .postgres ? "$" : "?").utf8
    output += String(number).utf8
    if lexer.isBeforeWord(range.upperBound) { output.append(UInt8(ascii: " ")) }
  }

  private static func error(_ message: String) -> DatabaseError { DatabaseError(.placeholders, message) }
}
