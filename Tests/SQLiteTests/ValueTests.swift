import Codec
import Testing

@testable import SQLite

@Suite("SQLite values")
struct ValueTests {
  let folder: TemporaryFolder
  let connection: SQLiteConnection

  init() throws {
    folder = try TemporaryFolder()
    connection = try SQLiteConnection(path: folder.path("v.db"), mode: .create)
  }

  @Test("each value keeps its own storage class, whatever its column declares")
  func storageClasses() throws {
    try connection.execute("CREATE TABLE t (i INTEGER, r REAL, x TEXT, b BLOB, n)")
    let rows: [[SQLiteValue]] = [
      [.integer(.max), .real(1.5), "text", .blob([0, 255]), nil],
      [.integer(.min), .real(-.infinity), "", .blob([]), 0],
      [.real(1.25), .real(1e308), .blob([1, 2]), "a text", .real(0.1)],
      ["not a number", "neither", .text("nul\0inside\0"), 7, .textBytes([0xFF, 0xFE])],
    ]
    for row in rows { try connection.query("INSERT INTO t VALUES (?, ?, ?, ?, ?)", row) }
    #expect(try connection.query("SELECT * FROM t ORDER BY rowid") == rows)
  }

  @Test("a row is filled into slots that point at whole texts and blobs")
  func slots() throws {
    let statement = try connection.prepare(
      "SELECT 42, 'a' || char(0) || 'b', x'00ff', NULL, 0.5, CAST(x'ff' AS TEXT), x'', ''")
    #expect(statement.columnCount == 8)
    let slots = UnsafeMutablePointer<RawValue>.allocate(capacity: 8)
    defer { slots.deallocate() }
    slots.initialize(repeating: .missing, count: 8)
    #expect(try statement.step())
    statement.fill(slots, count: 8)
    #expect(slots[0].kind == .int64 && slots[0].integer == 42)
    #expect(slots[1].kind == .string && Array(slots[1].bytes) == [0x61, 0, 0x62])
    #expect(slots[2].kind == .binary && Array(slots[2].bytes) == [0, 255])
    #expect(slots[3].kind == .null)
    #expect(slots[4].kind == .double && slots[4].double == 0.5)
    #expect(slots[5].kind == .string && Array(slots[5].bytes) == [0xFF])
    #expect(slots[6].kind == .binary && slots[6].bytes.isEmpty)
    #expect(slots[7].kind == .string && slots[7].bytes.isEmpty)
    #expect(try !statement.step())
  }

  @Test("a statement runs again after its end and after a reset")
  func again() throws {
    let statement = try connection.prepare("SELECT ?1 UNION ALL SELECT ?1 + 1")
    for base in 0..<3 as Range<Int64> {
      try statement.bind([.integer(base)])
      #expect(try statement.step())
      #expect(statement.value(0) == .integer(base))
      #expect(try statement.step())
      #expect(statement.value(0) == .integer(base + 1))
      #expect(try !statement.step())
    }
  }

  @Test("texts of a UTF-16 database are read as UTF-8", arguments: ["UTF-16le", "UTF-16be"])
  func wideText(encoding: String) throws {
    let path = folder.path(encoding + ".db")
    let database = try SQLiteConnection(path: path, mode: .create)
    try database.execute("PRAGMA encoding = '\(encoding)'; CREATE TABLE t (x TEXT)")
    let texts = ["", "plain", "Grüße \u{1F600}", "nul\0inside", "\u{E000}\u{10FFFF}"]
    for text in texts { try database.query("INSERT INTO t VALUES (?)", [.text(text)]) }
    // SQLite itself makes U+FFFD of these when they are bound as UTF-8; bound as UTF-16 they are stored.
    let units = encoding == "UTF-16le" ? "fffffeff6100" : "fffffeff0061"
    try database.execute("INSERT INTO t VALUES (CAST(x'\(units)' AS TEXT))")
    let reader = try SQLiteConnection(path: path, mode: .readOnly)
    #expect(try reader.encoding() == encoding)
    let last = encoding == "UTF-16le" ? "\u{FFFF}\u{FFFE}a" : "\u{FFFF}\u{FEFF}a"
    #expect(try reader.query("SELECT x FROM t ORDER BY rowid") == (texts + [last]).map { [.text($0)] })
  }

  @Test("a lone surrogate isn't made into another character")
  func loneSurrogate() throws {
    let database = try SQLiteConnection(path: folder.path("lone.db"), mode: .create)
    try database.execute("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (x TEXT)")
    try database.execute(
      "INSERT INTO t VALUES (CAST(x'610000d86200' AS TEXT)), (CAST(x'00d8' AS TEXT)), ('ok')")
    let statement = try database.prepare("SELECT x FROM t ORDER BY rowid")
    #expect(try statement.step())
    #expect(statement.value(0) == .textBytes([0x61, 0xED, 0xA0, 0x80, 0x62]))
    #expect(try statement.step())
    #expect(statement.value(0) == .textBytes([0xED, 0xA0, 0x80]))
    #expect(try statement.step())
    #expect(statement.value(0) == "ok")
  }
}
