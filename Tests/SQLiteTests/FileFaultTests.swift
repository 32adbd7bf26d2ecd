import Foundation
import Testing

@testable import SQLite

@Suite("SQLite files that change under a reader")
struct FileFaultTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let fill =
    "CREATE TABLE t (n INTEGER, x BLOB); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 500) "
    + "INSERT INTO t SELECT i, zeroblob(1000) FROM c"

  private func failure(_ body: () throws -> Void) throws -> SQLiteError {
    try #require(throws: SQLiteError.self) { try body() }
  }

  private func expectReplaced(_ error: SQLiteError, _ text: String) {
    #expect(error.isReplaced && !error.isRetryable && !error.isBusy, "\(error)")
    #expect(error.description.contains(text), "\(error)")
  }

  @Test("a lock that a writer holds is busy, and the only thing that is tried again")
  func locked() throws {
    let path = try folder.database("l.db", Self.fill)
    let writer = try SQLiteConnection(path: path, mode: .readWrite)
    let reader = try SQLiteConnection(path: path, mode: .readOnly)
    try reader.query("PRAGMA busy_timeout = 20")
    try writer.execute("BEGIN EXCLUSIVE")
    let error = try failure { try reader.beginSnapshot() }
    #expect(error.isBusy && error.isRetryable && !error.isReplaced)
    #expect(error.description.contains("wait for that program's transaction to end"))
    try writer.execute("COMMIT")
    try reader.beginSnapshot()
    #expect(try reader.query("SELECT count(*) FROM t") == [[500]])
  }

  @Test("a file that is replaced is noticed by old sessions and by new ones", arguments: ["delete", "wal"])
  func replaced(mode: String) throws {
    let path = try folder.database("r.db", "PRAGMA journal_mode = \(mode); " + Self.fill)
    let other = try folder.database("o.db", "PRAGMA journal_mode = \(mode); CREATE TABLE t (n)")
    let group = try SQLiteSnapshotGroup(path: path, count: 2)
    for connection in group.connections { try connection.requireSameFile() }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: other, toPath: path)
    // What is open still reads the old file, whole.
    #expect(try group.connections[0].query("SELECT count(*) FROM t") == [[500]])
    expectReplaced(
      try failure { try group.connections[1].requireSameFile() }, "another file was put in its place")
    expectReplaced(
      try failure { _ = try SQLiteSnapshotGroup(path: path, count: 1, expected: group.identity) },
      "another file was put in its place")
    expectReplaced(try failure { try group.end() }, "another file was put in its place")
    let fresh = try SQLiteSnapshotGroup(path: path, count: 1)
    #expect(try fresh.connections[0].query("SELECT count(*) FROM t") == [[0]])
  }

  @Test("a file that is deleted is noticed")
  func deleted() throws {
    let path = try folder.database("d.db", Self.fill)
    let group = try SQLiteSnapshotGroup(path: path, count: 1)
    try FileManager.default.removeItem(atPath: path)
    expectReplaced(try failure { try group.connections[0].requireSameFile() }, "deleted or moved away")
    let error = try failure { _ = try SQLiteSnapshotGroup(path: path, count: 1, expected: group.identity) }
    #expect(error.isUnreadable && !error.isRetryable)
  }

  @Test("a file that is cut while it is read gives an error that says so, and no short result")
  func truncated() throws {
    let path = try folder.database("t.db", Self.fill)
    let reader = try SQLiteConnection(path: path, mode: .readOnly)
    try reader.query("PRAGMA cache_size = 1")
    try reader.beginSnapshot()
    let statement = try reader.prepare("SELECT n, x FROM t")
    for _ in 0..<10 { #expect(try statement.step()) }
    #expect(truncate(path, 65_536) == 0)
    expectReplaced(try failure { while try statement.step() {} }, "it was cut from")
    expectReplaced(try failure { try reader.requireSameFile() }, "it was cut from")
  }

  @Test("a file that is overwritten in its place is noticed at the end")
  func overwritten() throws {
    let path = try folder.database("w.db", Self.fill)
    let other = try folder.database(
      "o.db", Self.fill + "; UPDATE t SET n = -n; CREATE TABLE u AS SELECT * FROM t")
    let reader = try SQLiteConnection(path: path, mode: .readOnly)
    try reader.beginSnapshot()
    let bytes = try Data(contentsOf: URL(filePath: other))
    let file = try FileHandle(forUpdating: URL(filePath: path))
    try file.write(contentsOf: bytes)
    try file.close()
    expectReplaced(try failure { try reader.endSnapshot() }, "overwrote it")
    // The connection is of use again, for the file as it is now.
    try reader.beginSnapshot()
    #expect(try reader.query("SELECT min(n) FROM u") == [[-500]])
  }
}
