import Audit
import Backfill
import Codec
import Mapping
import SQLite
import TestSupport
import Testing

@testable import Inference

@Suite("Inference over SQLite tables made for it")
struct InferenceSQLiteTests {
  let folder: InferenceFolder

  init() throws { folder = try InferenceFolder() }

  private func infer(_ sql: String) throws -> (result: ScanResult, set: MappingSet, comments: MappingComments)
  {
    let path = try folder.database(sql)
    let result = try SourceScan.run(.sqlite(path: path))
    let inferred = Inference.infer(result)
    return (result, inferred.set, inferred.comments)
  }

  private func types(_ entity: Entity?) -> [String: String] {
    let pairs = (entity?.fields ?? []).map { field in
      (field.column, ([field.type.sql] + field.transforms.map(\.name)).joined(separator: " "))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test("types follow the values, not the declarations")
  func values() throws {
    let sql = """
      CREATE TABLE t (id INTEGER PRIMARY KEY, whole TEXT, real TEXT, both, big, text INT, blob TEXT, mixed TEXT, nul TEXT, bad TEXT);
      INSERT INTO t VALUES (1, NULL, NULL, 1, 9007199254740993, 'a', x'00', 'x', 'a' || char(0) || 'b', 'a');
      INSERT INTO t VALUES (2, NULL, NULL, 1.5, 1.5, 'b', x'01', x'02', 'c', CAST(x'ff' AS TEXT));
      """
    let path = try folder.database(sql)
    let inferred = Inference.infer(try SourceScan.run(.sqlite(path: path)))
    #expect(
      types(inferred.set.entity(named: "t")) == [
        "id": "bigint", "whole": "text", "real": "text", "both": "double precision", "big": "numeric",
        "text": "text",
        "blob": "bytea", "mixed": "jsonb ejson", "nul": "bytea", "bad": "bytea",
      ])
    try InferenceRun.check(.sqlite(path: path))
  }

  @Test("a table or column without values takes what was declared")
  func empty() throws {
    let inferred = try infer("CREATE TABLE t (a INTEGER, b REAL, c VARCHAR(9), d BLOB, e DECIMAL(9,2), f)")
    #expect(
      types(inferred.set.entity(named: "t")) == [
        "source_rowid": "bigint", "a": "bigint", "b": "double precision", "c": "text", "d": "bytea",
        "e": "jsonb ejson", "f": "jsonb ejson",
      ])
  }

