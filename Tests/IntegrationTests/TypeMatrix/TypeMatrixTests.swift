import Backfill
import Catalog
import Foundation
import TestSupport
import Testing

@Suite("TypeMatrix")
struct TypeMatrixTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../../docs/type-matrix.md")

  @Test("every kind of value in every type of column is what the page says")
  func matrix() throws {
    let page = MatrixPage(
      mongo: try MatrixRun.mongo(MatrixValues.mongo), sqlite: try MatrixRun.sqlite(MatrixValues.sqlite),
      declared: try declaredTypes())
    let found = page.text
    if ProcessInfo.processInfo.environment["KEDGE_RECORD_GOLDEN"] == "1" {
      try Data(found.utf8).write(to: Self.page)
    }
    let expected = String(decoding: try Data(contentsOf: Self.page), as: UTF8.self)
    let (lines, wanted) = (found.split(separator: "\n"), expected.split(separator: "\n"))
    for difference in lines.difference(from: wanted).prefix(20) {
      switch difference {
      case .insert(_, let line, _): Issue.record("docs/type-matrix.md doesn't say: \(line)")
      case .remove(_, let line, _): Issue.record("docs/type-matrix.md says in vain: \(line)")
      }
    }
    #expect(found == expected, "write the page anew with KEDGE_RECORD_GOLDEN=1, and look at what changed")
  }

  private static let given = [
    "'text'", "'12'", "12", "1.5", "9223372036854775808", "x'00ff'", "'t'", "'2024-02-29'",
  ]

  /// What lands from columns with each kind of declaration, in a database of UTF-8 and one of UTF-16.
  private func declaredTypes() throws -> [[String]] {
    let declarations = ["INTEGER", "REAL", "NUMERIC", "TEXT", "BLOB", "BOOLEAN", "DATETIME"]
    var pages: [[[String]]] = []
    for encoding in ["UTF-8", "UTF-16le"] {
      var sql = "PRAGMA encoding = '\(encoding)';"
      for (index, type) in declarations.enumerated() {
        sql += "CREATE TABLE t\(index) (k INTEGER PRIMARY KEY, v \(type));"
        for (row, value) in Self.given.enumerated() {
          sql += "INSERT INTO t\(index) VALUES (\(row), \(value));"
        }
      }
      let source = try TestSQLite(sql)
      let target = try TestPostgres()
      let entities = declarations.indices.map {
        """
        entity: t\($0)
        owner: core
        source: { store: file, table: t\($0) }
        key: [id]
        fields: { id: { from: k, type: integer }, v: { type: jsonb, transforms: [ejson] } }
        """
      }
      #expect(try Engine(sqlite: source, into: target, entities).backfill().total.quarantined == 0)
      let rows = try PSQL.rows(
        declarations.indices.map { "SELECT \($0), id, v FROM core.t\($0) ORDER BY id" }, target.url)
      pages.append(
        rows.map { [declarations[Int($0[0]) ?? 0], "`\(Self.given[Int($0[1]) ?? 0])`", "`\($0[2])`"] })
    }
    #expect(pages[0] == pages[1], "a database of UTF-16 gives other values than one of UTF-8")
    return pages[0]
  }
}
