public import Codec
internal import Glibc
public import Mongo

/// A mongod of a test's own that checks who does what: a standalone server with `--auth`, on 127.0.0.1.
///
/// Its first user is `root`, made while the server takes that from its own machine alone. It ends, and its folder goes, with
/// the last reference to it, or with the tests' own end.
public final class SecuredMongo: Sendable {
  /// The port on 127.0.0.1.
  public let port: Int
  private let folder: ServerFolder
  private let process: ServerProcess
  private static let password = "kedge-test"

  /// Makes a database, starts its server and makes its user `root`.
  public init() throws {
    let folder = try ServerFolder("mongo")
    guard mkdir(folder.path + "/data", 0o700) == 0 else {
      throw UnexpectedResult(description: "can't make the folder \(folder.path)/data")
    }
    (port, process) = try onFreePort { try Self.start(in: folder, port: $0) }
    self.folder = folder
    let local = try MongoConnection(
      MongoSettings(url: "mongodb://127.0.0.1:\(port)/admin?directConnection=true"))
    try local.run(
      command: ["createUser": "root", "pwd": .string(Self.password), "roles": ["root"]], database: "admin")
  }

  deinit {
    do {
      try process.kill()
    } catch {
      print("A test's mongod is left behind in \(folder.path): \(error)")
    }
  }

  /// Its URI for a user of the database `admin`.
  public func uri(user: String = "root", database: String = "test") -> String {
    "mongodb://\(user):\(Self.password)@127.0.0.1:\(port)/\(database)?directConnection=true&authSource=admin"
  }

  /// A connection as a user.
  public func connect(user: String = "root", database: String = "test") throws -> MongoConnection {
    try MongoConnection(MongoSettings(url: uri(user: user, database: database)))
  }

  /// Makes a user who has these roles.
  public func makeUser(_ name: String, roles: [BSONValue]) throws {
    try connect().run(
      command: ["createUser": .string(name), "pwd": .string(Self.password), "roles": BSONValue(roles)],
      database: "admin")
  }

  private static func start(in folder: ServerFolder, port: Int) throws -> ServerProcess {
    let log = folder.path + "/log"
    let server = try ServerProcess(
      [
        try PrivateMongo.program(), "--dbpath", folder.path + "/data", "--bind_ip", "127.0.0.1", "--port",
        "\(port)", "--auth", "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", "--quiet",
      ], log: log)
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
}
