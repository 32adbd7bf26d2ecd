import Foundation
import Migrations
import Postgres
import TestSupport

/// A folder of migrations for one test.
final class Migrating {
  let path: String
  let database: TestPostgres

  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.path + "/kedge-migrations-\(UUID().uuidString)/app"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    database = try TestPostgres()
    for (name, text) in files { try write(name, text) }
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
    } catch {
      print("The folder \(path) is left behind: \(error)")
    }
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  func folder() throws -> MigrationFolder { try MigrationFolder(path: path) }

  func runner(_ options: MigrationOptions = MigrationOptions()) throws -> MigrationRunner {
    try MigrationRunner(database.connection, try folder(), options: options)
  }

  /// The states of all migrations, in order.
  func states() throws -> [String] { try runner().status().entries.map(\.state.rawValue) }

  /// The tables of schema public.
  func tables() throws -> [String] {
    try database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
  }

  /// What a run fails with, as text.
  func failure(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing"
    } catch {
      return "\(error)"
    }
  }
}

let twoTables = [
  "0001_a.sql": "-- kedge: up\nCREATE TABLE a (id int);\n-- kedge: down\nDROP TABLE a;\n",
  "0002_b.sql": "-- kedge: up\nCREATE TABLE b (id int);\n-- kedge: down\nDROP TABLE b;\n",
]
