import RecordSources
import TestSupport

/// The forms that a SQLite table may have, and what columns' declarations make of values.
enum MatrixTables {
  private static let encodings = ["UTF-8", "UTF-16le", "UTF-16be"]

  private struct Form {
    var label: String
    var sql: String
    var key = "id"
    var fields: String
    var shown: String
  }

  private static let forms = [
    Form(
      label: "`STRICT`",
      sql: """
        (id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
        INSERT INTO # VALUES (1, '12', 2, 3, x'00ff', '007'), (2, NULL, NULL, NULL, NULL, 7)
        """,
      fields: """
        id: bigint, i: bigint, r: double precision, t: text, b: bytea, a: { type: jsonb, transforms: [ejson] }
        """, shown: "id, i, r, t, b, a"),
    Form(
      label: "`WITHOUT ROWID`, a key of two columns",
      sql: """
        (b TEXT, a INTEGER, v TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
        INSERT INTO # VALUES ('x', 2, 'second'), ('x', -1, 'first'), ('', 0, NULL)
        """,
      key: "b, a", fields: "b: text, a: bigint, v: text", shown: "b, a, v"),
    Form(
      label: "`STRICT, WITHOUT ROWID`, a key of bytes",
      sql:
        "(id BLOB PRIMARY KEY, v REAL) STRICT, WITHOUT ROWID; INSERT INTO # VALUES (x'00ff', 1), (x'', -0.5)",
      fields: "id: bytea, v: double precision", shown: "id, v"),
    Form(
      label: "no key of its own: `rowid` is the key, and rows that are alike stay two",
      sql: "(v TEXT); INSERT INTO # VALUES ('same'), ('same'), (NULL)",
      fields: "id: { from: rowid, type: bigint }, v: text", shown: "id, v"),
    Form(
      label: "a key of texts that SQLite lets be NULL",
      sql: "(id TEXT PRIMARY KEY, v INTEGER); INSERT INTO # VALUES ('a', 1), (NULL, 2), (NULL, 3)",
      fields: "id: text, v: bigint", shown: "id, v"),
    Form(
      label: "a column named `rowid`: `_rowid_` is the key",
      sql: "(rowid TEXT, v TEXT); INSERT INTO # VALUES ('x', 'a'), ('x', 'b')",
      fields: "id: { from: _rowid_, type: bigint }, rowid: text, v: text", shown: "id, rowid, v"),
    Form(
      label: "generated columns, virtual and stored",
      sql: """
        (id INTEGER PRIMARY KEY, n INTEGER, v INTEGER AS (n * 2) VIRTUAL, s TEXT AS (n || ' pieces') STORED);
        INSERT INTO # (id, n) VALUES (1, 21), (2, NULL)
        """,
      fields: "id: bigint, n: bigint, v: bigint, s: text", shown: "id, n, v, s"),
    Form(
      label: "columns named `a b`, `a.b` and `$x`",
      sql:
        "(id INTEGER PRIMARY KEY, \"a b\" TEXT, \"a.b\" TEXT, \"$x\" TEXT); INSERT INTO # VALUES (1, 'p', 'q', 'r')",
      fields: "id: bigint, p: { from: '\"a b\"', type: text }, q: { from: '\"a.b\"', type: text }, "
        + "r: { from: '\"$x\"', type: text }", shown: "id, p, q, r"),
  ]

  /// One row for each form, and one for views.
  static func formsOfTables() throws -> [[String]] {
    try same { encoding in
      var sql = "PRAGMA encoding = '\(encoding)';"
      for (index, form) in forms.enumerated() {
        sql += "CREATE TABLE f\(index) \(form.sql.replacing("#", with: "f\(index)"));"
      }
      let source = try TestSQLite(sql + "CREATE VIEW looks AS SELECT id, n FROM f6")
      let scene = try MatrixScene(
        sqlite: source,
        forms.enumerated().map { index, form in
          """
          entity: f\(index)
          owner: core
          source: { store: file, table: f\(index) }
          key: [\(form.key)]
          fields: { \(form.fields) }
          """
        })
      let rows = try forms.enumerated().map { index, form in
        [form.label] + (try scene.summary("f\(index)", columns: form.shown))
      }
      return rows + [["a view", "0", "0", "0", try view(source)]]
    }
  }

  private static func view(_ source: TestSQLite) throws -> String {
    do {
      _ = try MatrixScene(
        sqlite: source,
        [
          """
          entity: looks
          owner: core
          source: { store: file, table: looks }
          key: [id]
          fields: { id: bigint, n: bigint }
          """
        ])
      throw UnexpectedResult(description: "a view was read")
    } catch let problem as SourceProblem {
      return "refused before anything is read: \(problem.message)"
    }
  }

  private static func same(_ rows: (String) throws -> [[String]]) throws -> [[String]] {
    let pages = try encodings.map(rows)
    guard pages.allSatisfy({ $0 == pages[0] }) else {
      throw UnexpectedResult(description: "the encodings give other values: \(pages)")
    }
    return pages[0]
  }

  // MARK: Declared types

  private static let given = [
    "'text'", "'12'", "'1e3'", "12", "1.5", "-0.0", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "x'00ff'", "'a' || char(0)", "'t'", "'yes'", "'2024-02-29'", "NULL",
  ]
  private static let declarations = ["INTEGER", "REAL", "NUMERIC", "TEXT", "BLOB", "BOOLEAN", "DATETIME"]

  /// What lands from columns with each kind of declaration.
  static func declaredTypes() throws -> [[String]] {
    try same { encoding in
      var sql = "PRAGMA encoding = '\(encoding)';"
      for (index, type) in declarations.enumerated() {
        sql += "CREATE TABLE t\(index) (k INTEGER PRIMARY KEY, v \(type));"
        for (row, value) in given.enumerated() { sql += "INSERT INTO t\(index) VALUES (\(row), \(value));" }
      }
      let scene = try MatrixScene(
        sqlite: try TestSQLite(sql),
        declarations.indices.map {
          """
          entity: t\($0)
          owner: core
          source: { store: file, table: t\($0) }
          key: [id]
          fields: { id: { from: k, type: integer }, v: { type: jsonb, transforms: [ejson] } }
          """
        })
      let printed = try PSQL.rows(
        declarations.indices.map { "SELECT \($0), id, v FROM core.t\($0)" }, scene.target.url)
      let landed = Dictionary(uniqueKeysWithValues: printed.map { ("\($0[0]) \($0[1])", $0[2]) })
      return try declarations.indices.flatMap { type in
        try given.indices.map { row in
          let found =
            try scene.reason("t\(type)", id: row).map { "*\($0)*" }
            ?? landed["\(type) \(row)"].map { $0.isEmpty ? "NULL" : "`\($0)`" }
          guard let found else { throw UnexpectedResult(description: "\(given[row]) is nowhere") }
          return [declarations[type], "`\(given[row])`", found]
        }
      }
    }
  }
}
