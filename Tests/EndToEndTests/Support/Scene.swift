import Foundation
import TestSupport

/// Generated rows, a mapping set for them, and a target: what the tests of interruption and memory move.
struct Scene {
  let target: TestPostgres
  private let folder: TemporaryFolder
  let source: String
  private let mongo: TestMongo?

  /// - Parameters:
  ///   - rows: how many `kedge-samples rows` makes.
  ///   - mongo: where they go; nil for a SQLite file.
  init(rows: Int, mongo: TestMongo? = nil) throws {
    self.mongo = mongo
    folder = try TemporaryFolder()
    target = try TestPostgres()
    source = mongo?.uri ?? "sqlite:\(folder.path)/rows.db"
    let place = mongo.map { ["--url", $0.uri] } ?? ["--path", folder.path + "/rows.db"]
    let made = try Program.samples.run(["rows", "--count", "\(rows)"] + place)
    guard made.code == 0 else { throw UnexpectedResult(description: made.errors) }
    try folder.write(
      "set/set.yaml",
      "set: rows\nstores:\n  app: { kind: \(mongo == nil ? "sqlite" : "mongo"), environment: [KEDGE_NO_SUCH_VARIABLE] }\n"
    )
    try folder.write("set/rows.yaml", mongo == nil ? Self.sqliteMapping : Self.mongoMapping)
  }

  /// The same source and mapping with a target of its own.
  func withAnotherTarget() throws -> Scene { Scene(self, try TestPostgres()) }

  private init(_ other: Scene, _ target: TestPostgres) {
    self.target = target
    (folder, source, mongo) = (other.folder, other.source, other.mongo)
  }

  /// The entity's mapping as it stands.
  func mapping() throws -> String {
    try String(contentsOfFile: folder.path + "/set/rows.yaml", encoding: .utf8)
  }

  func replaceMapping(with text: String) throws { try folder.write("set/rows.yaml", text) }

  /// Adds lines to the set's file.
  func extendSet(with lines: String) throws {
    try folder.write(
      "set/set.yaml",
      "set: rows\nstores:\n  app: { kind: \(mongo == nil ? "sqlite" : "mongo"), environment: [KEDGE_NO_SUCH_VARIABLE] }\n"
        + lines)
  }

  /// Arguments for a command on this source and target.
  func arguments(_ command: String...) -> [String] {
    command + ["--mappings", folder.path + "/set", "--source", source, "--target", target.url]
  }

  static let mongoMapping = """
    entity: rows
    owner: core
    source: { store: app, collection: rows }
    key: [id]
    fields:
      id: { from: _id, type: bigint }
      small: integer
      large: bigint
      ratio: double precision
      flag: boolean
      at: timestamptz
      code: text
      name: text
      city: text
      note: text
      detail: { type: jsonb, transforms: [ejson] }
    """
  static let sqliteMapping = """
    entity: rows
    owner: core
    source: { store: app, table: rows }
    key: [id]
    fields:
      id: bigint
      small: integer
      large: bigint
      ratio: double precision
      flag: { type: boolean, transforms: [boolean] }
      at: { type: timestamptz, transforms: [{ epoch: milliseconds }] }
      code: text
      name: text
      city: text
      note: text
      detail: { type: jsonb, transforms: [json] }
    """
}
