/// Looks for what locks, rewrites or destroys, in files alone: it asks no database.
public enum Linter {
  /// What the way forward of these migrations does that could be done better. The way back is there to destroy.
  ///
  /// Tables that the same migration creates are empty and nobody's yet: hardly anything about them is dangerous.
  public static func findings(in files: some Sequence<MigrationFile>) -> [LintFinding] {
    files.flatMap { findings(in: $0.up) }
  }

  /// What statements outside any file do.
  static func findings(in part: MigrationFile.Part) -> [LintFinding] {
    var scene = LintScene(isTransaction: part.isTransaction)
    var found: [LintFinding] = []
    var previousLine = 0
    for (index, statement) in part.statements.enumerated() {
      scene.isAlone = part.statements.count == 1
      scene.isFirst = index == 0
      var rules: [String] = []
      for rule in StatementLint.rules(broken: statement, &scene) where !rules.contains(rule) {
        rules.append(rule)
      }
      let allowed = part.allowances.filter {
        $0.isForAll || $0.line < statement.line && $0.line > previousLine
      }
      for id in rules where !allowed.contains(where: { $0.rule == id }) {
        guard let rule = LintRule.named(id) else { continue }
        found.append(
          LintFinding(rule: rule, file: part.file, line: statement.line, column: statement.column))
      }
      previousLine = statement.line
    }
    return found
  }
}

/// What earlier statements of the same part have done.
struct LintScene {
  var isTransaction: Bool
  var isAlone = false
  var isFirst = false
  /// Tables and views that were created here.
  var created: Set<[String]> = []
  /// Tables that were there before, and that a statement locked.
  var locked: Set<[String]> = []
  /// Constraints that were added here and not validated.
  var unvalidated: Set<String> = []

  init(isTransaction: Bool) { self.isTransaction = isTransaction }

  /// Whether a table was there before: `public.users` and `users` count as one.
  func isOld(_ table: [String]) -> Bool {
    !table.isEmpty && !created.contains(table) && !created.contains(Self.bare(table))
  }

  mutating func create(_ table: [String]) { created.insert(Self.bare(table)) }

  /// Notes a lock; returns whether another old table is locked already.
  mutating func lock(_ table: [String]) -> Bool {
    guard isTransaction, isOld(table) else { return false }
    let name = Self.bare(table)
    defer { locked.insert(name) }
    return !locked.isEmpty && !locked.contains(name)
  }

  private static func bare(_ table: [String]) -> [String] {
    table.first == "public" ? Array(table.dropFirst()) : table
  }
}
