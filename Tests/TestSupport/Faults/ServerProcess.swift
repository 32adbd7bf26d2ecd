internal import Foundation
internal import Glibc
internal import Synchronization

/// A server that a test has started as its own child, with the processes that the server starts itself.
///
/// Signals go to processes by their number, and only while the first one is our child that hasn't been waited for: its
/// number can't have passed to somebody else until then.
final class ServerProcess: Sendable {
  let pid: pid_t
  private let hasEnded = Mutex(false)

  /// Starts a program with its output in a file.
  ///
  /// - Parameters:
  ///   - command: the program's path and its arguments.
  ///   - log: the file that gets standard output and standard error, added to its end.
  init(_ command: [String], log: String) throws {
    pid = try Self.spawn(command, input: nil, log: log)
  }

  /// Starts a program in a folder where every user may be, with none of our files, and default signals.
  static func spawn(_ command: [String], input: Int32?, log: String) throws -> pid_t {
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
    // A server that inherited the socket of another test's client would keep that connection open.
    for descriptor in openDescriptors() { posix_spawn_file_actions_addclose(&actions, descriptor) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // A session of its own, so that Ctrl-C in the terminal ends the tests, and these end their servers.
    let flags = Int32(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | 0x80
    posix_spawnattr_setflags(&attributes, Int16(flags))

    // The folder that we are in may be closed to the servers' user.
    let arguments = (["/bin/sh", "-c", #"cd / && exec "$@""#, "sh"] + command).map { strdup($0) }
    defer { for text in arguments { free(text) } }
    var process = pid_t()
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments + [nil], environ)
    guard code == 0 else {
      throw UnexpectedResult(description: "can't start \(command[0]): \(String(cString: strerror(code)))")
    }
    return process
  }

  /// Our open files but for the three standard ones.
  private static func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return [] }
    defer { closedir(folder) }
    var descriptors: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let descriptor = Int32(name), descriptor > 2, descriptor != dirfd(folder) {
        descriptors.append(descriptor)
      }
    }
    return descriptors
  }

  /// Whether it still runs (or is stopped).
  var isRunning: Bool { whileRunning {} != nil }

  /// Does something while nobody can have waited for the process, so that its number is its own.
  private func whileRunning<T>(_ body: () -> T) -> T? {
    hasEnded.withLock { hasEnded in
      if hasEnded { return nil }
      var status: Int32 = 0
      hasEnded = waitpid(pid, &status, WNOHANG) == pid
      return hasEnded ? nil : body()
    }
  }

  /// The server's first process and all that it has started.
  var family: [pid_t] { whileRunning { [pid] + Self.children(of: pid) } ?? [] }

  /// Sends a signal to the first process.
  func signal(_ number: Int32) {
    _ = whileRunning { Glibc.kill(pid, number) }
  }

  /// Sends a signal to the first process and all that it has started.
  func signalAll(_ number: Int32) {
    _ = whileRunning { for process in [pid] + Self.children(of: pid) { Glibc.kill(process, number) } }
  }

  /// Sends a signal to one process that the first has started.
  func signal(_ number: Int32, child: Int) throws {
    let isSent = whileRunning {
      Self.parent(of: pid_t(child)) == pid && Glibc.kill(pid_t(child), number) == 0
    }
    guard isSent == true else {
      throw UnexpectedResult(description: "process \(child) isn't one of the server's")
    }
  }

  /// Waits for the first process' end.
  func waitForEnd(limit: Double = 60) throws {
    try waitUntil("process \(pid) ends", limit: limit) { !isRunning }
  }

  /// Kills all its processes at once, and waits until none of them is left.
  func kill() throws {
    // Stopped first: one that still runs would notice another's end and act on it.
    signalAll(SIGSTOP)
    let members = family
    for process in members { Glibc.kill(process, SIGKILL) }
    try waitForEnd()
    // The children have gone to process 1, which takes its time to wait for them.
    try waitUntil("the children of process \(pid) end") {
      members.dropFirst().allSatisfy { Self.parent(of: $0) == nil }
    }
  }

  /// The parent of a process that lives; nil if it has ended.
  private static func parent(of process: pid_t) -> pid_t? {
    guard let text = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
    // "7 (name) S 1 …": the name may hold anything, even a parenthesis.
    let line = String(decoding: text, as: UTF8.self)
    guard let end = line.lastIndex(of: ")") else { return nil }
    let words = line[line.index(after: end)...].split(separator: " ")
    guard words.count > 1, words[0] != "Z", words[0] != "X" else { return nil }
    return pid_t(words[1])
  }

  private static func children(of process: pid_t) -> [pid_t] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
        .filter { parent(of: $0) == process }
    } catch {
      return []
    }
  }
}

/// Runs a program to its end.
///
/// - Throws: ``UnexpectedResult`` with the end of its output if it fails.
func runProgram(_ command: [String], log: String) throws {
  let process = try ServerProcess.spawn(command, input: nil, log: log)
  var status: Int32 = 0
  while waitpid(process, &status, 0) == -1 && errno == EINTR {}
  guard status == 0 else { throw UnexpectedResult(description: "\(command) failed: \(lastLines(of: log))") }
}

/// A pipe that programs which we start don't inherit.
func closedPipe() throws -> (reading: Int32, writing: Int32) {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { throw UnexpectedResult(description: "the system has no more pipes") }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (ends[0], ends[1])
}

/// The end of a server's log, for errors.
func lastLines(of file: String) -> String {
  let text = FileManager.default.contents(atPath: file) ?? Data()
  return String(decoding: text, as: UTF8.self).split(separator: "\n").suffix(8).joined(separator: " | ")
}

/// Starts a server on one port after the other until one takes it.
///
/// The ports lie below those that the system gives to outgoing connections, so that a server can come back to its own.
func onFreePort(_ start: (Int) throws -> ServerProcess) throws -> (Int, ServerProcess) {
  var tries = 0
  while true {
    let port = Int.random(in: 20_000..<32_000)
    do {
      return (port, try start(port))
    } catch let error as UnexpectedResult {
      tries += 1
      let isTaken = error.description.lowercased().contains("address already in use")
      guard isTaken, tries < 20 else { throw error }
    }
  }
}
