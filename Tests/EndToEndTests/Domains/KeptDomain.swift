import Foundation
import Mongo
import Postgres
import TestSupport

/// One application on its way through `scripts/domains`, whose databases stay between two calls so that a test can look at them.
final class KeptDomain {
  private let set: String
  private let rows: Int
  private let folder: TemporaryFolder
  /// What the script has written down of the databases, by name.
  private var places: [String: String] = [:]

  /// - Parameter rows: how many records the generator makes.
  init(_ set: String, rows: Int) throws {
    (self.set, self.rows) = (set, rows)
    folder = try TemporaryFolder()
  }

  deinit {
    // The script drops the databases behind its last step; a test that failed before leaves them to us.
    guard let name = places["database"], FileManager.default.fileExists(atPath: notes) else { return }
    do {
      let server = try PostgresSettings(url: try variable("KEDGE_TEST_POSTGRES_URL"))
      try PostgresConnection(server).execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
      if let source = places["SOURCE_URL"], source.hasPrefix("mongodb") {
        try MongoConnection(MongoSettings(url: source)).dropDatabase()
      }
    } catch {
      print("The databases \(name) are left behind: \(error)")
    }
  }

  private var notes: String { "\(folder.path)/state/\(set)/env" }

  private func variable(_ name: String) throws -> String {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
      throw UnexpectedResult(description: "\(name) isn't set: run scripts/test.")
    }
    return value
  }

  /// Runs the steps from one to another, both with it; each looks at what it leaves.
  ///
  /// - Throws: `UnexpectedResult` with what was said where a step fails.
  func run(_ steps: [String]) throws {
    let outcome = try Program(path: Program.root + "/scripts/domains").run(
      ["--rows", "\(rows)", "--state", folder.path + "/state"] + steps + [set],
      environment: ["KEDGE_BINARY": Program.kedge.path, "KEDGE_SAMPLES": Program.samples.path])
    guard outcome.code == 0 else {
      throw UnexpectedResult(description: "scripts/domains ended with \(outcome.code): \(outcome.errors)")
    }
    guard FileManager.default.fileExists(atPath: notes) else { return }
    for line in try String(contentsOfFile: notes, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      // As the shell quotes it: a backslash before what means something to it.
      places[parts[0]] = parts[1].replacing("\\", with: "")
    }
  }

  /// Where the target is.
  func targetURL() throws -> String {
    guard let url = places["TARGET_URL"] else {
      throw UnexpectedResult(description: "the set has no target yet")
    }
    return url
  }

  /// Runs kedge on the set's databases.
  func kedge(_ arguments: String...) throws -> Program.Outcome {
    var places = ["--target", try targetURL()]
    if let source = self.places["SOURCE_URL"], source.hasPrefix("mongodb") { places += ["--source", source] }
    return try kedge(arguments + places, [:])
  }

  /// Runs kedge with the set's mapping, and with these variables alone to find its stores by.
  func kedge(_ arguments: [String], _ environment: [String: String]) throws -> Program.Outcome {
    try Program.kedge.run(
      arguments + ["--mappings", "\(Program.root)/mappings/\(set)"], environment: environment)
  }

  /// The rows of a query by their first column; the others joined by ` | `, NULL as `∅`.
  func rows(_ sql: String) throws -> [String: String] {
    let connection = try PostgresConnection(PostgresSettings(url: try targetURL()))
    defer { connection.close() }
    return Dictionary(
      uniqueKeysWithValues: try connection.query(sql).map { row in
        (row[0] ?? "∅", (1..<row.count).map { row[$0] ?? "∅" }.joined(separator: " | "))
      })
  }
}
