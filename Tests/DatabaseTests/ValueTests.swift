import Database
import Foundation
import TestSupport
import Testing

@Suite("Values on both backends")
struct ValueTests {
  enum Status: String, DatabaseEncodable, DatabaseDecodable { case pending, done }
  struct Options: Codable, Equatable {
    var size: Int
    var tags: [String]
  }

  /// The same table, in each backend's own types.
  private static func table(_ backend: DatabaseBackend) -> String {
    backend == .postgres
      ? """
      CREATE TABLE v (id bigint, small smallint, flag boolean, ratio double precision, price numeric(40, 10), name text,
        data bytea, key uuid, at timestamptz, options jsonb, status varchar(20))
      """
      : """
      CREATE TABLE v (id INTEGER, small INTEGER, flag BOOLEAN, ratio REAL, price TEXT, name TEXT,
        data BLOB, key TEXT, at TIMESTAMP, options TEXT, status TEXT)
      """
  }

  @Test("Every type comes back as it went in", arguments: DatabaseBackend.allCases)
  func roundTrip(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      try await test.database.runScript(Self.table(backend))
      let key = UUID()
      let at = Date(timeIntervalSince1970: 1_795_280_136.123456)
      let price = try #require(Decimal(string: "123456789012345678901234567.8901234567"))
      let bytes = Array(UInt8.min...UInt8.max)
      let options = Options(size: 3, tags: ["a\"b", "ü", "?"])
      try await test.database.run(
        "INSERT INTO v VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          Int64.min, 7, true, 0.1 + 0.2, price, "naïve 'quoted' \u{1F600}\n", bytes, key, at,
          try JSONText(encoding: options), Status.pending,
        ])
      let row = try #require(try await test.database.one("SELECT * FROM v"))
      #expect(try row["id", as: Int64.self] == .min)
      #expect(try row["small", as: Int.self] == 7)
      #expect(try row["flag", as: Bool.self])
      #expect(try row["ratio", as: Double.self] == 0.1 + 0.2)
      #expect(try row["price", as: Decimal.self] == price)
      #expect(try row["name", as: String.self] == "naïve 'quoted' \u{1F600}\n")
      #expect(try row["data", as: [UInt8].self] == bytes)
      #expect(try row["key", as: UUID.self] == key)
      #expect(try abs(row["at", as: Date.self].timeIntervalSince(at)) < 0.000001)
      #expect(try row.json("options", as: Options.self) == options)
      #expect(try row["status", as: Status.self] == .pending)
      #expect(try row["status", as: Status?.self] == .pending)
      // Values come back by comparison too, in each type's own way.
      let found = try await test.database.query(
        "SELECT 1 AS one FROM v WHERE id = ? AND flag = ? AND key = ? AND at = ? AND status = ?",
        [Int64.min, true, key, at, Status.pending])
      #expect(found.count == 1)
    }
  }

  @Test("NULL comes back as nil, and only where it may", arguments: DatabaseBackend.allCases)
  func nulls(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      try await test.database.runScript(Self.table(backend))
      let none: Int? = nil
      try await test.database.run(
        "INSERT INTO v (id, name, data) VALUES (?, ?, ?)", [none, nil, [] as [UInt8]])
      let row = try #require(try await test.database.one("SELECT * FROM v"))
      #expect(try row["id", as: Int?.self] == nil)
      #expect(try row["at", as: Date?.self] == nil)
      #expect(try row["data", as: [UInt8]?.self] == [])
      let error = try await failure { _ = try row["name", as: String.self] }
      #expect(error.kind == .decoding(column: "name", found: "NULL", wanted: "String"))
      #expect(
        error.description
          == #"The column "name" can't be read as String: it holds NULL; ask for String? if that may be."#)
    }
  }

  @Test(
    "What doesn't fit is an error that names column and types, and no value",
    arguments: DatabaseBackend.allCases)
  func mismatches(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let row = try #require(
        try await test.database.one(
          "SELECT 'secret' AS word, 300 AS big, 1.5 AS fraction, 'x' AS twice, 'y' AS twice, '{\"size\":\"secret\"}' AS j"
        ))
      let word = try await failure { _ = try row["word", as: Int.self] }
      #expect(word.kind == .decoding(column: "word", found: "text", wanted: "Int"))
      #expect(!"\(word)".contains("secret"))
      var shown = ""
      dump(row, to: &shown)
      #expect(!(shown + "\(row)" + String(reflecting: row)).contains("secret"))
      let status = try await failure { _ = try row["word", as: Status.self] }
      #expect(status.kind == .decoding(column: "word", found: "text", wanted: "Status"))
      #expect(throws: DatabaseError.self) { try row["word", as: UUID.self] }
      #expect(throws: DatabaseError.self) { try row["word", as: Date.self] }
      #expect(throws: DatabaseError.self) { try row["fraction", as: Int.self] }
      #expect(throws: DatabaseError.self) { try row["big", as: Bool.self] }
      #expect(try row["fraction", as: Decimal.self] == Decimal(string: "1.5"))
      let kind1 = try await failure { _ = try row["absent", as: Int.self] }.kind
      #expect(kind1 == .noSuchColumn("absent"))
      let kind2 = try await failure { _ = try row["twice", as: String.self] }.kind
      #expect(kind2 == .noSuchColumn("twice"))
      let json = try await failure { _ = try row.json("j", as: Options.self) }
      #expect(json.kind == .decoding(column: "j", found: "json", wanted: "Options"))
      #expect(json.description.contains("look at size") && !json.description.contains("secret"))
    }
  }

  @Test("Sums are integers, whichever type the backend gives them", arguments: DatabaseBackend.allCases)
  func sums(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let row = try await test.database.one(
        "SELECT sum(n) AS total, count(*) AS many, avg(n) AS mean FROM (SELECT CAST(? AS bigint) AS n UNION ALL SELECT 4) s",
        [2])
      #expect(try row?["total", as: Int.self] == 6)
      #expect(try row?["many", as: Int.self] == 2)
      #expect(try row?["mean", as: Double.self] == 3)
    }
  }

  @Test(
    "Dates are read in every spelling that the backends use",
    arguments: [
      ("2026-01-31", 1_769_817_600.0), ("2026-01-31 18:30:00", 1_769_884_200),
      ("2026-01-31T18:30:00Z", 1_769_884_200),
      ("2026-01-31 18:30:00.25", 1_769_884_200.25), ("2026-01-31 18:30:00+02", 1_769_877_000),
      ("2026-01-31 18:30:00-02:30", 1_769_893_200), ("1969-12-31 23:59:59.5", -0.5),
      ("2000-02-29", 951_782_400),
    ])
  func dates(_ text: String, _ seconds: Double) async throws {
    try await TestDatabase.with(.sqlite) { test in
      let row = try await test.database.one("SELECT ? AS at", [text])
      #expect(try row?["at", as: Date.self] == Date(timeIntervalSince1970: seconds))
    }
  }

  @Test(
    "Dates that don't exist, and texts that go on, aren't dates",
    arguments: ["2026-02-29", "2026-13-01", "2026-01-31 25:00", "2026-01-31x", "infinity"])
  func noDates(_ text: String) async throws {
    try await TestDatabase.with(.sqlite) { test in
      let row = try #require(try await test.database.one("SELECT ? AS at", [text]))
      #expect(throws: DatabaseError.self) { try row["at", as: Date.self] }
    }
  }

  @Test("Dates written by SQLite and by us sort together")
  func sorting() async throws {
    try await TestDatabase.with(.sqlite) { test in
      try await test.database.runScript("CREATE TABLE d (n int, at timestamp DEFAULT CURRENT_TIMESTAMP)")
      try await test.database.run("INSERT INTO d VALUES (1, ?)", [Date(timeIntervalSinceNow: -60)])
      try await test.database.run("INSERT INTO d (n) VALUES (2)")
      try await test.database.run("INSERT INTO d VALUES (3, ?)", [Date(timeIntervalSinceNow: 60)])
      let order = try await test.database.all("SELECT n FROM d ORDER BY at") { try $0["n", as: Int.self] }
      #expect(order == [1, 2, 3])
    }
  }
}
