internal import Codec
internal import Foundation
internal import Glibc
public import Mongo
internal import Synchronization

/// A mongod of a test's own, a replica set of one, to be stopped, killed, frozen and made to step down.
///
/// It listens on 127.0.0.1. It ends, and its folder goes, with the last reference to it, or with the tests' own end.
/// Any thread may do any of it, so that one can kill what another is waiting for.
public final class PrivateMongo: Sendable {
  /// The port on 127.0.0.1, the same through all restarts.
  public let port: Int
  /// The file that holds the server's messages.
  public var logFile: String { folder.path + "/log" }
  private let folder: ServerFolder
  private let arguments: [String]
  private let running: Mutex<ServerProcess>

  private var process: ServerProcess { running.withLock { $0 } }

  /// Makes a database, starts its server, and waits until it is the primary.
  ///
  /// - Parameter arguments: further arguments of mongod.
  public init(arguments: [String] = []) throws {
    let folder = try ServerFolder("mongo")
    guard mkdir(folder.path + "/data", 0o700) == 0 else {
      throw UnexpectedResult(description: "can't make the folder \(folder.path)/data")
    }
    let (port, process) = try onFreePort { try Self.start(in: folder, port: $0, arguments) }
    self.port = port
    self.folder = folder
    self.arguments = arguments
    running = Mutex(process)
    let member: BSONDocument = ["_id": 0, "host": .string("127.0.0.1:\(port)")]
    let configuration: BSONDocument = ["_id": "rs0", "members": [.document(member)]]
    try connect().run(command: ["replSetInitiate": .document(configuration)], database: "admin")
    try waitForPrimary()
  }

  deinit {
    do {
      try process.kill()
    } catch {
      print("A test's mongod is left behind in \(folder.path): \(error)")
    }
  }

  /// Its URI.
  ///
  /// - Parameters:
  ///   - database: the database that collections' names refer to.
  ///   - port: another port, such as a ``FaultProxy``'s; nil for the server's own.
  ///   - options: further options of the URI, such as `socketTimeoutMS=500`.
  public func uri(database: String = "test", port: Int? = nil, options: String = "") -> String {
    let more = options.isEmpty ? "" : "&" + options
    return "mongodb://127.0.0.1:\(port ?? self.port)/\(database)?directConnection=true\(more)"
  }

  /// A connection to it.
  public func connect(options: String = "") throws -> MongoConnection {
    try MongoConnection(MongoSettings(url: uri(options: options)))
  }

  /// Starts the server that was stopped or killed, and waits until it is the primary.
  public func start() throws {
    let process = try Self.start(in: folder, port: port, arguments)
    running.withLock { $0 = process }
    try waitForPrimary()
  }

  /// Stops the server as an administrator does, and waits for its end.
  public func stop() throws {
    process.signal(SIGTERM)
    try process.waitForEnd()
  }

  /// Kills the server without a word to anybody.
  public func kill() throws {
    try process.kill()
  }

  /// Stops its process where it is (SIGSTOP): connections stay, and nobody answers.
  public func freeze() { process.signal(SIGSTOP) }

  /// Lets a frozen server go on.
  public func thaw() { process.signal(SIGCONT) }

  /// Makes the primary step down; being alone it is elected again after that time.
  public func stepDown(seconds: Int = 1) throws {
    let command: BSONDocument = [
      "replSetStepDown": .int32(Int32(seconds)), "secondaryCatchUpPeriodSecs": 0, "force": true,
    ]
    try connect().run(command: command, database: "admin")
  }

  /// Waits until the server takes writes.
  public func waitForPrimary() throws {
    let connection = try connect()
    try waitUntil("mongod is the primary") { try connection.serverInfo().isWritablePrimary }
  }

  /// - Throws: ``UnexpectedResult`` if the server doesn't start.
  private static func start(
    in folder: ServerFolder, port: Int, _ arguments: [String]
  ) throws -> ServerProcess {
    let log = folder.path + "/log"
    let server = try ServerProcess(
      [
        try program(), "--dbpath", folder.path + "/data", "--bind_ip", "127.0.0.1", "--port", "\(port)",
        "--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", "--quiet",
      ] + arguments, log: log)
    try folder.guards(server.pid)
    let settings = try MongoSettings(
      url: "mongodb://127.0.0.1:\(port)/test?directConnection=true&serverSelectionTimeoutMS=500")
    try waitUntil("mongod starts") {
      guard server.isRunning else {
        throw UnexpectedResult(description: "mongod didn't start: \(lastLines(of: log))")
      }
      do {
        _ = try MongoConnection(settings).serverInfo()
        return true
      } catch let error as MongoError where error.isRetryable {
        return false
      }
    }
    return server
  }

  /// The one that the environment names, on PATH, that `scripts/setup` unpacked, or that the test server runs.
  static func program() throws -> String {
    if let named = ProcessInfo.processInfo.environment["KEDGE_TEST_MONGOD"], !named.isEmpty { return named }
    if let found = findProgram("mongod", in: []) { return found }
    let checkout = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
    let unpacked = checkout.dropFirst() + "/.build/mongod"
    if FileManager.default.fileExists(atPath: String(unpacked)) {
      for version in try FileManager.default.contentsOfDirectory(atPath: String(unpacked)).sorted().reversed()
      {
        let program = "\(unpacked)/\(version)/mongod"
        if FileManager.default.isExecutableFile(atPath: program) { return program }
      }
    }
    let server = try MongoConnection(MongoSettings(url: try MissingServer.mongo.url(), database: "admin"))
    let started = try server.run(command: ["getCmdLineOpts": 1], database: "admin")["argv"]?.elements?.first
    if let program = started?.string, FileManager.default.isExecutableFile(atPath: program) { return program }
    throw UnexpectedResult(description: "no mongod is here: run scripts/setup, or set KEDGE_TEST_MONGOD")
  }
}
