import Codec
import Foundation
import Glibc
import Mongo
import SQLite
import TestSupport
import Testing

/// The source fails in the middle of a backfill.
@Suite("The source fails")
struct SourceFaultTests {
  enum Blow: CaseIterable, Sendable {
    case killed, restarted, steppedDown, cursorKilled
  }

  /// In the middle of a chunk, with most of its cursor still to be read.
  private static let point = "after-convert@2100"

  @Test("MongoDB ends, steps down, or forgets a cursor", .timeLimit(.minutes(10)), arguments: Blow.allCases)
  func mongo(blow: Blow) throws {
    let mongo = try PrivateMongo()
    let scene = try FaultScene(mongo: mongo)
    let running = try scene.start(
      source: mongo.uri(options: "batchSize=100"), stop: Self.point)
    switch blow {
    case .killed:
      try mongo.kill()
      try scene.letGo()
      try mongo.start()
    case .restarted:
      try mongo.stop()
      try mongo.start()
      try scene.letGo()
    case .steppedDown:
      try mongo.stepDown()
      try scene.letGo()
    case .cursorKilled:
      try mongo.connect().run(command: ["killAllSessionsByPattern": .array([:])], database: "admin")
      try scene.letGo()
    }
    try scene.expectWhole(try scene.end(running))
  }

  @Test(
    "the way to MongoDB is cut, reset, swallowed, stalled", .timeLimit(.minutes(10)),
    arguments: [FaultProxy.Fault.cut, .reset, .swallow, .stall])
  func wayToMongo(fault: FaultProxy.Fault) throws {
    let mongo = try PrivateMongo()
    let scene = try FaultScene(mongo: mongo)
    let proxy = try FaultProxy(to: mongo.port)
    let running = try scene.start(
      source: mongo.uri(port: proxy.port, options: "socketTimeoutMS=2000"), stop: "after-commit@5")
    // Within the cursor of the second chunk.
    proxy.arm(fault, afterBytes: 100_000, .toClient)
    try scene.letGo()
    try waitUntil("the fault strikes") { proxy.hasFired }
    if case .stall = fault {
      var (last, still) = (-1, 0)
      try waitUntil("nothing moves") {
        let sent = proxy.bytes(.toClient)
        still = sent == last ? still + 1 : 0
        last = sent
        return still == 100
      }
      proxy.resume()
    }
    try scene.expectWhole(try scene.end(running))
  }

  @Test("MongoDB never comes back", .timeLimit(.minutes(10)))
  func mongoStaysAway() throws {
    let mongo = try PrivateMongo()
    let scene = try FaultScene(mongo: mongo)
    let running = try scene.start("--patience", "3", stop: "after-commit@5")
    try mongo.kill()
    try scene.letGo()
    try scene.expectFailure(try scene.end(running), says: "MongoDB", "3 seconds (--patience)")
    try mongo.start()
    try scene.expectWholeAfterwards()
  }

  @Test("a SQLite file is locked by a writer, who lets it go", .timeLimit(.minutes(10)))
  func sqliteLocked() throws {
    let scene = try FaultScene()
    let writer = try SQLiteConnection(path: scene.folder.path + "/rows.db", mode: .create)
    try writer.execute("BEGIN EXCLUSIVE")
    let refused = try scene.end(try scene.start("--patience", "3"))
    #expect(refused.code == 1)
    #expect(refused.errors.contains("Another program holds a lock on it"), "\(refused.errors)")
    try writer.execute("ROLLBACK")
    try scene.expectWholeAfterwards()
  }

  enum Damage: CaseIterable, Sendable {
    case replaced, truncated, deleted
  }

  @Test("a SQLite file is replaced, cut off or deleted", .timeLimit(.minutes(10)), arguments: Damage.allCases)
  func sqliteDamaged(damage: Damage) throws {
    let scene = try FaultScene()
    let path = scene.folder.path + "/rows.db"
    let copy = scene.folder.path + "/copy.db"
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let running = try scene.start(stop: "after-commit@5")
    switch damage {
    case .replaced: #expect(rename(copy, path) == 0)
    case .truncated: #expect(truncate(path, 65536) == 0)
    case .deleted: try FileManager.default.removeItem(atPath: path)
    }
    try scene.letGo()
    let outcome = try scene.end(running)
    try scene.expectFailure(outcome, says: "SQLite database")
    if damage != .replaced {
      if damage == .truncated { try FileManager.default.removeItem(atPath: path) }
      try FileManager.default.copyItem(atPath: copy, toPath: path)
    }
    try scene.expectWholeAfterwards()
  }
}
