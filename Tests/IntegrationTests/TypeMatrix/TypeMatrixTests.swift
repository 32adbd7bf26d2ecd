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
      declared: try MatrixTables.declaredTypes(), arrays: try MatrixArrays.rows(),
      documents: try MatrixDocuments.rows(), tables: try MatrixTables.formsOfTables(),
      clothes: try MatrixClothes.rows(),
      filled: try MatrixClothes.filled())
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
}
