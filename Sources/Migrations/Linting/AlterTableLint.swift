/// Which rules an `ALTER TABLE` breaks, action by action.
enum AlterTableLint {
  static func rules(broken statement: SQLStatement, _ scene: inout LintScene) -> [String] {
    let start = statement.behindOnly(2)
    let table = statement.qualifiedName(from: start)
    // What was made in this migration holds no rows, and nobody uses it.
    guard scene.isOld(table) else { return [] }
    var rules: [String] = scene.lock(table) ? ["several-locks"] : []
    for action in actions(statement, from: start + max(table.count * 2 - 1, 0)) {
      rules += Action(words: action).rules(&scene)
    }
    return rules
  }

  /// The actions between the commas outside brackets.
  private static func actions(_ statement: SQLStatement, from start: Int) -> [[SQLLexer.Token]] {
    var actions: [[SQLLexer.Token]] = [[]]
    var depth = 0
    for token in statement.tokens.dropFirst(start) {
      if token.kind == .symbol {
        if token.text == "(" { depth += 1 }
        if token.text == ")" { depth -= 1 }
        if token.text == ",", depth == 0 {
          actions.append([])
          continue
        }
      }
      actions[actions.count - 1].append(token)
    }
    return actions.filter { !$0.isEmpty }
  }

  private struct Action {
    let words: [SQLLexer.Token]

    func rules(_ scene: inout LintScene) -> [String] {
      switch word(0) {
      case "ADD": return isConstraint ? constraint(&scene) : column
      case "DROP" where word(1) != "CONSTRAINT": return ["drop-column"]
      case "RENAME": return ["rename"]
      case "ALTER": return changes
      case "VALIDATE":
        let name = words.indices.contains(2) ? words[2].text : ""
        return scene.isTransaction && scene.unvalidated.contains(name) ? ["validate-in-same-transaction"] : []
      case "SET":
        if word(1) == "SCHEMA" { return ["rename"] }
        let isRewrite =
          word(1) == "LOGGED" || word(1) == "UNLOGGED" || word(1) == "TABLESPACE" || has("ACCESS", "METHOD")
        return isRewrite ? ["rewrite-table"] : []
      default: return []
      }
    }

    private func word(_ index: Int) -> String? {
      words.indices.contains(index) && words[index].kind == .word ? words[index].text : nil
    }

    private func has(_ sequence: String...) -> Bool {
      guard words.count >= sequence.count else { return false }
      return (0...(words.count - sequence.count)).contains { start in
        sequence.indices.allSatisfy {
          words[start + $0].kind == .word && words[start + $0].text == sequence[$0]
        }
      }
    }

    private var isConstraint: Bool {
      ["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE"].contains(word(1) ?? "")
    }

    private func constraint(_ scene: inout LintScene) -> [String] {
      if has("NOT", "VALID") {
        if word(1) == "CONSTRAINT", words.indices.contains(2) { scene.unvalidated.insert(words[2].text) }
        return []
      }
      if has("USING", "INDEX"), !has("USING", "INDEX", "TABLESPACE") { return [] }
      let kind = word(1) == "CONSTRAINT" ? word(3) : word(1)
      return switch kind {
      case "UNIQUE", "PRIMARY", "EXCLUDE": ["unique-constraint"]
      case "CHECK", "FOREIGN": ["constraint-not-valid"]
      default: []
      }
    }

    private var column: [String] {
      var rules: [String] = []
      let isGenerated = has("GENERATED")
      let hasDefault = has("DEFAULT") || isGenerated || isSerial
      if has("NOT", "NULL") || has("PRIMARY", "KEY"), !hasDefault { rules.append("add-required-column") }
      // A column that is stored, an identity and a sequence are filled row by row.
      if isSerial || isGenerated || defaultIsVolatile { rules.append("volatile-default") }
      if has("REFERENCES") || has("CHECK") { rules.append("constraint-not-valid") }
      if has("UNIQUE") || has("PRIMARY", "KEY") { rules.append("unique-constraint") }
      return rules
    }

    private var isSerial: Bool {
      words.contains { $0.kind == .word && ["SERIAL", "BIGSERIAL", "SMALLSERIAL"].contains($0.text) }
    }

    /// Whether the default calls a function that isn't known to give the same for all rows of one statement.
    private var defaultIsVolatile: Bool {
      guard let start = words.firstIndex(where: { $0.kind == .word && $0.text == "DEFAULT" }) else {
        return false
      }
      let stable: Set = [
        "NOW", "CURRENT_TIMESTAMP", "TRANSACTION_TIMESTAMP", "STATEMENT_TIMESTAMP", "LOCALTIMESTAMP",
      ]
      return words.indices.dropFirst(start + 1).contains { index in
        index + 1 < words.count && words[index + 1].text == "(" && words[index].kind == .word
          && !stable.contains(words[index].text)
          && !["CHECK", "NUMERIC", "VARCHAR", "CHAR"].contains(words[index].text)
          && !isReference(before: index)
      }
    }

    /// `REFERENCES table (column)` is no call.
    private func isReference(before index: Int) -> Bool {
      words[..<index].last { $0.kind == .word && $0.text == "REFERENCES" } != nil
    }

    private var changes: [String] {
      if has("TYPE") { return ["change-type"] }
      if has("SET", "NOT", "NULL") { return ["set-not-null"] }
      return has("ADD", "GENERATED") ? ["set-not-null"] : []
    }
  }
}
