internal import Codec
internal import Foundation
internal import Glibc
internal import Mongo
internal import Synchronization

/// The MongoDB server of this test process: the one that `KEDGE_TEST_MONGODB_URI` names, else a private one, which is started by
/// the first that needs it and ends with the process. It is a replica set of one, so that transactions and change streams work.
struct MongoServer: Sendable {
  /// Builds the URI of a database.
  let uri: @Sendable (_ database: String) -> String

  private static let shared = Mutex<Result<MongoServer, TestServerError>?>(nil)

  /// The server, started if it has to be.
  ///
  /// - Parameter caller: the test's file, to look for `.build/mongod` above it.
  static func current(caller: String) throws -> MongoServer {
    try shared.withLock { known in
      if let known { return try known.get() }
      do {
        let server = try make(caller)
        known = .success(server)
        return server
      } catch let error as TestServerError {
        known = .failure(error)
        throw error
      } catch {
        let failure = TestServerError("No MongoDB server for the tests: \(error)")
        known = .failure(failure)
        throw failure
      }
    }
  }

  private static func make(_ caller: String) throws -> MongoServer {
    let environment = ProcessInfo.processInfo.environment
    if let uri = environment["KEDGE_TEST_MONGODB_URI"], !uri.isEmpty {
      return MongoServer(uri: { DatabaseURL.replace(in: uri, by: $0) })
    }
    let program = try program(environment, caller)
    let folder = try ServerFolder("mongo")
    let data = folder.path + "/data"
    guard mkdir(data, 0o700) == 0 else { throw ServerFolder.failure("make the folder \(data)") }
    let log = folder.path + "/log"
    let port = try startOnFreePort { port in
      let server = try SpawnedProgram(
        [
          program, "--dbpath", data, "--bind_ip", "127.0.0.1", "--port", "\(port)", "--replSet", "rs0",
          "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64", "--nounixsocket", "--quiet",
          "--setParameter",
          "diagnosticDataCollectionEnabled=false",
        ], log: log)
      try folder.guards(server.pid, signal: "KILL")
      let settings = try MongoSettings(url: uri(port, "admin", "&serverSelectionTimeoutMS=200"))
      try wait(for: server, log: log) {
        do {
          _ = try MongoConnection(settings).serverInfo()
          return true
        } catch let error as MongoError where error.isRetryable {
          return false
        }
      }
      let connection = try MongoConnection(MongoSettings(url: uri(port, "admin")))
      let member: BSONDocument = ["_id": 0, "host": .string("127.0.0.1:\(port)")]
      let members: BSONDocument = ["_id": "rs0", "members": [.document(member)]]
      try connection.run(command: ["replSetInitiate": .document(members)], database: "admin")
      try wait(for: server, log: log) { try connection.serverInfo().isWritablePrimary }
    }
    return MongoServer(uri: { uri(port, $0) })
  }

  private static func uri(_ port: Int, _ database: String, _ options: String = "") -> String {
    "mongodb://127.0.0.1:\(port)/\(database)?directConnection=true\(options)"
  }

  /// The mongod that the environment names, that is on PATH, or that `scripts/setup` of Kedge has unpacked in a folder above the
  /// test's file.
  private static func program(_ environment: [String: String], _ caller: String) throws -> String {
    let files = FileManager.default
    if let named = environment["KEDGE_TEST_MONGOD"], !named.isEmpty {
      guard files.isExecutableFile(atPath: named) else {
        throw TestServerError(
          "KEDGE_TEST_MONGOD names \(named), which isn't a program. Correct it, or unset it.")
      }
      return named
    }
    let path = (environment["PATH"] ?? "").split(separator: ":").map { String($0) + "/mongod" }
    if let found = path.first(where: { files.isExecutableFile(atPath: $0) }) { return found }
    for start in [caller, files.currentDirectoryPath + "/here"] {
      var folder = (start as NSString).deletingLastPathComponent
      while folder.count > 1 {
        let unpacked = folder + "/.build/mongod"
        if files.fileExists(atPath: unpacked) {
          for version in try files.contentsOfDirectory(atPath: unpacked).sorted().reversed()
          where files.isExecutableFile(atPath: "\(unpacked)/\(version)/mongod") {
            return "\(unpacked)/\(version)/mongod"
          }
        }
        folder = (folder as NSString).deletingLastPathComponent
      }
    }
    throw TestServerError(
      "No mongod is here. Install MongoDB 6.0 or newer and put mongod on PATH, or name it in KEDGE_TEST_MONGOD, or set "
        + "KEDGE_TEST_MONGODB_URI to a replica set that tests may make databases in. In a checkout of Kedge, scripts/setup "
        + "fetches one.")
  }
}
