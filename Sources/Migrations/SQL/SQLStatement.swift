/// One statement of a migration, with where it stands.
public struct SQLStatement: Sendable, Equatable {
  /// The statement without its semicolon and without comments before it.
  public let text: String
  /// Where its first character stands in the file, from 1.
  public let line: Int
  /// Where its first character stands in its line, in characters from 1.
  public let column: Int
  /// Its words in capitals, names, texts and signs, without comments.
  let tokens: [SQLLexer.Token]

  /// Where a character of the statement stands in the file.
  ///
  /// - Parameter character: counted from 1, as PostgreSQL does in its errors.
  package func place(ofCharacter character: Int) -> (line: Int, column: Int) {
    var place = (line: line, column: column)
    for scalar in text.unicodeScalars.prefix(max(character - 1, 0)) {
      if scalar == "\n" { place = (place.line + 1, 1) } else { place.column += 1 }
    }
    return place
  }

  /// Whether these words stand at the beginning, one after the other.
  package func begins(_ words: String...) -> Bool {
    tokens.count >= words.count && zip(tokens, words).allSatisfy { $0.kind == .word && $0.text == $1 }
  }

  /// Whether a word stands anywhere outside quotes.
  func holds(_ word: String) -> Bool { tokens.contains { $0.kind == .word && $0.text == word } }

  /// Whether PostgreSQL refuses it inside a transaction.
  var needsNoTransaction: Bool {
    if holds("CONCURRENTLY"), !begins("REFRESH") { return true }
    if begins("VACUUM") || begins("ALTER", "SYSTEM") { return true }
    for object in ["DATABASE", "TABLESPACE"] where begins("CREATE", object) || begins("DROP", object) {
      return true
    }
    for object in ["SYSTEM", "DATABASE"] where begins("REINDEX", object) { return true }
    // Without a table it works through all tables, in transactions of its own.
    return begins("CLUSTER") && tokens.count == 1
  }

  /// Whether it begins or ends a transaction, which is for the runner to do.
  var controlsTransaction: Bool {
    if begins("ROLLBACK", "TO") || begins("ROLLBACK", "WORK", "TO") || begins("ROLLBACK", "TRANSACTION", "TO")
    {
      return false
    }
    return ["BEGIN", "COMMIT", "ROLLBACK", "END", "ABORT"].contains { begins($0) }
      || begins("START", "TRANSACTION")
      || begins("PREPARE", "TRANSACTION")
  }

  /// The index that `CREATE INDEX CONCURRENTLY` makes, as the statement writes it: the name, and its table's with the schema.
  var concurrentIndex: (name: String, table: [String])? {
    guard begins("CREATE", "INDEX") || begins("CREATE", "UNIQUE", "INDEX"), holds("CONCURRENTLY"),
      let start = tokens.firstIndex(where: { $0.text == "CONCURRENTLY" }),
      let on = tokens[start...].firstIndex(where: { $0.kind == .word && $0.text == "ON" }), on > start + 1,
      let name = name(at: on - 1)
    else { return nil }
    let from = tokens.indices.contains(on + 1) && tokens[on + 1].text == "ONLY" ? on + 2 : on + 1
    return (name, qualifiedName(from: from))
  }

  /// The name that a token stands for, folded as PostgreSQL folds it.
  func name(at index: Int) -> String? {
    guard tokens.indices.contains(index) else { return nil }
    switch tokens[index].kind {
    case .name: return tokens[index].text
    case .word: return tokens[index].text.lowercased()
    default: return nil
    }
  }

  /// A name of one or more parts with dots between them.
  func qualifiedName(from start: Int) -> [String] {
    var parts: [String] = []
    var index = start
    while let part = name(at: index) {
      parts.append(part)
      guard tokens.indices.contains(index + 1), tokens[index + 1].text == "." else { break }
      index += 2
    }
    return parts
  }
}
