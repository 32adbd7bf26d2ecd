internal import Executors
internal import Foundation
internal import Glibc

/// A program that was started as our own child, in a session of its own: Ctrl-C in a terminal ends the tests, and these end
/// their servers.
struct SpawnedProgram {
  let pid: pid_t

  /// Starts a program in the root folder, with none of our files and default signals.
  ///
  /// - Parameters:
  ///   - command: the program's path and its arguments.
  ///   - input: what becomes its standard input; nil for nothing.
  ///   - log: the file that gets what it prints, added to its end.
  init(_ command: [String], input: Int32? = nil, log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    for descriptor in OpenFiles.besidesStandard() { posix_spawn_file_actions_addclose(&actions, descriptor) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // POSIX_SPAWN_SETSID, which Glibc's module doesn't name.
    let flags = Int32(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | 0x80
    posix_spawnattr_setflags(&attributes, Int16(flags))

    // The folder that we are in may be closed to the servers' user, and PG… variables would change what Postgres does.
    let script = #"cd / && unset PGDATA PGHOST PGPORT PGUSER PGOPTIONS && exec "$@""#
    let arguments = (["/bin/sh", "-c", script, "sh"] + command).map { strdup($0) }
    defer { for text in arguments { free(text) } }
    var process = pid_t()
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments + [nil], environ)
    guard code == 0 else {
      throw TestServerError("\(command[0]) can't be started: \(String(cString: strerror(code))).")
    }
    pid = process
  }

  /// Whether it still runs. It is ours to wait for, so that its number can't have passed to another.
  var isRunning: Bool {
    var status: Int32 = 0
    return waitpid(pid, &status, WNOHANG) == 0
  }

  /// Waits for its end.
  ///
  /// - Returns: the exit code; 128 and the signal's number if a signal ended it.
  @discardableResult
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1 { if errno != EINTR { return -1 } }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  /// Runs a program to its end.
  ///
  /// - Throws: ``TestServerError`` with the end of what it printed, if it fails.
  static func run(_ command: [String], log: String) throws {
    guard try SpawnedProgram(command, log: log).wait() == 0 else {
      throw TestServerError("\(command.joined(separator: " ")) failed: \(lastLines(of: log))")
    }
  }

  /// The end of a log, for errors.
  static func lastLines(of file: String) -> String {
    let text = FileManager.default.contents(atPath: file) ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").suffix(6).joined(separator: " | ")
  }
}
