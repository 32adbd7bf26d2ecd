import Foundation
import Testing

@testable import SQLite

@Suite("Opening SQLite files")
struct OpeningTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func refusal(_ path: String, _ mode: SQLiteConnection.Mode = .readOnly) -> String {
    do {
      _ = try SQLiteConnection(path: path, mode: mode)
      return "opened"
    } catch {
      return String(describing: error)
    }
  }

  @Test("a missing file is named, and not made")
  func missing() throws {
    #expect(refusal(folder.path("no.db")).contains("there is no such file"))
    #expect(refusal(folder.path("no.db"), .readWrite).contains("there is no such file"))
    #expect(try folder.names.isEmpty)
  }

  @Test("a folder, an empty path, and other files are told apart")
  func wrongFiles() throws {
    #expect(refusal(folder.url.path).contains("it is a folder"))
    #expect(refusal("").contains("the path is empty"))
    #expect(refusal("a\0b").contains("NUL"))
    try Data("name,age\nAda,36\n".utf8).write(to: folder.url.appending(path: "users.csv"))
    #expect(refusal(folder.path("users.csv")).contains("it is not a SQLite database"))
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try Data(noise).write(to: folder.url.appending(path: "cipher.db"))
    #expect(refusal(folder.path("cipher.db")).contains("it is encrypted"))
  }

  @Test(
    "odd names are taken as they stand",
    arguments: ["a b.db", "100%?x=1#y.db", "file:x.db", "ü\u{1F600}.db", "-x.db", "q\"'.db", ":memory:"])
  func oddNames(name: String) throws {
    let path = try folder.database(name, "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    #expect(try folder.names == [name])
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    #expect(try connection.query("SELECT x FROM t") == [[1]])
  }

  @Test("an empty file is a database without tables")
  func empty() throws {
    try Data().write(to: folder.url.appending(path: "empty.db"))
    #expect(try SQLiteConnection(path: folder.path("empty.db"), mode: .readOnly).tables().isEmpty)
  }

  @Test("a damaged database is called damaged")
  func damaged() throws {
    let path = try folder.database("d.db", "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(20000))")
    let file = try FileHandle(forUpdating: URL(filePath: path))
    try file.truncate(atOffset: 4096)
    try file.close()
    let error = #expect(throws: SQLiteError.self) {
      try SQLiteConnection(path: path, mode: .readOnly).query("SELECT * FROM t")
    }
    #expect(error?.isCorrupt == true)
  }

  @Test("pages out of order are found, and broken constraints are left alone")
  func structure() throws {
    let path = try folder.database(
      "s.db",
      """
      PRAGMA page_size = 1024; CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT NOT NULL CHECK (x <> 'bad'));
      PRAGMA ignore_check_constraints = 1;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO t SELECT i, 'some text, ' || i FROM n;
      INSERT INTO t VALUES (501, 'bad');
      """)
    try SQLiteConnection(path: path, mode: .readOnly).verifyStructure(of: "t")
    var bytes = try Data(contentsOf: URL(filePath: path))
    let (one, other) = (Data(bytes[2048..<3072]), Data(bytes[4096..<5120]))
    bytes.replaceSubrange(2048..<3072, with: other)
    bytes.replaceSubrange(4096..<5120, with: one)
    try bytes.write(to: URL(filePath: path))
    let error = #expect(throws: SQLiteError.self) {
      try SQLiteConnection(path: path, mode: .readOnly).verifyStructure(of: "t")
    }
    #expect(error?.isCorrupt == true)
    #expect(error?.description.contains("out of order") == true)
  }

  @Test("a page that can't be read is the check's to tell of")
  func pageOfZeros() throws {
    let path = try folder.database(
      "z.db",
      """
      PRAGMA page_size = 1024; CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO t SELECT i, 'some text, ' || i FROM n;
      """)
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes.replaceSubrange(4096..<5120, with: Data(count: 1024))
    try bytes.write(to: URL(filePath: path))
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    #expect(throws: SQLiteError.self) { try connection.query("SELECT count(*) FROM t") }
    let error = #expect(throws: SQLiteError.self) { try connection.verifyStructure(of: "t") }
    #expect(error?.isCorrupt == true)
    #expect(error?.description.contains("quick_check") == true, "\(String(describing: error))")
  }

  @Test("reading changes no byte, and writing is refused")
  func readOnly() throws {
    let path = try folder.database("r.db", "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    let before = try Data(contentsOf: URL(filePath: path))
    do {
      let connection = try SQLiteConnection(path: path, mode: .readOnly)
      #expect(throws: SQLiteError.self) { try connection.execute("INSERT INTO t VALUES (2)") }
      #expect(throws: SQLiteError.self) { try connection.execute("CREATE TABLE u (x)") }
      #expect(throws: SQLiteError.self) { try connection.execute("PRAGMA user_version = 4") }
      _ = try connection.query("SELECT * FROM t")
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    #expect(try folder.names == ["r.db"])
  }

  @Test("commits that are still in the WAL are read, with no writer alive")
  func pendingWAL() throws {
    let path = folder.path("w.db")
    let writer = try SQLiteConnection(path: path, mode: .create)
    try writer.execute("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x)")
    try writer.execute("INSERT INTO t VALUES (1), (2), (3)")
    let copy = folder.path("copy.db")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
    let before = try Data(contentsOf: URL(filePath: copy + "-wal"))
    let reader = try SQLiteConnection(path: copy, mode: .readOnly)
    #expect(try reader.query("SELECT count(*) FROM t") == [[3]])
    #expect(try reader.journalMode() == "wal")
    #expect(!reader.isImmutable)
    #expect(try Data(contentsOf: URL(filePath: copy + "-wal")) == before)
  }

  @Test(
    "in a folder without write permission, a WAL database is read whole or refused",
    .enabled(if: geteuid() != 0, "root may write everywhere"))
  func readOnlyFolder() throws {
    let path = folder.path("w.db")
    let quiet = try folder.database(
      "quiet.db", "PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (7)")
    let writer = try SQLiteConnection(path: path, mode: .create)
    try writer.execute("PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    let copy = folder.path("copy.db")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
    defer { chmod(folder.url.path, 0o755) }
    #expect(refusal(copy).contains("holds changes that have to be merged in"))
    let reader = try SQLiteConnection(path: quiet, mode: .readOnly)
    #expect(reader.isImmutable)
    try reader.beginSnapshot()
    #expect(try reader.query("SELECT x FROM t") == [[7]])
    try reader.endSnapshot()
    // Somebody who may write does so all the same.
    chmod(folder.url.path, 0o755)
    try SQLiteConnection(path: quiet, mode: .readWrite).execute("INSERT INTO t VALUES (8)")
    #expect(throws: SQLiteError.self) { try reader.beginSnapshot() }
  }

  @Test("a statement with text behind it, none at all, and wrong counts of values are refused")
  func statements() throws {
    let connection = try SQLiteConnection(path: folder.path("s.db"), mode: .create)
    #expect(throws: SQLiteError.self) { try connection.prepare("SELECT 1; SELECT 2") }
    #expect(throws: SQLiteError.self) { try connection.prepare("  ") }
    #expect(throws: SQLiteError.self) { try connection.query("SELECT ?, ?", [1]) }
    let error = #expect(throws: SQLiteError.self) { try connection.query("SELECT a FROM nowhere") }
    #expect(error?.description.contains("no such table: nowhere") == true)
    #expect(error?.description.contains("SELECT a FROM nowhere") == true)
    #expect(try connection.query("SELECT ?, ? ;\n", [1, "two"]) == [[1, "two"]])
  }

  @Test("another thread can stop a statement, and a closed connection is left alone")
  func cancelling() async throws {
    let handle: SQLiteCancel
    do {
      let connection = try SQLiteConnection(path: folder.path("c.db"), mode: .create)
      handle = connection.cancelHandle
      let stopper = Thread { [handle] in
        // Interrupting before the statement runs does nothing, so this goes on until the connection is closed.
        while !Thread.current.isCancelled { handle.cancel() }
      }
      stopper.start()
      defer { stopper.cancel() }
      let error = #expect(throws: SQLiteError.self) {
        try connection.query(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n")
      }
      #expect(error?.isInterrupted == true)
    }
    handle.cancel()
  }
}
