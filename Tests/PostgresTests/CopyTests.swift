import Postgres
import Testing

@Suite struct CopyTests {
  struct Stop: Error {}

  private func bigEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  private func row(_ id: Int32, _ text: String?) -> [UInt8] {
    var bytes = bigEndian(Int16(2)) + bigEndian(Int32(4)) + bigEndian(id)
    if let text {
      bytes += bigEndian(Int32(text.utf8.count)) + Array(text.utf8)
    } else {
      bytes += bigEndian(Int32(-1))
    }
    return bytes
  }

  private func withTable(_ body: (PostgresConnection) throws -> Void) throws {
    try TestDatabase.with { connection throws in
      try connection.execute("CREATE TABLE t (id int PRIMARY KEY, name text)")
      try body(connection)
    }
  }

  @Test func bytesGoInAndComeOutAlike() throws {
    try withTable { connection throws in
      let rows = [row(1, "ünï"), row(2, nil), row(3, ""), row(4, String(repeating: "x", count: 700_000))]
      let stream = CopyBinary.header + rows.flatMap { $0 } + CopyBinary.trailer
      #expect(CopyBinary.header.count == 19)
      try connection.beginCopyIn("COPY t (id, name) FROM STDIN (FORMAT binary)")
      try connection.put(stream)
      #expect(try connection.endCopyIn() == 4)

      var out: [UInt8] = []
      try connection.copyOut("COPY (SELECT id, name FROM t ORDER BY id) TO STDOUT (FORMAT binary)") {
        out += $0
      }
      #expect(out == stream)

      let cursor = try connection.openCopyOut(
        "COPY (SELECT id, name FROM t ORDER BY id) TO STDOUT (FORMAT binary)")
      var pulled: [[UInt8]] = []
      while let bytes = try cursor.nextBinaryRow() { pulled.append(Array(bytes)) }
      #expect(pulled == rows)
      #expect(cursor.rowCount == 4)
      #expect(try cursor.nextBinaryRow() == nil)
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)
    }
  }

  @Test func anEmptyStreamIsHeaderAndTrailer() throws {
    try withTable { connection throws in
      try connection.beginCopyIn("COPY t FROM STDIN (FORMAT binary)")
      try connection.put(CopyBinary.header + CopyBinary.trailer)
      #expect(try connection.endCopyIn() == 0)
      let cursor = try connection.openCopyOut("COPY t TO STDOUT (FORMAT binary)")
      #expect(try cursor.nextBinaryRow() == nil)
      var out: [UInt8] = []
      try connection.copyOut("COPY t TO STDOUT (FORMAT binary)") { out += $0 }
      #expect(out == CopyBinary.header + CopyBinary.trailer)
    }
  }

  @Test func anErrorInTheMiddleNamesItsPlaceAndLeavesTheConnection() throws {
    try withTable { connection throws in
      try connection.beginCopyIn("COPY t (id, name) FROM STDIN")
      for line in 1...1000 { try connection.put(Array("\(line)\tx\n".utf8)) }
      try connection.put(Array("secret\tx\n".utf8))
      for line in 1001...20000 { try connection.put(Array("\(line)\tx\n".utf8)) }
      let error = try #require(throws: PostgresError.self) { try connection.endCopyIn() }
      #expect(error.code == .server)
      #expect(error.sqlState == "22P02")
      #expect(error.context?.contains("line 1001") == true)
      #expect(error.copyPlace == "COPY t, line 1001, column id")
      #expect(error.description.contains("line 1001"))
      #expect(!error.description.contains("secret"))
      #expect(try connection.query("SELECT count(*) AS count FROM t")[0].int("count") == 0)

      try connection.beginCopyIn("COPY t (id, name) FROM STDIN (FORMAT binary)")
      try connection.put(CopyBinary.header + row(1, "a") + row(1, "b") + CopyBinary.trailer)
      let duplicate = try #require(throws: PostgresError.self) { try connection.endCopyIn() }
      #expect(duplicate.constraint == "t_pkey")
      #expect(duplicate.context?.contains("COPY t, line 2") == true)
    }
  }

  @Test func abortingLandsNothing() throws {
    try withTable { connection throws in
      try connection.beginCopyIn("COPY t FROM STDIN")
      try connection.put(Array("1\tx\n".utf8))
      #expect(throws: PostgresError.self) { try connection.execute("SELECT 1") }
      connection.abortCopyIn("changed our mind")
      connection.abortCopyIn("twice does nothing")
      #expect(try connection.query("SELECT count(*) AS count FROM t")[0].int("count") == 0)
      #expect(throws: PostgresError.self) { try connection.put([1]) }
      #expect(throws: PostgresError.self) { try connection.endCopyIn() }
    }
  }

  @Test func refusesWhatIsNoCopy() throws {
    try withTable { connection throws in
      #expect(throws: PostgresError.self) { try connection.beginCopyIn("SELECT 1") }
      #expect(throws: PostgresError.self) { try connection.beginCopyIn("COPY t TO STDOUT") }
      #expect(throws: PostgresError.self) { try connection.openCopyOut("COPY t FROM STDIN") }
      let missing = try #require(throws: PostgresError.self) {
        try connection.beginCopyIn("COPY nowhere FROM STDIN")
      }
      #expect(missing.sqlState == "42P01")
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)
    }
  }

  @Test func readingStopsEarly() throws {
    try TestDatabase.with { connection throws in
      let sql = "COPY (SELECT generate_series(1, 2000000000)) TO STDOUT"
      var seen = 0
      #expect(throws: Stop.self) {
        try connection.copyOut(sql) { _ in
          seen += 1
          if seen == 1000 { throw Stop() }
        }
      }
      #expect(seen == 1000)
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)

      let cursor = try connection.openCopyOut(sql)
      _ = try cursor.next()
      cursor.close()
      cursor.close()
      #expect(throws: PostgresError.self) { try cursor.next() }
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)

      do { _ = try connection.openCopyOut(sql).next() }
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)
    }
  }

  @Test func aCursorThatIsOverLeavesTheNextOneAlone() throws {
    try TestDatabase.with { connection throws in
      let sql = "COPY (SELECT generate_series(1, 3)) TO STDOUT"
      var first: CopyOutCursor?
      #expect(throws: Stop.self) {
        try connection.transaction {
          first = try connection.openCopyOut(sql)
          throw Stop()
        }
      }
      let second = try connection.openCopyOut(sql)
      first?.close()
      first = nil
      var lines = 0
      while try second.next() != nil { lines += 1 }
      #expect(lines == 3)
    }
  }

  @Test func twoStreamsCanBeMerged() throws {
    try TestDatabase.with { one in
      let two = try PostgresConnection(one.settings)
      defer { two.close() }
      let sql = "COPY (SELECT g, repeat('x', 100) FROM generate_series(1, 50000) g) TO STDOUT (FORMAT binary)"
      let left = try one.openCopyOut(sql)
      let right = try two.openCopyOut(sql)
      var count = 0
      while let a = try left.nextBinaryRow(), let b = try right.nextBinaryRow() {
        guard a.elementsEqual(b) else { break }
        count += 1
      }
      #expect(count == 50000)
      #expect(try right.nextBinaryRow() == nil)
    }
  }

  @Test func anErrorWhileReadingIsTheServers() throws {
    try TestDatabase.with { connection throws in
      let cursor = try connection.openCopyOut(
        "COPY (SELECT 1 / (g - 5000) FROM generate_series(1, 9000) g) TO STDOUT")
      let error = try #require(throws: PostgresError.self) { while try cursor.next() != nil {} }
      #expect(error.sqlState == "22012")
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)
      let text = try connection.openCopyOut("COPY (SELECT 1) TO STDOUT")
      let format = try #require(throws: PostgresError.self) { try text.nextBinaryRow() }
      #expect(format.code == .protocol)
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)
    }
  }
}
