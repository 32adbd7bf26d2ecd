internal import Foundation
internal import Glibc
public import Postgres
internal import Synchronization

/// A Postgres server of a test's own, to be stopped, killed and frozen.
///
/// It listens on 127.0.0.1 and on a Unix socket in its own folder, trusts everybody, and has the superuser `kedge`. It
/// ends, and its folder goes, with the last reference to it, or with the tests' own end.
///
/// Any thread may do any of it, so that one can kill what another is waiting for.
///
/// For example:
/// ```swift
/// let server = try PrivatePostgres(settings: ["max_connections": "12"])
/// let connection = try PostgresConnection(server.settings())
/// try server.kill()
/// try server.start()
/// ```
public final class PrivatePostgres: Sendable {
  /// The port on 127.0.0.1, the same through all restarts.
  public let port: Int
  /// The folder of its Unix socket.
  public var socketFolder: String { folder.path + "/socket" }
  /// The file that holds the server's messages.
  public var logFile: String { folder.path + "/log" }
  private let folder: ServerFolder
  private let account: ServerUser
  private let state: Mutex<State>

  private struct State {
    var options: [String: String]
    var process: ServerProcess?
  }

  private var process: ServerProcess? { state.withLock { $0.process } }

  /// Makes a database and starts its server.
  ///
  /// - Parameter settings: the server's parameters, such as `max_connections`.
  public init(settings: [String: String] = [:]) throws {
    let account = try ServerUser.current()
    let folder = try ServerFolder("pg")
    _ = try folder.makeFolder("socket", for: account)
    let template = try Self.template()
    try runProgram(
      account.prefix + ["/bin/cp", "-a", template, try folder.makeFolder("data", for: account) + "/pg"],
      log: folder.path + "/setup")
    let (port, process) = try onFreePort { try Self.start(in: folder, account, port: $0, settings) }
    self.port = port
    self.account = account
    self.folder = folder
    state = Mutex(State(options: settings, process: process))
  }

  /// Makes a standby that follows another server by streaming.
  ///
  /// - Parameter settings: the standby's parameters.
  public init(standbyOf primary: PrivatePostgres, settings: [String: String] = [:]) throws {
    let account = primary.account
    let folder = try ServerFolder("pg")
    _ = try folder.makeFolder("socket", for: account)
    let data = try folder.makeFolder("data", for: account) + "/pg"
    try runProgram(
      account.prefix + [
        try Self.program("pg_basebackup"), "--host=\(primary.socketFolder)", "--port=\(primary.port)",
        "--username=kedge", "--pgdata=\(data)", "--wal-method=stream", "--checkpoint=fast", "--no-sync",
        "--write-recovery-conf",
      ], log: folder.path + "/setup")
    let (port, process) = try onFreePort { try Self.start(in: folder, account, port: $0, settings) }
    self.port = port
    self.account = account
    self.folder = folder
    state = Mutex(State(options: settings, process: process))
  }

  deinit {
    do {
      try process?.kill()
    } catch {
      print("A test's Postgres server is left behind in \(folder.path): \(error)")
    }
    removeSharedMemory()
  }

