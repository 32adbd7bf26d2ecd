import Foundation
import Postgres
import TestSupport
import Testing

/// What the tables of each set refuse, take along and find by an index, told in pgTAP: the files of `Tests/SQL`.
@Suite("The schemas of the domains, in SQL")
struct SQLTests {
  private static let folder = Program.root + "/Tests/SQL"
  static let sets = names(in: folder)

  private static func names(in folder: String) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        .sorted()
    } catch {
      // A test without cases would pass unseen: this name fails as a folder that isn't there.
      return ["unreadable: \(error)"]
    }
  }

  @Test("on migrated and seeded tables every line is ok", arguments: sets)
  func everyLine(set: String) throws {
    let target = try TestPostgres()
    guard try target.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgtap'") == "1" else {
      throw UnexpectedResult(description: "The server has no pgTAP: run scripts/setup, which installs it.")
    }
    for command in [["migrate", "up"], ["seed"]] {
      let outcome = try Program.kedge.run(
        command + ["--mappings", "mappings/\(set)", "--target", target.url], in: Program.root)
      try #require(outcome.code == 0, "\(outcome.errors)")
    }
    // In a schema of its own, so that it isn't among what is tested.
    try target.execute("CREATE SCHEMA tap; CREATE EXTENSION pgtap SCHEMA tap")
    try target.execute("ALTER DATABASE \(target.settings.database ?? "") SET search_path TO public, tap")
    let files = Self.names(in: "\(Self.folder)/\(set)").filter { $0.hasSuffix(".sql") }
    #expect(!files.isEmpty)
    for file in files { try run("\(Self.folder)/\(set)/\(file)", target) }
  }

  private func run(_ file: String, _ target: TestPostgres) throws {
    let psql = Program(path: "/usr/bin/env")
    let outcome = try psql.run([
      "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1", "--file",
      file,
      target.url,
    ])
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
}
