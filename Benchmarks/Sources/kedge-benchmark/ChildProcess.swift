import Foundation
import Glibc

/// A program that is run to its end, and what it took with all that it started.
struct ChildProcess {
  let output: String
  let code: Int32
  /// By the clock.
  let seconds: Double
  /// Of its own and of those that it waited for, in user and system mode.
  let processorSeconds: Double
  /// The most memory that it held at a time, in MiB.
  let peakMemory: Double

  /// - Parameters:
  ///   - environment: variables beside those of this process.
  ///   - isTree: it is a process group of its own, the memory of all its processes is added up, and what they say on standard
  ///     error is part of the output.
  ///   - limit: seconds, after which it is killed with all its group.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], isTree: Bool = false,
    limit: Double = 1800
  ) throws {
    var pipe: [Int32] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else { throw BenchmarkError("no pipe can be made") }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
    if isTree { posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    if isTree {
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
      posix_spawnattr_setpgroup(&attributes, 0)
    }
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var assignments = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { assignments.forEach { free($0) } }
    var usage = rusage()
    var status: Int32 = 0
    var watched = (peak: 0, isLate: false)
    let reading = FileHandle(fileDescriptor: pipe[0], closeOnDealloc: true)
    let (taken, data) = try kedge_benchmark.seconds {
      var pid: pid_t = 0
      let failure = posix_spawn(&pid, program, &actions, &attributes, &words, &assignments)
      close(pipe[1])
      guard failure == 0 else { throw BenchmarkError("\(program) can't be run: error \(failure)") }
      let watch = ProcessWatch(pid, isTree: isTree, limit: limit)
      let data = try reading.readToEnd() ?? Data()
      // It is left to be waited for until the watch is over, so that nobody else can have its number meanwhile.
      var information = siginfo_t()
      waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
      watched = watch.end()
      let ended = wait4(pid, &status, 0, &usage)
      guard ended == pid else { throw BenchmarkError("\(program) is lost") }
      return data
    }
    guard !watched.isLate else {
      throw BenchmarkError("\(program) wasn't done after \(Int(limit)) seconds, and was killed")
    }
    seconds = taken
    processorSeconds = usage.processorSeconds
    peakMemory = Double(watched.peak) / 1024
    output = String(decoding: data, as: UTF8.self)
    code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  /// - Throws: if it ended otherwise.
  func expect(_ what: String, code expected: Int32 = 0) throws {
    guard code == expected else {
      throw BenchmarkError("\(what) ended with exit code \(code): \(output.suffix(2000))")
    }
  }
}
