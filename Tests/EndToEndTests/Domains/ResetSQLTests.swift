import Codec
import Foundation
import TestSupport
import Testing

/// What a reset of each set leaves, told in pgTAP: the files of `Tests/SQL/<set>/reset`. `010_rows.sql` fills the tables,
/// `source.json` or `source.sql` the older store; `020_guard.sql` asks who may empty them once the guardrails stand; then
/// `kedge reset` does it, and `030_left.sql` looks at what is there.
@Suite("Resets of the domains, in SQL", .enabled(if: TapTarget.isExpected, TapTarget.missing))
struct ResetSQLTests {
  @Test(
    "what stays is what has to, with all that it refers to, and every line is ok", arguments: SQLTests.sets)
  func everyLine(set: String) throws {
    let target = try TapTarget(set)
    let source = try Source(set)
    try target.fill("reset/010_rows.sql")
    try target.kedge("guard", "install", environment: source.environment)
    try target.expectAllOk("reset/020_guard.sql")
    // Small steps, so that each table goes by several ranges.
    try target.kedge(
      "reset", "--yes-really", target.name, "--batch-size", "2", environment: source.environment)
    try target.expectAllOk("reset/030_left.sql")
  }

  /// The older store of a set, if it has one.
  private struct Source {
    let mongo: TestMongo?
    let file: TestSQLite?

    init(_ set: String) throws {
      let folder = "\(TapTarget.folder)/\(set)/reset"
      let names = TapTarget.names(in: folder)
      mongo = names.contains("source.json") ? try TestMongo() : nil
      file =
        names.contains("source.sql")
        ? try TestSQLite(String(contentsOfFile: "\(folder)/source.sql", encoding: .utf8)) : nil
      guard let mongo else { return }
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/source.json"))
      let collections = try JSONDecoder().decode([String: [[String: String]]].self, from: data)
      for (name, documents) in collections {
        try mongo.insert(
          name,
          documents.map { fields in BSONDocument(fields.map { ($0.key, BSONValue.string($0.value)) }) })
      }
    }

    var environment: [String: String] {
      var variables: [String: String] = [:]
      if let mongo { variables["MONGODB_URI"] = mongo.uri }
      if let file { variables["SQLITE_PATH"] = file.path }
      return variables
    }
  }
}
