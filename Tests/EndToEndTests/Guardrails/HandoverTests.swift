import Codec
import Executors
import Foundation
import Mongo
import Postgres
import SQLite
import Synchronization
import TestSupport
import Testing

/// One owner at a time, seen by two writers at full speed, one on each side, while the phase goes to core and back.
@Suite("Handing an entity over", .serialized)
struct HandoverTests {
  /// A write that a store took: when it was begun, and when its answer was there.
  private struct Taken {
    var isOld: Bool
    var begun: ContinuousClock.Instant
    var ended: ContinuousClock.Instant
  }

  private final class Record: Sendable {
    private let taken = Mutex<[Taken]>([])
    func add(_ one: Taken) { taken.withLock { $0.append(one) } }
    var all: [Taken] { taken.withLock { $0 } }
    /// Waits until a side has taken so many more writes than it had.
    func wait(isOld: Bool, more: Int) throws {
      let before = all.count { $0.isOld == isOld }
      try waitUntil("\(isOld ? "the old store" : "Postgres") takes writes") {
        all.count { $0.isOld == isOld } >= before + more
      }
    }
  }

  /// Writes until it is told to stop; a write that is refused is tried again, with another key.
  private func writer(
    _ record: Record, isOld: Bool, _ stop: StopFlag, _ write: @escaping @Sendable (Int) throws -> Bool
  ) throws -> DedicatedThread {
    try DedicatedThread(name: isOld ? "old" : "postgres") {
      var key = 1_000_000
      while !stop.isSet {
        key += 1
        let begun = ContinuousClock.now
        do {
          if try write(key) { record.add(Taken(isOld: isOld, begun: begun, ended: .now)) }
        } catch {
          Issue.record("\(error)")
          return
        }
      }
    }
  }

  @Test("SQLite and Postgres never both take writes", .timeLimit(.minutes(3)))
  func sqlite() throws {
    let scene = try Scene(rows: 10)
    let path = String(scene.source.dropFirst("sqlite:".count))
    try handOver(scene) { stop, record in
      try writer(record, isOld: true, stop) { key in
        let connection = try SQLiteConnection(path: path, mode: .readWrite)
        do {
          try connection.execute("INSERT INTO rows (id, name) VALUES (\(key), 'old')")
          return true
        } catch let error as SQLiteError where "\(error)".contains("not_owner") { return false }
      }
    }
  }

  @Test("MongoDB and Postgres never both take writes", .timeLimit(.minutes(3)))
  func mongo() throws {
    let mongo = try TestMongo()
    let scene = try Scene(rows: 10, mongo: mongo)
    let settings = mongo.connection.settings
    try handOver(scene) { stop, record in
      let connection = Mutex<MongoConnection?>(nil)
      return try writer(record, isOld: true, stop) { key in
        try connection.withLock { open in
          let mongo = try open ?? MongoConnection(settings)
          open = mongo
          do {
            try mongo.insert("rows", documents: [["_id": .int64(Int64(key)), "name": "old"]])
            return true
          } catch let error as MongoError where [121, 166].contains(error.code) { return false }
        }
      }
    }
  }

  private func handOver(_ scene: Scene, _ oldWriter: (StopFlag, Record) throws -> DedicatedThread) throws {
    func run(_ words: String...) throws {
      let outcome = try Program.kedge.run(words + scene.arguments("").dropFirst())
      #expect(outcome.code == 0, "\(words): \(outcome.errors)")
    }
    try run("backfill")
    try run("guard", "install")
    try run("phase", "set", "rows", "shadow")
    let (record, stop) = (Record(), StopFlag())
    let postgres = Mutex<PostgresConnection?>(nil)
    let settings = scene.target.settings
    let threads = [
      try oldWriter(stop, record),
      try writer(record, isOld: false, stop) { key in
        try postgres.withLock { open in
          let connection = try open ?? PostgresConnection(settings)
          open = connection
          do {
            _ = try connection.execute("INSERT INTO core.rows (id, name) VALUES (\(key), 'new')")
            return true
          } catch let error as PostgresError where error.sqlState == "KG001" { return false }
        }
      },
    ]
    defer {
      stop.set()
      for thread in threads { thread.join() }
    }
    try record.wait(isOld: true, more: 3)
    try run("phase", "set", "rows", "core")
    try record.wait(isOld: false, more: 3)
    let forward = record.all
    try run("phase", "set", "rows", "shadow")
    try record.wait(isOld: true, more: 3)
    let back = record.all.dropFirst(forward.count)
    // The last write that the one side took was begun before the first that the other took had ended, or there was an instant at
    // which both were open.
    let lastOld = forward.filter(\.isOld).map(\.begun).max()
    let firstNew = forward.filter { !$0.isOld }.map(\.ended).min()
    #expect(try #require(lastOld) < #require(firstNew))
    let firstOld = try #require(back.filter(\.isOld).map(\.ended).min())
    for new in back where !new.isOld { #expect(new.begun < firstOld) }
  }

  @Test("a change of phase that is killed leaves no owner or one, and the same command completes it")
  func killed() throws {
    var kills = 0
    for point in ["before-guard@1", "after-guard@1", "after-guard@2"] {
      let scene = try Scene(rows: 10)
      let path = String(scene.source.dropFirst("sqlite:".count))
      func run(_ words: [String], _ environment: [String: String] = [:]) throws -> Program.Outcome {
        try Program.kedge.run(words + scene.arguments("").dropFirst(), environment: environment)
      }
      #expect(try run(["backfill"]).code == 0)
      #expect(try run(["guard", "install"]).code == 0)
      #expect(try run(["phase", "set", "rows", "shadow"]).code == 0)
      let killed = try run(["phase", "set", "rows", "core"], ["KEDGE_STOP_POINT": "\(point):kill"])
      if killed.code == 0 { continue }
      kills += 1
      func isTaken(_ write: () throws -> Void) -> Bool {
        do {
          try write()
          return true
        } catch { return false }
      }
      let old = isTaken {
        try SQLiteConnection(path: path, mode: .readWrite).execute("UPDATE rows SET name = 'x' WHERE id = 1")
      }
      let new = isTaken { _ = try scene.target.execute("UPDATE core.rows SET name = 'x' WHERE id = 1") }
      #expect(!(old && new), "\(point)")
      #expect(try scene.target.value("SELECT phase FROM kedge.phases") == "shadow")
      let again = try run(["phase", "set", "rows", "core"])
      #expect(again.code == 0, "\(point): \(again.errors)")
      #expect(try run(["guard", "status"]).code == 0, "\(point)")
      #expect(throws: SQLiteError.self) {
        try SQLiteConnection(path: path, mode: .readWrite).execute("UPDATE rows SET name = 'y' WHERE id = 1")
      }
      _ = try scene.target.execute("UPDATE core.rows SET name = 'y' WHERE id = 1")
    }
    #expect(kills >= 2)
  }
}
