internal import Dispatch
internal import Synchronization

/// Brings elements from one thread to several, a limited number at a time.
final class FileQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let room = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)

  init(limit: Int) {
    // Not as its first value: a semaphore below that can't be let go of.
    for _ in 0..<limit { room.signal() }
  }

  /// Adds an element, once there is room.
  ///
  /// - Returns: false if the queue has been closed.
  func put(_ element: Element) -> Bool {
    room.wait()
    let isClosed = state.withLock { state in
      if !state.isClosed { state.elements.append(element) }
      return state.isClosed
    }
    // Whoever waits beside us is to see it, too.
    if isClosed { room.signal() } else { filled.signal() }
    return !isClosed
  }

  /// The next element, once there is one; nil when there will be none.
  func next() -> Element? {
    filled.wait()
    let element = state.withLock { $0.elements.isEmpty ? nil : $0.elements.removeFirst() }
    if element == nil { filled.signal() } else { room.signal() }
    return element
  }

  /// Nothing more comes. What is in it can still be taken.
  func close() {
    state.withLock { $0.isClosed = true }
    filled.signal()
    room.signal()
  }
}
