import Foundation

/// Work that is due at a time, handed out in the order of these times, and never before them.
final class DueQueue<Element: Sendable>: @unchecked Sendable {
  // Sendable by hand: everything below is touched with `condition` locked alone.
  private let condition = NSCondition()
  private var entries: [(due: Date, element: Element)] = []
  private var isClosed = false

  /// Who adds work waits while some is due since so many seconds: so nothing comes much later than it is due.
  private static var patience: Double { 0.02 }

  private func locked<T>(_ body: () -> T) -> T {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }

  /// Adds work. Of two elements with the same time the one added first comes first.
  func add(_ element: Element, due: Date) {
    locked {
      while let first = entries.first, first.due < Date() - Self.patience, !isClosed { condition.wait() }
      let place = entries.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
      entries.insert((due, element), at: place)
      condition.broadcast()
    }
  }

  /// What is due by now, at most `count`; waits until something is. Nil once it is closed and empty.
  func take(_ count: Int) -> [Element]? {
    locked {
      while true {
        guard let first = entries.first else {
          if isClosed { return nil }
          condition.wait()
          continue
        }
        let now = Date()
        if first.due > now {
          _ = condition.wait(until: first.due)
          continue
        }
        let due = entries.prefix(count).prefix { $0.due <= now }
        entries.removeFirst(due.count)
        condition.broadcast()
        return due.map(\.element)
      }
    }
  }

  /// No more work comes; what waits is still handed out, when it is due.
  func close() {
    locked {
      isClosed = true
      condition.broadcast()
    }
  }
}
