import Codec
import DatabaseGuards
import Executors
import Mongo
import Postgres
import Synchronization
import TestSupport
import Testing

/// A collection is guarded, and given back, while others write it as fast as the server takes it.
@Suite("Guarding a MongoDB collection under load")
struct MongoGuardWriterTests {
  /// What writers were told.
  private final class Book: Sendable {
    struct State {
      /// By writer: the ids that the server has taken.
      var taken: [[String]]
      var refused: [Int]
      var codes: Set<Int> = []
      /// Writes that began after the guard was there, and were taken all the same.
      var leaks: [String] = []
      var isGuarded = false
    }
    let state: Mutex<State>

    init(_ writers: Int) {
      state = Mutex(
        State(taken: Array(repeating: [], count: writers), refused: Array(repeating: 0, count: writers)))
    }

    func write(_ writer: Int, _ mongo: MongoConnection, _ number: Int) throws {
      let wasGuarded = state.withLock { $0.isGuarded }
      let id = "w\(writer)-\(number)"
      do {
        if number % 2 == 0 {
          try mongo.run(command: ["insert": "users", "documents": [["_id": .string(id)]]])
        } else {
          let upsert: BSONValue = ["q": ["_id": .string(id)], "u": ["$set": ["n": 1]], "upsert": true]
          try mongo.run(command: ["update": "users", "updates": [upsert]])
        }
        state.withLock {
          $0.taken[writer].append(id)
          if wasGuarded, $0.isGuarded { $0.leaks.append(id) }
        }
      } catch let error as MongoError where error.domain == .server {
        state.withLock {
          $0.codes.insert(error.code)
          $0.refused[writer] += 1
        }
      }
    }

    /// Waits until every writer was taken at its word so often from now on.
    func waitForWrites(_ count: Int) throws {
      let start = state.withLock { $0.taken.map(\.count) }
      try waitUntil("the writers write") {
        state.withLock { state in zip(state.taken, start).allSatisfy { $0.count >= $1 + count } }
      }
    }

    func waitForRefusals(_ count: Int) throws {
      let start = state.withLock { $0.refused }
      try waitUntil("the writers are refused") {
        state.withLock { state in zip(state.refused, start).allSatisfy { $0 >= $1 + count } }
      }
    }
  }

  /// In single steps writers may win, and are told so; nothing is lost all the same.
  @Test("no document is lost, and from then on every write fails", arguments: [true, false])
  func load(_ swapsAtOnce: Bool) throws {
    let scene = try MongoGuardScene()
    let (writers, rounds) = (3, 4)
    let book = Book(writers)
    let (settings, catalog) = (scene.mongo.settings, scene.target.settings)
    let stop = StopFlag()
    try scene.mongo.insert("users", documents: [["_id": "first"]])
    _ = try parallel(writers + 1, name: "writer", stop: stop) { thread in
      let mongo = try MongoConnection(settings)
      if thread < writers {
        var number = 0
        while !stop.isSet {
          try book.write(thread, mongo, number)
          number += 1
        }
        return
      }
      defer { stop.set() }
      let rules = MongoGuard(
        plan: try MongoGuardScene.plan("core"), store: 0, mongo: mongo,
        catalog: try PostgresConnection(catalog),
        patience: .seconds(60), swapsAtOnce: swapsAtOnce)
      for round in 0...rounds {
        try book.waitForWrites(30)
        do {
          _ = try rules.install(nil)
          book.state.withLock { $0.isGuarded = true }
        } catch let error as StoreGuardError where !swapsAtOnce {
          #expect(error.message.hasPrefix("writers made"))
          print("round \(round): the writers won")
        }
        try book.waitForRefusals(30)
        book.state.withLock { $0.isGuarded = false }
        if round < rounds { _ = try rules.uninstall() }
      }
    }
    // Without writers it comes about in single steps, too.
    _ = try scene.rules("core", swapsAtOnce: swapsAtOnce).install(nil)
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
    let (taken, codes, leaks) = book.state.withLock { ($0.taken.flatMap { $0 }, $0.codes, $0.leaks) }
    #expect(leaks.isEmpty)
    // 48: two made the collection anew at once.
    #expect(codes.isSubset(of: swapsAtOnce ? [121, 166] : [121, 166, 48]), "\(codes)")
    let strays = try scene.mongo.collections().map(\.name).filter { $0.hasPrefix("kedge_stray.") }
    let found = try (["users"] + strays).flatMap { try scene.ids($0) }
    #expect(found.sorted() == (taken + ["first"]).sorted())
    print("swapped at once: \(swapsAtOnce); \(taken.count) writes taken, \(strays.count) strays")
    if swapsAtOnce { #expect(strays.isEmpty) }
    // Each stray is named until somebody has looked at it.
    let rules = try scene.rules("core")
    #expect(try rules.findings().map(\.object) == strays)
    for stray in strays { try scene.mongo.drop(stray) }
    _ = try rules.install(nil)
    #expect(try rules.findings().isEmpty)
  }

  @Test("a lock that others hold is waited for, and the collection named when the patience ends")
  func held() throws {
    let server = try PrivateMongo()
    let scene = try MongoGuardScene(mongo: try server.connect())
    try scene.mongo.insert("users", documents: [["_id": "u1"]])
    let other = try server.connect()
    try other.run(command: ["fsync": 1, "lock": true], database: "admin")
    let error = #expect(throws: StoreGuardError.self) {
      try scene.rules("core", patience: .milliseconds(100)).install(nil)
    }
    #expect(error?.description.contains("in use for longer") == true)
    try other.run(command: ["fsyncUnlock": 1], database: "admin")
    _ = try scene.rules("core").install(nil)
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
  }
}
