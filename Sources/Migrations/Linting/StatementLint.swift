/// Which rules one statement breaks.
enum StatementLint {
  static func rules(broken statement: SQLStatement, _ scene: inout LintScene) -> [String] {
    var rules: [String] = []
    if scene.isTransaction, statement.needsNoTransaction, statement.holds("CONCURRENTLY") {
      rules.append("concurrent-in-transaction")
    }
    if !scene.isTransaction, !scene.isAlone, !scene.isFirst { rules.append("no-transaction-mixed") }
    noteCreated(statement, &scene)
    rules += indexes(statement, &scene)
    rules += drops(statement)
    rules += rows(statement, &scene)
    if statement.begins("ALTER", "TABLE") {
      rules += AlterTableLint.rules(broken: statement, &scene)
    } else if statement.begins("ALTER"),
      statement.containsWords("RENAME", "TO") || statement.containsWords("RENAME", "VALUE")
    {
      rules.append("rename")
    }
    return rules
  }

  private static func noteCreated(_ statement: SQLStatement, _ scene: inout LintScene) {
    guard statement.begins("CREATE"),
      let table = statement.tokens.prefix(4).firstIndex(where: {
        $0.kind == .word && ["TABLE", "VIEW", "SEQUENCE"].contains($0.text)
      })
    else { return }
    scene.create(statement.qualifiedName(from: statement.behindIfExists(table + 1)))
  }

  private static func indexes(_ statement: SQLStatement, _ scene: inout LintScene) -> [String] {
    let isConcurrent = statement.holds("CONCURRENTLY")
    if statement.begins("CREATE", "INDEX") || statement.begins("CREATE", "UNIQUE", "INDEX"), !isConcurrent,
      let on = statement.tokens.firstIndex(where: { $0.kind == .word && $0.text == "ON" })
    {
      let isOnly = statement.tokens.indices.contains(on + 1) && statement.tokens[on + 1].text == "ONLY"
      let table = statement.qualifiedName(from: on + (isOnly ? 2 : 1))
      guard scene.isOld(table) else { return [] }
      return ["index-not-concurrent"] + (scene.lock(table) ? ["several-locks"] : [])
    }
    if statement.begins("REINDEX"), !isConcurrent { return ["index-not-concurrent"] }
    if statement.begins("DROP", "INDEX"), !isConcurrent { return ["drop-index-not-concurrent"] }
    return []
  }

  private static func drops(_ statement: SQLStatement) -> [String] {
    if statement.begins("DROP", "TABLE") || statement.begins("DROP", "MATERIALIZED", "VIEW") {
      return ["drop-table"]
    }
    if statement.begins("DROP", "SCHEMA") || statement.begins("DROP", "DATABASE")
      || statement.begins("DROP", "OWNED")
    {
      return ["drop-schema"]
    }
    return []
  }

  private static func rows(_ statement: SQLStatement, _ scene: inout LintScene) -> [String] {
    if statement.begins("TRUNCATE") { return ["truncate"] }
    if statement.begins("CLUSTER") || statement.begins("VACUUM") && statement.holds("FULL") {
      return ["rewrite-table"]
    }
    if statement.begins("LOCK") { return ["lock-table"] }
    let isCommon = statement.begins("WITH")
    if statement.begins("DELETE", "FROM") || isCommon && statement.containsWords("DELETE", "FROM") {
      let start = statement.index(of: "FROM") + 1
      return statement.holds("WHERE") || !isCommon && !scene.isOld(statement.tableName(from: start))
        ? [] : ["delete-without-where"]
    }
    if statement.begins("UPDATE") {
      return statement.holds("WHERE") || !scene.isOld(statement.tableName(from: 1))
        ? [] : ["update-without-where"]
    }
    return []
  }
}

extension SQLStatement {
  /// Whether these words stand somewhere, one after the other, outside quotes.
  func containsWords(_ words: String...) -> Bool {
    guard tokens.count >= words.count else { return false }
    return (0...(tokens.count - words.count)).contains { start in
      words.indices.allSatisfy { tokens[start + $0].kind == .word && tokens[start + $0].text == words[$0] }
    }
  }

  /// Where a word stands first; the last token if nowhere.
  func index(of word: String) -> Int {
    tokens.firstIndex { $0.kind == .word && $0.text == word } ?? max(tokens.count - 1, 0)
  }

  /// The token behind `IF EXISTS` or `IF NOT EXISTS`, if that stands here.
  func behindIfExists(_ index: Int) -> Int {
    guard tokens.indices.contains(index), tokens[index].text == "IF" else { return index }
    return tokens.indices.contains(index + 1) && tokens[index + 1].text == "NOT" ? index + 3 : index + 2
  }

  /// A table's name, behind `IF EXISTS` and `ONLY`.
  func tableName(from start: Int) -> [String] { qualifiedName(from: behindOnly(start)) }

  /// The token behind `IF EXISTS` and `ONLY`.
  func behindOnly(_ start: Int) -> Int {
    let index = behindIfExists(start)
    return tokens.indices.contains(index) && tokens[index].text == "ONLY" ? index + 1 : index
  }
}
