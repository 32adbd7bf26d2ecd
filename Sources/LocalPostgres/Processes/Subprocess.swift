internal import Executors
internal import Glibc

/// Runs another program to its end.
///
/// Foundation's `Process` waits until every descendant has ended that inherited its socket, and a Postgres server doesn't end:
/// so this starts programs itself. They get no terminal and no open file of ours, and no blocked or ignored signal.
enum Subprocess {
  /// How a program ended.
  struct Outcome {
    /// The exit code; 128 and the signal's number if a signal ended it.
    var code: Int32
    /// What it printed on standard output and standard error, at most 64 KB.
    var output: String
  }

  /// Runs a program and waits for it.
  ///
  /// Its output goes to a file, not a pipe: a server that keeps a pipe open would make us wait for its end.
  ///
  /// - Parameters:
  ///   - command: the program's path and its arguments.
  ///   - environment: the program's variables.
  /// - Throws: ``LocalPostgresError`` if the program can't be started.
  static func run(_ command: [String], environment: [String: String]) throws -> Outcome {
    let output = try temporaryFile()
    defer { close(output) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    for descriptor in OpenFiles.besidesStandard() { posix_spawn_file_actions_addclose(&actions, descriptor) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let arguments = command.map { strdup($0) }
    let variables = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in arguments + variables { free(text) } }
    var process = pid_t()
    let code = posix_spawn(&process, command[0], &actions, &attributes, arguments + [nil], variables + [nil])
    guard code == 0 else {
      throw LocalPostgresError("kedge can't run \(command[0]): \(String(cString: strerror(code))).")
    }

    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1 {
      guard errno == EINTR else { throw systemError("can't wait for \(command[0])") }
    }
    let signal = status & 0x7F
    return Outcome(
      code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: readText(output, limit: 64 << 10))
  }

  /// An open file without a name.
  private static func temporaryFile() throws -> Int32 {
    var path = Array("/tmp/kedge-output-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw systemError("can't make a temporary file in /tmp") }
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }
}
