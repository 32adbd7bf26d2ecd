import Audit
import Backfill
import Catalog
import Codec
import Executors
import Foundation
import Mongo
import TestSupport

/// People with tags and addresses in MongoDB, moved to Postgres, and then damaged: what plans and repairs are tried on.
struct RepairScene {
  let mongo: TestMongo
  let target: TestPostgres
  let engine: Engine
  let folder: TemporaryFolder

  static let people = """
    entity: people
    owner: core
    source: { store: app, collection: people }
    key: [id]
    fields:
      id: { from: _id, type: text }
      name: text
      email: { type: text, personal: true }
      age: integer
    children:
      tags:
        from: tags[]
        fields: { tag: { from: "@", type: text } }
    """

  init(count: Int = 20, _ entities: [String] = [people]) throws {
    mongo = try TestMongo()
    target = try TestPostgres()
    folder = try TemporaryFolder()
    try mongo.insert("people", (1...count).map(Self.person))
    engine = try Engine(mongo: mongo, into: target, entities)
    try engine.backfill()
  }

  static func person(_ number: Int) -> BSONDocument {
    [
      "_id": .string(id(number)), "name": .string("n\(number)"), "email": .string("p\(number)@example.com"),
      "age": BSONValue(number), "tags": ["a", .string("t\(number)")],
    ]
  }

  static func id(_ number: Int) -> String { String(100_000 + number) }

  /// One damage of each kind that a repair mends: two rows differ, one of them in its tags alone, one is missing, one is
  /// extra.
  func damage() throws {
    try target.execute(
      """
      UPDATE core.people SET age = 0, email = 'x' WHERE id = '\(Self.id(3))';
      UPDATE core.people_tags SET tag = 'other' WHERE people_id = '\(Self.id(5))' AND position = 1;
      DELETE FROM core.people WHERE id = '\(Self.id(7))';
      INSERT INTO core.people (id, name, email) VALUES ('extra', 'e', 'e@example.com');
      INSERT INTO core.people_tags VALUES ('extra', 0, 'alone')
      """)
  }

  /// Everything that a repair may write to but the log.
  func digests() throws -> [String] {
    try [target.digest("core.people"), target.digest("core.people_tags")]
  }

  // MARK: Plans

  var plan: String { folder.path + "/plan.jsonl" }

  /// Audits and writes the plan.
  @discardableResult
  func makePlan() throws -> AuditReport { try engine.audit { $0.plan = plan } }

  func lines() throws -> [String] {
    try String(contentsOfFile: plan, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  func write(_ lines: [String]) throws {
    try (lines.joined(separator: "\n") + "\n").write(toFile: plan, atomically: true, encoding: .utf8)
  }

  /// The actions as `action key columns`, where a column is `name: source ← target`.
  func actions() throws -> [String] {
    try lines().dropFirst().dropLast().map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      let columns = (object["columns"] as? [[String: Any]] ?? []).map { column in
        "\(column["column"] ?? ""): \(column["source"] as? String ?? "∅") ← \(column["target"] as? String ?? "∅")"
      }
      return "\(object["action"] ?? "") \((object["key"] as? [String] ?? []).joined(separator: ","))"
        + (columns.isEmpty ? "" : " " + columns.joined(separator: "; "))
    }
  }

  @discardableResult
  func apply(_ other: Engine? = nil, entities: [String] = [], stop: StopFlag = StopFlag()) throws
    -> RepairReport
  {
    try PlanApplication((other ?? engine).context(stop), file: plan, entities: entities).run()
  }

  /// The log: `action kind key`, in its order.
  func log() throws -> [String] {
    try target.rows(
      "SELECT action || ' ' || kind || ' ' || table_name || ' ' || array_to_string(key, ',') FROM kedge.audit_repairs ORDER BY id"
    )
  }
}

extension RepairReport {
  /// Planned, repaired, already, changed, refused, untouched.
  var counts: [Int] { [planned, repaired, already, changed, refused, untouched] }
  /// `action key: reason`
  var reasons: [String] { undone.map { "\($0.action) \($0.key.joined(separator: ",")): \($0.reason)" } }
}
