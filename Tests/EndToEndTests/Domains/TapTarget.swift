import Foundation
import Postgres
import TestSupport
import Testing

/// A target with a set's tables, made by its migrations and filled by its seeds, on which files of pgTAP run.
struct TapTarget {
  /// Where the files are: a folder for each set.
  static let folder = Program.root + "/Tests/SQL"
  /// Whether its tests run: wherever the server has pgTAP, and in continuous integration always, so that there they can't be
  /// passed over unseen.
  static let isExpected = ProcessInfo.processInfo.environment["CI"] != nil || isThere
  /// Why they don't.
  static let missing: Comment = "The server has no pgTAP: run scripts/setup, which installs it."
  private static let isThere = {
    do {
      return try TestPostgres().value("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgtap'")
        == "1"
    } catch {
      // The tests run, and say what is wrong.
      return true
    }
  }()
  let set: String
  let target: TestPostgres

  init(_ set: String) throws {
    self.set = set
    target = try TestPostgres()
    guard Self.isThere else { throw UnexpectedResult(description: Self.missing.rawValue) }
    try kedge("migrate", "up")
    try kedge("seed")
    // In a schema of its own, so that it isn't among what is tested.
    try target.execute("CREATE SCHEMA tap; CREATE EXTENSION pgtap SCHEMA tap")
    try target.execute("ALTER DATABASE \(name) SET search_path TO public, tap")
  }

  /// The database's name.
  var name: String { target.settings.database ?? "" }

  /// Runs a command on the set, which has to succeed.
  func kedge(_ command: String..., environment: [String: String] = [:]) throws {
    let outcome = try Program.kedge.run(
      command + ["--mappings", "mappings/\(set)", "--target", target.url], environment: environment,
      in: Program.root)
    try #require(outcome.code == 0, "kedge \(command.joined(separator: " ")): \(outcome.errors)")
  }

  static func names(in folder: String) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        .sorted()
    } catch {
      // A test without cases would pass unseen: this name fails as a folder that isn't there.
      return ["unreadable: \(error)"]
    }
  }

  /// Runs a file in which every line has to be ok.
  func expectAllOk(_ file: String) throws {
    let outcome = try psql(file)
    #expect(outcome.code == 0, "\(file): \(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    let planned = lines.first { $0.hasPrefix("1..") }.flatMap { Int($0.dropFirst(3)) }
    // A line that says that a test is to be done, or was skipped, counts as none.
    let passed = lines.count { $0.hasPrefix("ok ") && !$0.contains("# TODO") && !$0.contains("# SKIP") }
    #expect(planned == passed, "\(file):\n\(outcome.output)")
    #expect(
      !lines.contains { $0.hasPrefix("not ok") || $0.hasPrefix("# Looks like") },
      "\(file):\n\(outcome.output)")
  }

  /// Runs a file that tests nothing, and whose rows stay.
  func fill(_ file: String) throws {
    let outcome = try psql(file)
    try #require(outcome.code == 0, "\(file): \(outcome.errors)")
  }

  private func psql(_ file: String) throws -> Program.Outcome {
    try Program(path: "/usr/bin/env").run([
      "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1", "--file",
      "\(Self.folder)/\(set)/\(file)", target.url,
    ])
  }
}
