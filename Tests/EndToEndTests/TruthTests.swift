import Foundation
import Mongo
import Postgres
import TestSupport
import Testing

/// Real databases that nobody here wrote: inferred, moved and audited with no edit, and every figure of every column
/// computed again from Postgres.
@Suite(
  "Truth", .disabled(if: Truth.folder == nil, "KEDGE_DATA_DIR doesn't name the folder of real databases"))
struct TruthTests {
  @Test("every SQLite database lands with every figure of every column", arguments: Truth.sqliteFiles)
  func sqlite(file: String) throws {
    let folder = try #require(Truth.folder)
    let target = try TestPostgres()
    let tables = try Truth.tables(of: file)
    let landed = try move("sqlite:\(folder)/sqlite/\(file)", into: target)
    for table in tables {
      guard let columns = landed.columns[table.name] else {
        #expect(table.kind != "table", "\(table.name) isn't in the mapping set")
        continue
      }
      #expect(landed.read[table.name] == table.rows, "rows of \(table.name)")
      for (name, kinds) in table.columns {
        try check([name], kinds, columns, target, "\(table.name).\(name)")
      }
    }
  }

  @Test("every Mongo collection lands with every figure of every path", arguments: Truth.collections)
  func mongo(name: String) throws {
    let folder = try #require(Truth.folder)
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    defer { withExtendedLifetime(mongo) {} }
    let truth = try Truth.collection(name)
    let collection = String(name.split(separator: "/")[1])
    try mongo.insertRaw(
      collection, [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder)/mongo/\(name).bson"))))
    let landed = try move(mongo.uri, into: target)
    #expect(landed.read[collection] == truth.documents)
    let columns = try #require(landed.columns[collection])
    for (path, kinds) in truth.paths { try check(steps(path), kinds, columns, target, path) }
  }

  /// The truth's paths join names with dots and don't quote.
  private func steps(_ path: String) -> [String] {
    path.components(separatedBy: ".").flatMap { part -> [String] in
      var name = Substring(part)
      var depth = 0
      while name.hasSuffix("[]") { (name, depth) = (name.dropLast(2), depth + 1) }
      return [String(name)] + Array(repeating: "[]", count: depth)
    }
  }

  /// Infers, checks, moves and audits.
  private func move(_ source: String, into target: TestPostgres) throws -> (
    columns: [String: [LandedColumn]], read: [String: Int]
  ) {
    let folder = try TemporaryFolder()
    let mappings = ["--mappings", folder.path + "/set"]
    let inferred = try Program.kedge.run(["infer", "--source", source, "--out", folder.path + "/set"])
    #expect(inferred.code == 0, "\(inferred.errors)")
    let checked = try Program.kedge.run(["check"] + mappings)
    #expect(checked.code == 0, "\(checked.errors)")
    let stores = ["--source", source, "--target", target.url]
    let moved = try Program.kedge.run(["backfill", "--json"] + mappings + stores)
    #expect(moved.code == 0, "\(moved.errors)")
    let report = try moved.json()["entities"] as? [[String: Any]] ?? []
    for entity in report {
      let counts = ["read", "landed", "unchanged", "quarantined", "filtered"].map { entity[$0] as? Int ?? -1 }
      #expect(counts[0] == counts[1...].reduce(0, +))
      #expect((entity["unmapped"] as? [Any])?.isEmpty == true, "\(entity)")
    }
    let audited = try Program.kedge.run(["audit", "--json"] + mappings + stores)
    #expect(audited.code == 0, "\(audited.output)")
    let schema = try Program.kedge.run(["schema", "--json"] + mappings).json()
    let sources = Dictionary(
      uniqueKeysWithValues: (schema["entities"] as? [[String: Any]] ?? []).compactMap { entity in
        (entity["entity"] as? String).flatMap { name in (entity["source"] as? String).map { (name, $0) } }
      })
    var read: [String: Int] = [:]
    for entity in report {
      if let name = entity["entity"] as? String, let source = sources[name] {
        read[source] = entity["read"] as? Int
      }
    }
    return (LandedColumn.all(schema), read)
  }

  private func check(
    _ path: [String], _ kinds: Truth.Kinds, _ columns: [LandedColumn], _ target: TestPostgres, _ label: String
  ) throws {
    let covering = columns.filter { path.starts(with: $0.path) && ($0.path == path || $0.isJSON) }
    guard let column = covering.max(by: { $0.path.count < $1.path.count }) else {
      // A document whose fields have columns of their own, or nothing but null.
      for kind in kinds.keys { #expect(["object", "null"].contains(kind), "no column holds \(label)") }
      return
    }
    if !column.isJSON, kinds.keys.count(where: { $0 != "null" }) > 1 {
      try checkMixedNumbers(kinds, column, target, label)
      return
    }
    // In Extended JSON, int32 and int64 are alike.
    let isLong = kinds["int"] != nil && kinds["long"] != nil
    for (kind, figures) in kinds where !(isLong && (kind == "int" || kind == "long")) {
      // In a column, null is nowhere; below a jsonb it stays.
      if kind == "null", column.path == path || !column.isJSON { continue }
      let names = figures.keys.filter { Figures.expression($0, kind: kind) != nil }.sorted()
      let below = Array(path.dropFirst(column.path.count))
      let row = try #require(try target.connection.query(column.query(kind, below: below, names)).first)
      for name in names {
        let wanted = figures[name].map { "\($0)" } ?? ""
        var found = try Self.canonical(row[name], kind)
        if name == "min" || name == "max", Figures.type(of: kind) == "text" { found = Self.beginning(found) }
        #expect(found == Self.canonical(wanted, kind), "\(label): \(name) of \(kind)")
      }
    }
  }

  /// Whole numbers and fractions in one column of numbers: the sums and the extremes of both together.
  private func checkMixedNumbers(
    _ kinds: Truth.Kinds, _ column: LandedColumn, _ target: TestPostgres, _ label: String
  ) throws {
    let name = quoteIdentifier(column.column)
    let row = try #require(
      try target.connection.query(
        "SELECT count(\(name)) AS n, sum(\(name)::text::numeric) AS sum FROM \(column.table)"
      ).first)
    var count = 0
    var sum = Decimal(0)
    for (kind, figures) in kinds where kind != "null" {
      #expect(
        ["int", "long", "double", "integer", "real"].contains(kind), "\(label): \(kind) in \(column.type)")
      count += figures["n"] as? Int ?? 0
      let text = figures["sum"] ?? figures["sum_shortest"]
      sum += try #require(Decimal(string: "\(text ?? "")"), "\(label): \(kind) has no sum")
    }
    #expect(try row["n"] == "\(count)", "\(label): n")
    #expect(try Decimal(string: row["sum"] ?? "") == sum, "\(label): sum")
  }

  /// The first 60 bytes, which is what the truth files keep of a text; those of a character that is cut are escaped.
  private static func beginning(_ text: String) -> String {
    let bytes = Array(text.utf8.prefix(60))
    for cut in 0..<4 where cut <= bytes.count {
      guard let whole = String(validating: bytes.dropLast(cut), as: UTF8.self) else { continue }
      return whole + bytes.suffix(cut).map { "\\x" + String($0, radix: 16) }.joined()
    }
    return text
  }

  /// Numbers without zeros that don't count; doubles by their value.
  private static func canonical(_ text: String?, _ kind: String) -> String {
    guard let text else { return "∅" }
    switch Figures.type(of: kind) {
    case "float8", "numeric":
      guard text.contains("."), let number = Decimal(string: text), "\(number)".count > 0, text.count < 36
      else {
        return text
      }
      return "\(number)"
    default: return text
    }
  }
}
