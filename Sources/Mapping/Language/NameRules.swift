/// What Postgres takes as a name.
enum NameRules {
  /// Every table has these columns already.
  /// What Kedge itself writes as: the mover of data, and the maintainer that a person sends.
  static let reservedWriters: Set<String> = ["kedge", "kedge-admin"]
  static let systemColumns: Set<String> = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]

  /// Why a text can't be the name of a column, table or schema in Postgres, or nil.
  static func problem(with name: String) -> String? {
    if name.isEmpty { return "a name can't be empty" }
    if name.utf8.contains(0) { return "a name can't hold a NUL character" }
    if name.utf8.count > 63 {
      return "\"\(name)\" has \(name.utf8.count) bytes; Postgres cuts names after 63"
    }
    return nil
  }

  static func columnProblem(_ name: String) -> String? {
    problem(with: name)
      ?? (systemColumns.contains(name)
        ? "\"\(name)\" is a system column that every Postgres table has" : nil)
  }

  static func schemaProblem(_ name: String) -> String? {
    if let problem = problem(with: name) { return problem }
    if name.hasPrefix("pg_") || name == "information_schema" {
      return "the schema \"\(name)\" belongs to Postgres"
    }
    if name == "kedge" { return "the schema \"kedge\" holds Kedge's own state" }
    return nil
  }
}
