import Catalog
import DatabaseGuards
import Foundation
import Guardrails
import Mapping
import SQLite
import TestSupport

/// A file with guarded tables, written by the program `sqlite3` and by the library.
struct SQLiteGuardScene {
  let file: TestSQLite
  let target: TestPostgres

  init(
    _ sql: String =
      "CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT UNIQUE); CREATE TABLE notes (id INTEGER PRIMARY KEY, t);"
      + "INSERT INTO users VALUES ('u1', 'Ada'), ('u2', 'Bob')"
  ) throws {
    file = try TestSQLite(sql)
    target = try TestPostgres()
  }

  static func plan(_ phase: String, mode: String = "enforce", table: String = "users") throws -> GuardPlan {
    let words = ["legacy", "shadow", "core", "retired"]
    let users = """
      entity: users
      owner: core
      phase: \(words.contains(phase) ? phase : "core")
      source: { store: file, table: users }
      key: [id]
      fields: { id: text, name: text }
      """
    let notes = """
      entity: notes
      owner: feature
      source: { store: file, table: notes }
      """
    let set = try MappingSet.parse(files: [
      (
        "set.yaml",
        "set: test\nstores:\n  file: { kind: sqlite, environment: [SQLITE_PATH] }\nguard: { mode: \(mode) }\n"
      ),
      ("users.yaml", users), ("notes.yaml", notes),
    ])
    let live =
      words.contains(phase)
      ? LivePhases() : LivePhases(epoch: 1, entities: ["users": .init(word: phase, epoch: 1)])
    var plan = GuardPlan(set, live: live)
    if let index = plan.entity(named: "users") { plan.entities[index].collection = table }
    return plan
  }

  func rules(
    _ phase: String, mode: String = "enforce", table: String = "users", patience: Duration = .seconds(30)
  ) throws -> SQLiteGuard {
    SQLiteGuard(
      plan: try Self.plan(phase, mode: mode, table: table), store: 0, path: file.path,
      catalog: target.connection, patience: patience)
  }

  /// Every row of the schema and of every table.
  func contents() throws -> [String] {
    let schema = try file.connection.query("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema")
    var lines = schema.map { "\($0)" }
    for row in schema where row[0] == "table" && row[4] != nil {
      let name = row[1].text ?? ""
      lines += try file.connection.query("SELECT * FROM \(SQLiteConnection.quoted(name))").map {
        "\(name): \($0)"
      }
    }
    return lines
  }

  /// The program's exit status and what it says on standard error.
  func sqlite3(_ sql: String) throws -> (status: Int32, error: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
    process.arguments = ["-bail", file.path, sql]
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// The extended code with which the library's statement ends; 0 for success.
  func code(_ sql: String) throws -> Int {
    do {
      try file.execute(sql)
      return 0
    } catch let error as SQLiteError {
      return error.extendedCode
    }
  }
}
