internal import Foundation
internal import Glibc
public import Postgres

/// The private Postgres server of a project: its data lives under the project's `.kedge` folder, it listens on a Unix
/// socket alone, and only the user who started it can connect.
///
/// For example:
/// ```swift
/// let local = LocalPostgres(directory: ".kedge")
/// let status = try local.up()
/// let connection = try PostgresConnection(local.settings)
/// ```
///
/// The server goes on running after the process that started it, until ``down()``. Data is kept between runs, and
/// `fsync` is on: a crash loses nothing.
public struct LocalPostgres: Sendable {
  /// How the private server is doing.
  public struct Status: Sendable, Hashable {
    /// Whether there is a server.
    public enum State: String, Sendable, Hashable {
      /// The server runs.
      case running
      /// There is data, and no server runs on it.
      case stopped
      /// Nothing has been created yet.
      case notCreated
    }
    /// Whether there is a server.
    public var state: State
    /// Where programs connect, once the server runs. Holds no password: the socket's folder is the protection.
    public var url: String
    /// Where the data is.
    public var dataDirectory: String
    /// Where the socket is.
    public var socketDirectory: String
    /// The server's log.
    public var logFile: String
    /// The server's version: `15.4` if it runs, else the data's major version, `15`; nil if nothing was created.
    public var version: String?
    /// The server's main process; nil if it doesn't run.
    public var pid: Int?
    /// Bytes that the data takes; nil if nothing was created.
    public var size: Int?
    /// Why the data is not under `.kedge`, as a sentence; nil if it is.
    public var note: String?
  }

  /// The `.kedge` folder: absolute, without symbolic links.
  public let directory: String
  let environment: [String: String]

  /// - Parameter directory: the project's `.kedge` folder, which need not exist yet.
  public init(directory: String) {
    self.init(directory: directory, environment: ProcessInfo.processInfo.environment)
  }

  init(directory: String, environment: [String: String]) {
    self.directory = canonicalPath(directory)
    self.environment = environment
  }

  /// Where programs connect, once the server runs: as user `kedge` to the database `kedge`, over the socket.
  public var url: String { settings.redactedURL }

  /// The same as connection settings.
  public var settings: PostgresSettings {
    PostgresSettings(
      host: ClusterPlaces.socketDirectory(for: directory), port: 5432, database: "kedge", user: "kedge")
  }

  /// The command that opens `psql` on the database: the program's path and its arguments.
  ///
  /// - Throws: ``LocalPostgresError`` if `psql` isn't installed.
  public func psqlCommand() throws -> [String] {
    let path = findProgram("psql", in: environment)
    let installed =
      path ?? ServerBinaries.directories(environment).map { $0 + "/psql" }.first(where: isExecutable)
    guard let installed else {
      throw LocalPostgresError("psql isn't installed; on Debian and Ubuntu: apt install postgresql-client.")
    }
    return [installed, url]
  }

  /// How the server is doing. Changes nothing.
  ///
  /// - Throws: ``LocalPostgresError`` if the data belongs to another user.
  public func status() throws -> Status {
    let account = try ServerAccount.forServer(environment)
    let cluster = Cluster(
      places: try ClusterPlaces.existing(in: directory, account: account), environment: environment)
    return cluster.status(settings: settings)
  }

  /// Starts the server if it doesn't run, after creating its data if there is none.
  ///
  /// Several processes may call this at once: one does the work, the others wait for it.
  ///
  /// - Throws: ``LocalPostgresError`` if Postgres isn't installed or its programs fail, with what they printed.
  public func up() throws -> Status {
    try makeDirectory(directory, mode: 0o755)
    let lock = try FileLock(path: lockFile)
    defer { lock.release() }
    try keepOutOfVersionControl()
    let account = try ServerAccount.forServer(environment)
    let places = try ClusterPlaces.prepared(in: directory, account: account, environment: environment)
    let cluster = Cluster(places: places, environment: environment)
    try cluster.up(settings: settings)
    return cluster.status(settings: settings)
  }

  /// Stops the server: transactions that are open roll back, data is kept.
  ///
  /// - Returns: whether a server ran.
  /// - Throws: ``LocalPostgresError`` if it can't be stopped.
  public func down() throws -> Bool {
    guard access(directory, F_OK) == 0 else { return false }
    let lock = try FileLock(path: lockFile)
    defer { lock.release() }
    let account = try ServerAccount.forServer(environment)
    let cluster = Cluster(
      places: try ClusterPlaces.existing(in: directory, account: account), environment: environment)
    let hasStopped = try cluster.stop()
    // Empty now; left alone should something else be in it.
    rmdir(cluster.places.socketDirectory)
    return hasStopped
  }

  private var lockFile: String { directory + "/postgres.lock" }

  private func keepOutOfVersionControl() throws {
    let path = directory + "/.gitignore"
    if access(path, F_OK) != 0 { try writeFile(path, "*\n") }
  }
}
