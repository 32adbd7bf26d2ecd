import Codec
import Mongo
import RecordSources
import SQLite
import TestSupport

/// A source whose records can be split anywhere: by rowids, by a key of two columns, by `_id`s of every type.
struct SplitSource {
  enum Kind: String, CaseIterable, Sendable {
    case rows, pairs, documents
  }

  let count: Int
  private let mapping: String
  private let mongo: TestMongo?
  private let file: TestSQLite?

  /// - Parameter count: how many records; the highest number `n` is one less.
  init(_ kind: Kind, count: Int) throws {
    self.count = count
    let numbers = "WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < \(count - 1))"
    switch kind {
    case .rows:
      mongo = nil
      file = try TestSQLite(
        "CREATE TABLE things (id INTEGER PRIMARY KEY, n); \(numbers) INSERT INTO things SELECT i * 3 - 1000, i FROM s"
      )
      mapping = Self.mapping("table", "id: bigint")
    case .pairs:
      mongo = nil
      file = try TestSQLite(
        """
        CREATE TABLE things (a, b TEXT COLLATE NOCASE, n, PRIMARY KEY (a, b)) WITHOUT ROWID;
        \(numbers) INSERT INTO things SELECT CASE i % 3 WHEN 0 THEN i / 40 WHEN 1 THEN i / 40 + 0.5 ELSE 't' || i / 40 END,
          CASE i % 2 WHEN 0 THEN 'b' ELSE 'B' END || i, i FROM s
        """)
      mapping = Self.mapping("table", "a: { type: jsonb, transforms: [ejson] }\n  b: text", key: "a, b")
    case .documents:
      let made = try TestMongo()
      try made.insert(
        "things",
        (0..<count).map { number in ["_id": Self.identifier(number, of: count), "n": BSONValue(number)] })
      (mongo, file) = (made, nil)
      mapping = Self.mapping("collection", "id: { from: _id, type: jsonb, transforms: [ejson] }")
    }
  }

  func engine(into target: TestPostgres) throws -> Engine {
    try Engine(mongo: mongo, sqlite: file, into: target, mapping)
  }

  private static func identifier(_ number: Int, of count: Int) -> BSONValue {
    if number >= count - 2 { return number == count - 1 ? .maxKey : .minKey }
    switch number % 7 {
    case 0: return .int32(Int32(number))
    case 1: return .string("s\(number)")
    case 2: return .double(Double(number) + 0.25)
    case 3:
      return .id(
        String(String("\(number + 1_000_000)".reversed()) + String(repeating: "0", count: 24)).prefix(24)
          .description)
    case 4: return .at(Int64(number) * 1000)
    case 5: return ["k": BSONValue(number)]
    default: return .int64(Int64(number) << 33)
    }
  }

  private static func mapping(_ place: String, _ fields: String, key: String = "id") -> String {
    "entity: things\nowner: core\nsource: { store: \(place == "table" ? "file" : "app"), \(place): things }\n"
      + "key: [\(key)]\nfields:\n  \(fields)\n  n: bigint\n"
  }
}