  @Test("keys: composite, without rowid, holding NULL, none, hidden")
  func keys() throws {
    let sql = """
      CREATE TABLE composite (a TEXT, b INT, PRIMARY KEY (b, a)); INSERT INTO composite VALUES ('x', 1), ('y', 1);
      CREATE TABLE plain (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO plain VALUES ('x', 1);
      CREATE TABLE holes (k TEXT PRIMARY KEY); INSERT INTO holes VALUES (NULL), (NULL), ('x');
      CREATE TABLE bare (v); INSERT INTO bare VALUES (1), (1);
      CREATE TABLE hidden (rowid TEXT, v); INSERT INTO hidden VALUES ('x', 1), ('x', 1);
      CREATE TABLE lost (rowid TEXT, _rowid_ TEXT, oid TEXT); INSERT INTO lost VALUES (1, 2, 3);
      CREATE TABLE mixed (k PRIMARY KEY); INSERT INTO mixed VALUES (1), ('1'), (x'31'), (1.5);
      CREATE TABLE source (source_rowid INT, v); INSERT INTO source VALUES (1, 1), (1, 1);
      """
    let path = try folder.database(sql)
    let result = try SourceScan.run(.sqlite(path: path))
    let set = Inference.infer(result).set
    let keys = Dictionary(uniqueKeysWithValues: set.entities.map { ($0.name, $0.key) })
    #expect(
      keys == [
        "composite": ["b", "a"], "plain": ["k"], "holes": ["source_rowid"], "bare": ["source_rowid"],
        "hidden": ["source_rowid"], "mixed": ["k"], "source": ["source_rowid"],
      ])
    #expect(types(set.entity(named: "source"))["source_rowid_2"] == "bigint")
    #expect(result.skipped.map(\.name) == ["lost"])
    #expect(types(set.entity(named: "mixed")) == ["k": "jsonb ejson"])
    try InferenceRun.check(.sqlite(path: path))
  }

  @Test("references are as strict as the rows allow")
  func references() throws {
    let sql = """
      CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE, other INT);
      INSERT INTO parent VALUES (1, 'a', 1), (2, 'b', 2);
      CREATE TABLE good (id INTEGER PRIMARY KEY, p INT REFERENCES parent ON DELETE CASCADE, c TEXT REFERENCES parent(code),
        me INT REFERENCES good ON DELETE SET NULL);
      INSERT INTO good VALUES (1, 1, 'a', NULL), (2, NULL, 'b', 1);
      CREATE TABLE orphan (id INTEGER PRIMARY KEY, p INT REFERENCES parent); INSERT INTO orphan VALUES (1, 1), (2, 9);
      CREATE TABLE odd (id INTEGER PRIMARY KEY, p TEXT REFERENCES parent, q INT REFERENCES nowhere, r INT REFERENCES parent(other));
      INSERT INTO odd VALUES (1, 'x', 1, 1);
      CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a);
      CREATE TABLE folded (k TEXT COLLATE NOCASE PRIMARY KEY); INSERT INTO folded VALUES ('a');
      CREATE TABLE folding (id INTEGER PRIMARY KEY, k TEXT REFERENCES folded); INSERT INTO folding VALUES (1, 'A');
      """
    let path = try folder.database(sql)
    let inferred = Inference.infer(try SourceScan.run(.sqlite(path: path)))
    func told(_ entity: String) -> [String] {
      (inferred.set.entity(named: entity)?.references ?? []).map {
        "\($0.columns.joined()) \($0.entity).\($0.targetColumns.joined()) \($0.onDelete.rawValue) \($0.enforcement.rawValue)"
      }
    }
    #expect(
      told("good") == [
        "p parent.id cascade constraint", "c parent.code no-action constraint",
        "me good.id set-null constraint",
      ])
    #expect(inferred.set.entity(named: "parent")?.fields.filter(\.unique).map(\.column) == ["code"])
    #expect(told("orphan") == ["p parent.id no-action none"])
    #expect(inferred.comments.entity["orphan"]?.contains { $0.contains("1 of 2 rows") } == true)
    #expect(told("odd") == ["r parent.other no-action none"])
    #expect(told("a") + told("b") == ["b b.id no-action constraint", "a a.id no-action audit"])
    #expect(told("folding") == ["k folded.k no-action none"])
    try InferenceRun.check(.sqlite(path: path))
  }

  @Test("views and SQLite's own tables are left out, each with a reason; generated columns are read")
  func kinds() throws {
    let sql = """
      CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT, twice INT AS (a * 2), thrice INT AS (a * 3) STORED) STRICT;
      INSERT INTO t (a) VALUES (1), (2); CREATE VIEW v AS SELECT * FROM t;
      """
    let path = try folder.database(sql)
    let result = try SourceScan.run(.sqlite(path: path))
    #expect(result.skipped.map(\.name) == ["v", "sqlite_sequence"])
    #expect(result.collections.first?.field("twice")?.integers.greatest == 4)
    #expect(result.collections.first?.field("thrice")?.integers.greatest == 6)
    try InferenceRun.check(.sqlite(path: path))
  }

  @Test("what the texts look like is said, and left to a person to decide")
  func forms() throws {
    let sql = """
      CREATE TABLE t (id INTEGER PRIMARY KEY, ip TEXT, idle TEXT, status TEXT, info TEXT, name TEXT, long INT AS (id * 2));
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
      INSERT INTO t (ip, idle, status, info, name)
      SELECT '10.0.0.' || i, 'PT' || i || 'S', CASE i % 3 WHEN 0 THEN 'new' WHEN 1 THEN 'lost' ELSE 'active' END,
        '{"a": ' || i || '}', 'name ' || i FROM n;
      UPDATE t SET ip = '2001:db8::/32' WHERE id = 1; UPDATE t SET idle = '02:30:00' WHERE id = 2;
      """
    let found = try infer(sql)
    let remarks = try #require(found.comments.field["t"])
    func says(_ column: String, _ part: String) -> Bool {
      remarks[column]?.contains { $0.contains(part) } ?? false
    }
    #expect(says("ip", "consider type inet with transforms [inet]"))
    #expect(says("idle", "consider type interval with transforms [interval]"))
    #expect(says("status", "only 3 different texts: consider an enum"))
    #expect(says("info", "or json-text to map what is inside"))
    #expect(says("long", "move it to generated"))
    #expect(!says("name", "different texts"))
    #expect(types(found.set.entity(named: "t"))["ip"] == "text")
    // What the comments say is right: the same mapping with those types moves everything.
    let file = try TestSQLite(sql)
    let engine = try Engine(
      sqlite: file, into: try TestPostgres(),
      """
      entity: t
      owner: core
      source: { store: file, table: t }
      key: [id]
      json-text: info
      fields:
        id: bigint
        ip: { type: inet, transforms: [inet] }
        idle: { type: interval, transforms: [interval] }
        status: { type: { enum: status, values: [new, lost, active] } }
        a: { from: info.a, type: integer }
        name: text
      unmapped: { ignore: [long], others: reject }
      generated: { long: { type: bigint, as: "id * 2" } }
      """)
    expectEqual(try engine.backfill().counts("t"), [60, 60, 0, 0, 0])
    expectEqual(
      try engine.target.value("SELECT (max(a), max(long), max(idle), count(DISTINCT status)) FROM core.t"),
      "(60,120,02:30:00,3)")
    expectEqual(try engine.audit().tally("t")?.matching, 60)
  }

  @Test("names of tables and columns never collide, whatever they are")
  func names() throws {
    let long = String(repeating: "x", count: 100)
    let sql = """
      CREATE TABLE "User Name" ("A b" INT, "a_b" INT, "a-b" INT, "\(long)1" INT, "\(long)2" INT, "" INT, "ctid" INT, "select" INT);
      CREATE TABLE user_name (x INT); CREATE TABLE "user.name" (x INT); CREATE TABLE "☃" (x INT); CREATE TABLE "☂" (x INT);
      CREATE TABLE "a_pkey" (x INT); CREATE TABLE "É" (x INT); CREATE TABLE "E\u{301}" (x INT);
      INSERT INTO "User Name" VALUES (1, 2, 3, 4, 5, 6, 7, 8); INSERT INTO "☃" VALUES (1);
      """
    try InferenceRun.check(.sqlite(path: try folder.database(sql)))
  }

  @Test("a table of a thousand columns keeps those that are too many in one")
  func wide() throws {
    let columns = (1...1000).map { "c\($0)" }
    let sql = """
      CREATE TABLE t (id INTEGER PRIMARY KEY, \(columns.joined(separator: ", ")));
      INSERT INTO t (id, c1, c1000) VALUES (1, 1, 'x');
      """
    let path = try folder.database(sql)
    let entity = Inference.infer(try SourceScan.run(.sqlite(path: path))).set.entities.first
    #expect(entity?.fields.count == 300)
    #expect(entity?.rest == "rest")
    try InferenceRun.check(.sqlite(path: path))
  }

  @Test("the same file gives the same mapping, byte for byte, and it reads back as it was")
  func deterministic() throws {
    let sql = """
      CREATE TABLE p (a INT, b TEXT, PRIMARY KEY (a, b)); INSERT INTO p VALUES (1, 'x');
      CREATE TABLE c (id INTEGER PRIMARY KEY, a INT, b TEXT, m, FOREIGN KEY (a, b) REFERENCES p ON DELETE RESTRICT);
      INSERT INTO c VALUES (1, 1, 'x', 1), (2, 1, 'x', 'y');
      """
    let path = try folder.database(sql)
    let first = Inference.infer(try SourceScan.run(.sqlite(path: path)))
    let second = Inference.infer(try SourceScan.run(.sqlite(path: path)))
    let files = MappingWriter.files(for: first.set, comments: first.comments)
    let again = MappingWriter.files(for: second.set, comments: second.comments)
    #expect(files.map(\.name) == again.map(\.name) && files.map(\.text) == again.map(\.text))
    let loaded = try MappingSet.parse(files: files)
    #expect(loaded.entities.map(\.erased) == first.set.entities.map(\.erased))
    #expect(loaded.stores == first.set.stores && loaded.name == first.set.name)
  }
}

extension Entity {
  /// Without the places in files, which only reading gives.
  fileprivate var erased: Entity {
    let nowhere = SourceLocation(file: "", line: 0, column: 0)
    var copy = self
    copy.location = nowhere
    copy.fields = fields.map { field in
      var field = field
      field.location = nowhere
      return field
    }
    copy.references = references.map { reference in
      var reference = reference
      reference.location = nowhere
      return reference
    }
    copy.children = children.map { child in
      var child = child
      child.location = nowhere
      child.fields = child.fields.map { field in
        var field = field
        field.location = nowhere
        return field
      }
      return child
    }
    return copy
  }
}
