import Codec
import TestSupport

/// Booleans and times as SQLite's programs store them, and columns that Postgres fills.
enum MatrixClothes {
  private static let examples: [(given: String, type: String, chain: String)] =
    ["'t'", "'f'", "'TRUE'", "'yes'", "'no'", "'on'", "'1'", "'0'", "1", "0", "1.0", "2", "'maybe'", "''"].map
  {
    ($0, "boolean", "boolean")
  } + [
    ("'2024-02-29'", "date", "date"), ("'2023-02-29'", "date", "date"),
    ("'2024-02-29 12:30:00'", "timestamp", "date"), ("'2024-02-29T12:30:00.123456Z'", "timestamptz", "date"),
    ("'2024-02-29T12:30:00+02:00'", "timestamptz", "date"), ("'2024-02-29 12:30'", "timestamptz", "date"),
    ("'29.02.2024'", "date", "date: \"%d.%m.%Y\""), ("'12:30:00.5'", "time", "date"),
    ("1709209800", "timestamptz", "epoch: seconds"), ("'1709209800'", "timestamptz", "epoch: seconds"),
    ("1709209800.5", "timestamptz", "epoch: seconds"), ("-1", "timestamptz", "epoch: seconds"),
    ("1709209800123", "timestamptz", "epoch: milliseconds"),
    ("1709164800", "date", "epoch: seconds"), ("1709209800", "date", "epoch: seconds"),
    ("2460369.5", "timestamptz", "epoch: julian"), ("2460369.5", "date", "epoch: julian"),
    ("2460370.25", "timestamptz", "epoch: julian"), ("2460370", "timestamptz", "epoch: julian"),
    ("'2460369.5'", "timestamptz", "epoch: julian"), ("0.0", "timestamptz", "epoch: julian"),
    ("1e10", "timestamptz", "epoch: julian"), ("x'00'", "timestamptz", "epoch: seconds"),
    ("13353683400000000", "timestamptz", "epoch: webkit"), ("730902600.0", "timestamptz", "epoch: cocoa"),
  ]

  static func rows() throws -> [[String]] {
    let sql = examples.enumerated().map { index, example in
      "CREATE TABLE c\(index) (k INTEGER PRIMARY KEY, v); INSERT INTO c\(index) VALUES (1, \(example.given));"
    }
    let scene = try MatrixScene(
      sqlite: try TestSQLite(sql.joined()),
      examples.enumerated().map { index, example in
        """
        entity: c\(index)
        owner: core
        source: { store: file, table: c\(index) }
        key: [id]
        fields:
          id: { from: k, type: integer }
          v: { type: \(example.type), transforms: \(MatrixTarget.written(example.chain)) }
        """
      })
    let printed = try PSQL.rows(
      examples.indices.map { "SELECT \($0), v FROM core.c\($0)" }, scene.target.url)
    let landed = Dictionary(uniqueKeysWithValues: printed.map { ($0[0], $0[1]) })
    return try examples.enumerated().map { index, example in
      let found =
        try scene.reason("c\(index)", id: 1).map { "*\($0)*" } ?? landed["\(index)"].map { "`\($0)`" }
      guard let found else { throw UnexpectedResult(description: "\(example.given) is nowhere") }
      return ["`\(example.given)`", "`\(example.type)`", "`\(example.chain)`", found]
    }
  }

  /// Identity and computed columns of the target.
  static func filled() throws -> [[String]] {
    let source = try TestMongo()
    let amounts: [BSONValue] = [.int32(20), .int64(-5), .null]
    try source.insert(
      "rows", amounts.enumerated().map { ["_id": BSONValue($0.offset + 1), "amount": $0.element] })
    let scene = try MatrixScene(
      mongo: source,
      [
        """
        entity: rows
        owner: core
        source: { store: app, collection: rows }
        key: [id]
        fields: { id: { from: _id, type: integer }, amount: bigint }
        generated:
          number: { type: bigint, as: identity }
          double: { type: bigint, as: "amount * 2" }
        """
      ])
    let printed = try PSQL.rows(
      ["SELECT id, amount, number, double FROM core.rows ORDER BY id"], scene.target.url)
    return printed.map { row in
      func shown(_ text: String) -> String { text.isEmpty ? "NULL" : text }
      return [
        "amount \(shown(row[1]))", "number `\(row[2])`, double \(row[3].isEmpty ? "NULL" : "`\(row[3])`")",
      ]
    }
  }
}
