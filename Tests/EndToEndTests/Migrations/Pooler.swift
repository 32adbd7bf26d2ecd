import Foundation
import Postgres
import TestSupport

/// A PgBouncer of a test's own, in transaction mode, before one database.
final class Pooler {
  /// Where Debian puts it; nil where it isn't installed.
  static let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"].first(
    where: FileManager.default.isExecutableFile)

  let url: String
  private let process = Process()
  private let folder: TemporaryFolder

  init(before database: TestPostgres) throws {
    folder = try TemporaryFolder()
    guard let program = Self.program, let host = database.settings.hosts.first else {
      throw UnexpectedResult(description: "no PgBouncer is installed: run scripts/setup")
    }
    let port = try Self.freePort()
    let name = database.settings.database ?? ""
    let user = database.settings.user ?? "kedge"
    let password = database.settings.password.map { " password=\($0)" } ?? ""
    try folder.write(
      "pooler.ini",
      """
      [databases]
      \(name) = host=\(host.name) port=\(host.port ?? 5432) user=\(user)\(password)
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(port)
      unix_socket_dir =
      auth_type = any
      pool_mode = transaction
      default_pool_size = 3
      server_round_robin = 1
      ignore_startup_parameters = extra_float_digits,options
      logfile = \(folder.path)/log
      """)
    // It refuses to be root, and then becomes the server's own user.
    var arguments = [folder.path + "/pooler.ini"]
    if geteuid() == 0 {
      arguments = ["-u", "postgres"] + arguments
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644], ofItemAtPath: folder.path + "/pooler.ini")
    }
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    url = "postgres://\(user)@127.0.0.1:\(port)/\(name)"
    try process.run()
    try waitUntilItAnswers()
  }

  deinit {
    // It keeps nothing, and a gentler signal may be blocked in a child of this process.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private func waitUntilItAnswers() throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do {
        try PostgresConnection(PostgresSettings(url: url)).close()
        return
      } catch {
        guard process.isRunning, ContinuousClock.now < deadline else {
          let log = FileManager.default.contents(atPath: folder.path + "/log") ?? Data()
          throw UnexpectedResult(
            description: "PgBouncer doesn't answer: \(error)\n\(String(decoding: log, as: UTF8.self))")
        }
      }
    }
  }

  private static func freePort() throws -> UInt16 {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, size) == 0 && getsockname(socket, $0, &size) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    return UInt16(bigEndian: address.sin_port)
  }
}
