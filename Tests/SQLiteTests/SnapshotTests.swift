import Foundation
import Synchronization
import Testing

@testable import SQLite

@Suite("SQLite snapshots")
struct SnapshotTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a reader of a WAL database keeps its snapshot while a writer commits")
  func keepsSnapshot() throws {
    let path = try folder.database(
      "w.db", "PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    let writer = try SQLiteConnection(path: path, mode: .readWrite)
    let reader = try SQLiteConnection(path: path, mode: .readOnly)
    let version = try reader.dataVersion()
    try reader.beginSnapshot()
    try writer.execute("INSERT INTO t VALUES (2); CREATE TABLE u (y)")
    #expect(try reader.query("SELECT count(*) FROM t") == [[1]])
    #expect(try reader.tables().map(\.name) == ["t"])
    try writer.execute("DELETE FROM t")
    #expect(try reader.query("SELECT count(*) FROM t") == [[1]])
    try reader.endSnapshot()
    #expect(try reader.query("SELECT count(*) FROM t") == [[0]])
    #expect(try reader.dataVersion() != version)
  }

  @Test("a group sees one state while a writer commits in a loop")
  func groupUnderWriter() throws {
    let path = try folder.database(
      "g.db",
      "PRAGMA journal_mode = wal; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)")
    let stop = Atomic(false)
    let commits = Atomic(0)
    let failure = Mutex<String?>(nil)
    try withThread {
      do {
        let writer = try SQLiteConnection(path: path, mode: .readWrite)
        try writer.execute("PRAGMA synchronous = off")
        let statement = try writer.prepare("UPDATE t SET n = n + 1")
        while !stop.load(ordering: .relaxed) {
          _ = try statement.step()
          commits.add(1, ordering: .relaxed)
        }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
    } during: {
      defer { stop.store(true, ordering: .relaxed) }
      while commits.load(ordering: .relaxed) == 0, failure.withLock({ $0 }) == nil {
        Thread.sleep(forTimeInterval: 0)
      }
      var seen: Set<Int> = []
      for _ in 0..<50 {
        let group = try SQLiteSnapshotGroup(path: path, count: 4)
        let states = try group.connections.map { try $0.query("SELECT n FROM t")[0][0].integer ?? -1 }
        #expect(Set(states).count == 1, "\(states)")
        let again = try group.connections.map { try $0.query("SELECT n FROM t")[0][0].integer ?? -1 }
        #expect(again == states)
        seen.formUnion(states)
        try group.end()
      }
      #expect(seen.count > 1, "the writer didn't get on")
    }
    #expect(failure.withLock { $0 } == nil)
  }

  @Test("a group of a rollback-journal database makes writers wait, and lets them go on after its end")
  func rollbackJournal() throws {
    let path = try folder.database("r.db", "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)")
    let group = try SQLiteSnapshotGroup(path: path, count: 3)
    let writer = try SQLiteConnection(path: path, mode: .readWrite)
    try writer.query("PRAGMA busy_timeout = 0")
    let error = #expect(throws: SQLiteError.self) { try writer.execute("UPDATE t SET n = 1") }
    #expect(error?.isBusy == true)
    try group.end()
    try writer.execute("UPDATE t SET n = 1")
    #expect(try group.connections[0].query("SELECT n FROM t") == [[1]])
  }

  /// Runs one closure on a thread of its own while the other runs here, and waits for its end.
  private func withThread(_ beside: @escaping @Sendable () -> Void, during body: () throws -> Void) throws {
    let finished = DispatchSemaphore(value: 0)
    Thread {
      beside()
      finished.signal()
    }.start()
    defer { finished.wait() }
    try body()
  }
}
