import Foundation
import Mapping
import Postgres
import Seeds
import TestSupport

/// A folder of seeds, a mapping set and a database for one test.
final class Seeding {
  let path: String
  let database: TestPostgres

  static let setFile = (
    name: "set.yaml",
    text: """
    set: shop
    stores:
      app: { kind: mongo, environment: [MONGODB_URI], database: shop }
      core: { kind: postgres, environment: [DATABASE_URL] }
    """
  )

  static let tiers = (
    name: "tiers.yaml",
    text: """
    entity: tiers
    owner: core
    key: [code]
    fields:
      code: text
      name: { type: text, required: true }
      price: "numeric(12,2)"
      contact: { type: text, personal: true }
    """
  )

  static let tables = """
    CREATE SCHEMA core;
    CREATE TABLE core.tiers (code text COLLATE "C" PRIMARY KEY, name text NOT NULL, price numeric(12,2), contact text,
      id bigint GENERATED ALWAYS AS IDENTITY, made_at timestamptz NOT NULL DEFAULT now());
    """

  /// - Parameter tables: SQL that makes the tables.
  init(_ files: [String: String] = [:], tables: String = Seeding.tables) throws {
    path = FileManager.default.temporaryDirectory.path + "/kedge-seeds-\(UUID().uuidString)/shop"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    database = try TestPostgres()
    try database.execute(tables)
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

  func mapping(_ entities: [(name: String, text: String)] = [Seeding.tiers]) throws -> MappingSet {
    try MappingSet.parse(files: [Self.setFile] + entities)
  }

  @discardableResult
  func run(_ set: MappingSet? = nil, _ change: (inout SeedOptions) -> Void = { _ in }) throws -> SeedReport {
    var options = SeedOptions()
    change(&options)
    return try SeedRunner(database.connection, try SeedFolder(path: path), try set ?? mapping()).run(options)
  }

  /// The figures of each file: inserted, updated, unchanged, kept, removed.
  func figures(_ set: MappingSet? = nil, _ change: (inout SeedOptions) -> Void = { _ in }) throws -> [String]
  {
    try run(set, change).seeds.map {
      "\($0.seed) +\($0.inserted) ~\($0.updated) =\($0.unchanged) !\($0.kept) -\($0.removed)"
    }
  }

  /// What a run fails with, as text, without the folder's path.
  func failure(_ set: MappingSet? = nil, _ change: (inout SeedOptions) -> Void = { _ in }) -> String {
    do {
      try run(set, change)
      return "nothing"
    } catch {
      return "\(error)".replacing(path + "/", with: "")
    }
  }

  func tiers() throws -> [String] {
    try database.rows("SELECT code, name, price FROM core.tiers ORDER BY code")
  }
}

let threeTiers = """
  seed: tiers
  rows:
    - { code: free, name: Free, price: 0 }
    - { code: pro, name: Pro, price: 10.5 }
    - { code: team, name: Team, price: null }
  """
