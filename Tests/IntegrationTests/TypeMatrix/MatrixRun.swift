import Catalog
import Codec
import Foundation
import Mapping
import TestSupport

/// What became of each value in each column.
struct MatrixOutcomes {
  enum Outcome: Equatable {
    /// As psql prints it; nil for NULL.
    case landed(String?)
    case refused(String)
  }
  /// By the column's number (see `MatrixRun.columns`) and the value's.
  var outcomes: [[Outcome]]

  subscript(column: Int, value: Int) -> Outcome { outcomes[column][value] }

  func landed(_ column: Int, _ value: Int) -> Bool { reason(column, value) == nil }

  /// Why it was refused, if it was.
  func reason(_ column: Int, _ value: Int) -> String? {
    if case .refused(let reason) = outcomes[column][value] { reason } else { nil }
  }
}

/// Moves all values into all types, one entity for each column, and reads back what landed.
struct MatrixRun {
  /// Every type with each of its chains.
  static let columns: [(target: Int, chain: String)] = MatrixSection.targets.enumerated().flatMap {
    index, target in
    target.chains.map { (index, $0) }
  }

  static func mongo(_ values: [MatrixValue]) throws -> MatrixOutcomes {
    let source = try TestMongo()
    for (index, value) in values.enumerated() {
      try source.insert("values", [["_id": .int32(Int32(index)), "v": value.value]])
    }
    let target = try TestPostgres()
    return try run(values.count, target) {
      try Engine(mongo: source, into: target, entities("store: app, collection: values", key: "_id"))
    }
  }

  static func sqlite(_ values: [MatrixValue]) throws -> MatrixOutcomes {
    let rows = values.enumerated().map { "INSERT INTO source VALUES (\($0.offset), \($0.element.sql));" }
    let source = try TestSQLite("CREATE TABLE source (k INTEGER PRIMARY KEY, v); \(rows.joined())")
    let target = try TestPostgres()
    return try run(values.count, target) {
      try Engine(sqlite: source, into: target, entities("store: file, table: source", key: "k"))
    }
  }

  private static func entities(_ source: String, key: String) -> [String] {
    columns.enumerated().map { index, column in
      let target = MatrixSection.targets[column.target]
      let transforms = column.chain.isEmpty ? "" : ", transforms: \(MatrixTarget.written(column.chain))"
      return """
        entity: c\(index)
        owner: core
        source: { \(source) }
        key: [id]
        fields: { id: { from: \(key), type: integer }, v: { type: \(target.type)\(transforms) } }
        """
    }
  }

  private static func run(_ count: Int, _ target: TestPostgres, _ engine: () throws -> Engine) throws
    -> MatrixOutcomes
  {
    try target.execute("CREATE SCHEMA core")
    try target.execute("CREATE DOMAIN core.word AS text")
    let engine = try engine()
    try engine.backfill()
    var found: [[MatrixOutcomes.Outcome?]] = Array(
      repeating: Array(repeating: nil, count: count), count: columns.count)
    for entry in try Catalog(target.connection).quarantined(set: engine.set.name, limit: 1_000_000) {
      let locator = try BSONDocument(bytes: entry.locator)
      guard let value = (locator["_id"] ?? locator["k"]?.elements?.first)?.integer,
        let column = Int(entry.entity.dropFirst())
      else { throw UnexpectedResult(description: "a quarantined record without a number") }
      found[column][value] = .refused(entry.reason)
    }
    for row in try PSQL.rows(
      columns.indices.map { "SELECT \($0), id, v IS NULL, v FROM core.c\($0) ORDER BY id" }, target.url)
    {
      guard row.count == 4, let column = Int(row[0]), let value = Int(row[1]) else {
        throw UnexpectedResult(description: "psql printed \(row)")
      }
      guard found[column][value] == nil else {
        throw UnexpectedResult(description: "value \(value) of column \(column) landed and is in quarantine")
      }
      found[column][value] = .landed(row[2] == "t" ? nil : row[3])
    }
    let outcomes = try found.enumerated().map { column, values in
      try values.enumerated().map { value, outcome in
        guard let outcome else {
          throw UnexpectedResult(description: "value \(value) of column \(column) is nowhere")
        }
        return outcome
      }
    }
    return MatrixOutcomes(outcomes: outcomes)
  }
}

/// Another client than ours.
enum PSQL {
  /// The rows of all queries, each as its columns' texts.
  static func rows(_ queries: [String], _ url: String) throws -> [[String]] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    // Fields end in a unit separator and rows in NUL, which no text of Postgres holds.
    process.arguments = ["psql", "-qAtX0", "-F", "\u{1F}", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["PGCLIENTENCODING": "UTF8", "PGTZ": "UTC"]) { $1 }
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(queries.map { $0 + ";\n" }.joined().utf8))
    try input.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw UnexpectedResult(description: "psql: \(complaint)") }
    return data.split(separator: 0).map { line in
      line.split(separator: 0x1F, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }
}
