import Codec
import Mongo
import TestSupport
import Testing

/// A mongod that dies, freezes, restarts or steps down in the middle of a cursor: an error within a limit, which says
/// rightly whether to try again; and a new cursor reads on.
@Suite final class MongoFaultTests {
  private let server: PrivateMongo
  private let proxy: FaultProxy
  private static let count = 5000

  init() throws {
    server = try PrivateMongo()
    proxy = try FaultProxy(to: server.port)
    let text = BSONValue.string(String(repeating: "kedge", count: 100))
    try server.connect().insert(
      "c", documents: (0..<Self.count).map { ["_id": .int32(Int32($0)), "text": text] })
  }

  private func connect(_ options: String = "") throws -> MongoConnection {
    let limits = "serverSelectionTimeoutMS=2000&" + options
    return try MongoConnection(MongoSettings(url: server.uri(port: proxy.port, options: limits)))
  }

  /// Reads ten documents, lets something happen, and reads on until the error.
  private func failure(
    _ connection: MongoConnection, _ event: () throws -> Void
  ) throws -> MongoError {
    let cursor = try connection.find(
      "c", options: ["batchSize": 10, "sort": ["_id": 1], "noCursorTimeout": true])
    for _ in 0..<10 { #expect(try cursor.next() != nil) }
    try event()
    return try #require(throws: MongoError.self) { while try cursor.next() != nil {} }
  }

  /// The same connection reads everything again, as soon as the server is back.
  private func expectWhole(_ connection: MongoConnection) throws {
    var ids: [Int] = []
    try waitUntil("the collection can be read again") {
      ids = []
      do {
        let cursor = try connection.find("c", options: ["sort": ["_id": 1]])
        while let bytes = try cursor.next() {
          ids.append(try #require(BSONDocument(copying: bytes)?["_id"]?.integer))
        }
        return true
      } catch let error as MongoError where error.isRetryable {
        return false
      }
    }
    #expect(ids == Array(0..<Self.count))
  }

  @Test(.timeLimit(.minutes(10))) func killedAndStartedAgain() throws {
    let connection = try connect()
    let error = try failure(connection) { try server.kill() }
    #expect(error.isRetryable && error.isConnectionLost, "\(error)")
    let down = try #require(throws: MongoError.self) { try connection.estimatedCount("c") }
    #expect(down.isRetryable && down.isConnectionLost, "\(down)")
    try server.start()
    try expectWhole(connection)
  }

  @Test(.timeLimit(.minutes(10))) func restartedBetweenTwoBatches() throws {
    let connection = try connect()
    let error = try failure(connection) {
      try server.stop()
      try server.start()
    }
    #expect(error.isRetryable, "\(error)")
    try expectWhole(connection)
  }

  @Test(.timeLimit(.minutes(10))) func steppedDown() throws {
    // To the server itself: a cursor lives on over a step-down there, and a write doesn't.
    let connection = try server.connect()
    try server.stepDown(seconds: 60)
    let error = try #require(throws: MongoError.self) {
      try connection.insert("c", documents: [["_id": 1_000_000]])
    }
    #expect(error.isRetryable && error.isConnectionLost, "\(error)")
    let read = try connection.find("c", options: ["batchSize": 10])
    do {
      while try read.next() != nil {}
    } catch let error as MongoError {
      #expect(error.isRetryable, "\(error)")
    }
    try server.connect().run(command: ["replSetFreeze": 0], database: "admin")
    try server.waitForPrimary()
    try expectWhole(connection)
  }

  @Test(.timeLimit(.minutes(10))) func aCursorThatTheServerForgot() throws {
    let connection = try connect()
    let administrator = try server.connect()
    let error = try failure(connection) {
      // As the server does with an idle cursor, or when it is told to.
      try administrator.killCursors(of: "c")
    }
    #expect(error.domain == .server && error.code == 43, "\(error)")
    #expect(error.isRetryable && !error.isConnectionLost)
    try expectWhole(connection)
  }

  @Test(.timeLimit(.minutes(10))) func frozen() throws {
    let connection = try connect("socketTimeoutMS=500")
    let error = try failure(connection) { server.freeze() }
    #expect(error.isRetryable && error.isConnectionLost, "\(error)")
    #expect(throws: MongoError.self) { try connect("socketTimeoutMS=500&connectTimeoutMS=500") }
    server.thaw()
    try expectWhole(connection)
  }

  @Test(.timeLimit(.minutes(10)), arguments: [FaultProxy.Fault.cut, .reset, .swallow, .stall])
  func theNetworkBreaks(fault: FaultProxy.Fault) throws {
    let connection = try connect("socketTimeoutMS=500")
    let error = try failure(connection) { proxy.inflict(fault) }
    #expect(error.isRetryable && error.isConnectionLost, "\(error)")
    try expectWhole(connection)
  }

  /// The server's own codes, as it gives them when told to fail so: which of them pass by themselves.
  @Test(.timeLimit(.minutes(10))) func codes() throws {
    let server = try PrivateMongo(arguments: ["--setParameter", "enableTestCommands=1"])
    let connection = try server.connect()
    let passing = [
      6, 7, 43, 63, 89, 91, 136, 150, 175, 189, 237, 246, 262, 365, 9001, 10107, 11600, 11602, 13435,
      13436,
    ]
    let lasting = [2, 13, 26, 50, 96, 292, 10334]
    for code in passing + lasting {
      let failing: BSONDocument = ["failCommands": ["find"], "errorCode": .int32(Int32(code))]
      // Always, for the driver itself tries some of them once more.
      try connection.run(
        command: ["configureFailPoint": "failCommand", "mode": "alwaysOn", "data": .document(failing)],
        database: "admin")
      let error = try #require(throws: MongoError.self) { _ = try connection.find("c").next() }
      #expect(error.domain == .server && error.code == code, "\(error)")
      #expect(error.isRetryable == passing.contains(code), "\(error)")
    }
  }
}

extension MongoConnection {
  /// Ends every cursor that is open on a collection.
  fileprivate func killCursors(of collection: String) throws {
    let idle = try aggregateOfAdmin()
    let command: BSONDocument = [
      "killCursors": .string(collection), "cursors": BSONValue(idle),
    ]
    try run(command: command)
  }

  private func aggregateOfAdmin() throws -> [BSONValue] {
    let reply = try run(
      command: [
        "aggregate": 1, "pipeline": [["$currentOp": ["idleCursors": true, "allUsers": true]]], "cursor": [:],
      ], database: "admin")
    let operations = reply["cursor"]?.document?["firstBatch"]?.elements ?? []
    return operations.compactMap { $0.document?["cursor"]?.document?["cursorId"] }
  }
}