  /// Takes away the segment by which a server knows whether another works on its data. One that is killed leaves it for its next
  /// start, and here there is none: the system has room for some thousands of them.
  private func removeSharedMemory() {
    guard let text = try? String(contentsOfFile: folder.path + "/data/pg/postmaster.pid", encoding: .utf8)
    else { return }
    // The file's seventh line: the segment's key and its number.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 6, let segment = lines[6].split(separator: " ").last.flatMap({ Int32($0) }) else {
      return
    }
    shmctl(segment, IPC_RMID, nil)
  }

  /// How to reach it.
  ///
  /// - Parameters:
  ///   - port: another port, such as a ``FaultProxy``'s; nil for the server's own.
  ///   - user: the role.
  public func settings(
    port: Int? = nil, user: String = "kedge", database: String = "postgres"
  ) throws -> PostgresSettings {
    try PostgresSettings(url: url(port: port, user: user, database: database))
  }

  /// Its URL, as ``settings(port:user:database:)``.
  public func url(port: Int? = nil, user: String = "kedge", database: String = "postgres") -> String {
    "postgres://\(user)@127.0.0.1:\(port ?? self.port)/\(database)?sslmode=disable"
  }

  /// A connection by the Unix socket, past every proxy.
  public func connect(user: String = "kedge") throws -> PostgresConnection {
    try PostgresConnection(Self.settings(in: folder, port: port, user: user))
  }

  /// Starts the server that was stopped or killed, and waits until it serves.
  ///
  /// - Parameter settings: parameters that change.
  public func start(settings: [String: String] = [:]) throws {
    let options = state.withLock { state in
      state.options.merge(settings) { $1 }
      return state.options
    }
    let process = try Self.start(in: folder, account, port: port, options)
    state.withLock { $0.process = process }
  }

  /// How to stop.
  public enum Stop {
    /// Ends the sessions, writes a checkpoint.
    case fast
    /// Ends at once, as in a crash; the server's processes say so to their clients.
    case immediate
  }

  /// Stops the server, and waits for its end.
  public func stop(_ manner: Stop = .fast) throws {
    process?.signal(manner == .fast ? SIGINT : SIGQUIT)
    try process?.waitForEnd()
  }

  /// Kills all its processes without a word to anybody.
  public func kill() throws {
    try process?.kill()
  }

  /// Kills the process that serves one connection: the server then restarts all others.
  public func kill(backend: Int) throws { try process?.signal(SIGKILL, child: backend) }

  /// Stops all its processes where they are (SIGSTOP): connections stay, and nobody answers.
  public func freeze() {
    // The first process may start another meanwhile, but not once it is stopped itself.
    process?.signal(SIGSTOP)
    process?.signalAll(SIGSTOP)
  }

  /// Lets a frozen server go on.
  public func thaw() { process?.signalAll(SIGCONT) }

  /// Stops one connection's process alone where it is.
  public func freeze(backend: Int) throws { try process?.signal(SIGSTOP, child: backend) }

  /// Lets one connection's process go on.
  public func thaw(backend: Int) throws { try process?.signal(SIGCONT, child: backend) }

  /// A small disk of the server's own, for tables that are to fill it: `CREATE TABLESPACE … LOCATION '<the path>'`.
  ///
  /// - Returns: its folder; nil where we may not mount one, for only root may.
  public func smallDisk(megabytes: Int) throws -> String? {
    let disk = folder.path + "/disk-\(megabytes)"
    guard geteuid() == 0, mkdir(disk, 0o700) == 0 else { return nil }
    let options = "size=\(megabytes)m,mode=700,uid=\(account.user),gid=\(account.group)"
    return mount("tmpfs", disk, "tmpfs", 0, options) == 0 ? disk : nil
  }

  /// Gives a disk that ``smallDisk(megabytes:)`` made more room, as an operator would.
  public func enlarge(_ disk: String, megabytes: Int) throws {
    guard mount("tmpfs", disk, "tmpfs", UInt(MS_REMOUNT), "size=\(megabytes)m") == 0 else {
      throw UnexpectedResult(description: "\(disk) can't be made larger: error \(errno)")
    }
  }

}

extension PrivatePostgres {
  private static func settings(in folder: ServerFolder, port: Int, user: String = "kedge") -> PostgresSettings
  {
    var settings = PostgresSettings(
      host: folder.path + "/socket", port: port, database: "postgres", user: user)
    settings.tlsMode = .disable
    return settings
  }

  /// - Throws: ``UnexpectedResult`` if the server doesn't start.
  private static func start(
    in folder: ServerFolder, _ account: ServerUser, port: Int, _ options: [String: String]
  ) throws -> ServerProcess {
    let values = options.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    let log = folder.path + "/log"
    let server = try ServerProcess(
      account.prefix + [
        try program("postgres"), "-D", folder.path + "/data/pg", "-k", folder.path + "/socket", "-p",
        "\(port)", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=32MB",
        // In its folder, so that it goes with it: a server that is killed leaves what it has elsewhere.
        "-c", "dynamic_shared_memory_type=mmap",
      ] + values, log: log)
    try folder.guards(server.pid)
    let settings = settings(in: folder, port: port)
    try waitUntil("Postgres starts") {
      guard server.isRunning else {
        throw UnexpectedResult(description: "Postgres didn't start: \(lastLines(of: log))")
      }
      do {
        try PostgresConnection(settings).close()
        return true
      } catch let error as PostgresError {
        // Too few connections: it serves all the same.
        return error.sqlState != nil && error.sqlState != "57P03"
      }
    }
    return server
  }

  private static func program(_ name: String) throws -> String {
    let environment = ProcessInfo.processInfo.environment
    let folders =
      [environment["KEDGE_POSTGRES_BIN"], environment["KEDGE_PG_BINDIR"]].compactMap { $0 }
      + (14...18).reversed().map { "/usr/lib/postgresql/\($0)/bin" }
    guard let path = findProgram(name, in: folders) else {
      throw UnexpectedResult(description: "no Postgres server is installed: \(name) is missing")
    }
    return path
  }

  private struct Template {
    let folder: ServerFolder
    let path: String
  }

  /// Made once for all tests of the process, by initdb, which takes seconds.
  private static let shared = Mutex<Result<String, UnexpectedResult>?>(nil)
  nonisolated(unsafe) private static var keptFolder: ServerFolder?

  private static func template() throws -> String {
    try shared.withLock { known in
      if let known { return try known.get() }
      do {
        let account = try ServerUser.current()
        let folder = try ServerFolder("pg")
        let data = try folder.makeFolder("data", for: account) + "/pg"
        try runProgram(
          account.prefix + [
            try program("initdb"), "--auth=trust", "--username=kedge", "--encoding=UTF8", "--locale=C.UTF-8",
            "--no-sync", "--pgdata=\(data)",
          ], log: folder.path + "/setup")
        // Never released: the guardian removes it at the process' end. Written once, under the lock.
        keptFolder = folder
        known = .success(data)
        return data
      } catch {
        let failure = UnexpectedResult(description: "no template for Postgres servers: \(error)")
        known = .failure(failure)
        throw failure
      }
    }
  }
}
