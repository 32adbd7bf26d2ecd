import Foundation
import Glibc
import Synchronization

/// A program that is run to its end.
struct ChildProcess {
  let output: String
  let code: Int32
  /// By the clock.
  let seconds: Double
  /// Of its own, in user and system mode.
  let processorSeconds: Double
  /// The most memory that it held at a time, in MiB.
  let peakMemory: Double

  init(_ program: String, _ arguments: [String]) throws {
    var pipe: [Int32] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else { throw BenchmarkError("no pipe can be made") }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var usage = rusage()
    var status: Int32 = 0
    var peak = 0
    let reading = FileHandle(fileDescriptor: pipe[0], closeOnDealloc: true)
    let (taken, data) = try kedge_benchmark.seconds {
      var pid: pid_t = 0
      let failure = posix_spawn(&pid, program, &actions, nil, &words, environ)
      close(pipe[1])
      guard failure == 0 else { throw BenchmarkError("\(program) can't be run: error \(failure)") }
      let watch = MemoryWatch(pid)
      let data = try reading.readToEnd() ?? Data()
      peak = watch.peak()
      // The child's own figures: those of all children together would have the largest of any.
      guard wait4(pid, &status, 0, &usage) == pid else { throw BenchmarkError("\(program) is lost") }
      return data
    }
    seconds = taken
    processorSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
    peakMemory = Double(peak) / 1024
    output = String(decoding: data, as: UTF8.self)
    code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
}

/// Looks at a process's memory now and then. The kernel keeps its peak, so the last look before its end has nearly all of it;
/// `ru_maxrss` won't do, for it counts what the parent held when it started the child.
private final class MemoryWatch: Sendable {
  private let path: String
  private let kibibytes = Mutex(0)
  private let isOver = Mutex(false)

  init(_ pid: pid_t) {
    path = "/proc/\(pid)/status"
    Thread.detachNewThread { [self] in
      while !isOver.withLock({ $0 }) {
        if let found = look() { kibibytes.withLock { $0 = max($0, found) } }
        usleep(20_000)
      }
    }
  }

  /// In KiB; ends the watch.
  func peak() -> Int {
    isOver.withLock { $0 = true }
    return kibibytes.withLock { $0 }
  }

  private func look() -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return nil }
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }
}
