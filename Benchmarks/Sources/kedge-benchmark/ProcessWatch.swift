import Foundation
import Glibc
import Synchronization

/// Looks at a process's memory now and then, and kills it when its time is up. The kernel keeps a process's peak, so the last look
/// before its end has nearly all of it; `ru_maxrss` won't do, for it counts what the parent held when it started the child.
final class ProcessWatch: Sendable {
  private struct State {
    var kibibytes = 0
    var isOver = false
    var isLate = false
  }

  private let process: pid_t
  private let isTree: Bool
  private let state = Mutex(State())

  init(_ process: pid_t, isTree: Bool, limit: Double) {
    (self.process, self.isTree) = (process, isTree)
    let deadline = ContinuousClock.now + .seconds(limit)
    Thread.detachNewThread { [self] in
      while !state.withLock(\.isOver) {
        let found = isTree ? tree() : memory(Int(process), "VmHWM:")
        state.withLock {
          $0.kibibytes = max($0.kibibytes, found)
          if ContinuousClock.now > deadline, !$0.isOver, !$0.isLate {
            $0.isLate = true
            kill(isTree ? -process : process, SIGKILL)
          }
        }
        usleep(isTree ? 100_000 : 20_000)
      }
    }
  }

  /// The most memory in KiB, and whether it was killed; ends the watch.
  func end() -> (peak: Int, isLate: Bool) {
    state.withLock {
      $0.isOver = true
      return ($0.kibibytes, $0.isLate)
    }
  }

  /// What all its processes hold at this moment.
  private func tree() -> Int {
    var sum = 0
    var waiting = [Int(process)]
    while let next = waiting.popLast() {
      sum += memory(next, "VmRSS:")
      waiting += ServerProcessors.children(of: next)
    }
    return sum
  }

  private func memory(_ process: Int, _ name: String) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return 0 }
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
