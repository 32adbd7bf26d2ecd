internal import CommandLine
internal import Dispatch
internal import Synchronization

/// How progress is told.
public enum ProgressMode: Sendable, Equatable {
  /// One line that is redrawn, at most ten times a second.
  case live
  /// A line every five seconds.
  case plain
  /// A JSON object on its own line every five seconds.
  case json
  /// Only notes.
  case quiet
}

/// Tells on one stream how work goes on. Any thread may call any method at any time.
///
/// For example:
/// ```swift
/// let progress = ProgressReporter(mode: .live)
/// let users = progress.start(entity: "users", total: 2_000_000)
/// users.advance(by: 10_000)
/// progress.finish(entity: "users")
/// progress.stop()
/// ```
public final class ProgressReporter: Sendable {
  private struct State {
    var model = ProgressModel()
    var counters: [String: EntityCounter] = [:]
    /// Whether a live line stands on the terminal, with the cursor on it.
    var isLineDrawn = false
    var lastPlainLine: Duration?
    var isStopped = false
  }

  static let plainInterval: Duration = .seconds(5)

  /// How progress is told.
  public let mode: ProgressMode
  private let width: @Sendable () -> Int
  private let now: @Sendable () -> Duration
  private let write: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// Reports on standard error, redrawing by a timer of its own until `stop()`.
  public convenience init(mode: ProgressMode) {
    let origin = ContinuousClock.now
    self.init(
      mode: mode, width: { Terminal.width(2) ?? Terminal.usualWidth },
      now: { ContinuousClock.now - origin }, write: { Terminal.write($0, to: 2) })
    if mode != .quiet { scheduleRefresh(on: DispatchQueue(label: "progress")) }
  }

  /// Reports through the given functions, and only when `refresh()` is called.
  init(
    mode: ProgressMode, width: @escaping @Sendable () -> Int, now: @escaping @Sendable () -> Duration,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.mode = mode
    self.width = width
    self.now = now
    self.write = write
  }

  deinit {
    stop()
  }

  /// Announces an entity whose work begins later, so that percent and time left cover it from the start.
  public func expect(entity: String, total: Int?) {
    state.withLock { $0.model.expect(entity: entity, total: total) }
  }

  /// Begins an entity. `total` is an estimate. The counter is for hot loops; `advance(entity:by:)` does the
  /// same.
  @discardableResult
  public func start(entity: String, total: Int? = nil) -> EntityCounter {
    state.withLock { state in
      state.model.start(entity: entity, total: total, now: now())
      return Self.counter(of: entity, in: &state)
    }
  }

  /// Counts records as dealt with; `quarantined` says how many of them couldn't land.
  public func advance(entity: String, by count: Int, quarantined: Int = 0) {
    state.withLock { Self.counter(of: entity, in: &$0) }.advance(by: count, quarantined: quarantined)
  }

  /// Ends an entity.
  public func finish(entity: String) {
    state.withLock { state in
      Self.collect(&state)
      state.model.finish(entity: entity, now: now())
    }
  }

  /// Prints a line above the live line, in every mode.
  public func note(_ line: String) {
    state.withLock { state in
      if mode == .json {
        write((["event": "note", "text": .string(line)] as JSONValue).text(.compact) + "\n")
      } else {
        erase(&state)
        write(line + "\n")
        if !state.isStopped && mode == .live { draw(&state) }
      }
    }
  }

  /// Takes the live line away, or writes a last plain line, and ends the timer. A second call does nothing.
  public func stop() {
    state.withLock { state in
      if state.isStopped { return }
      state.isStopped = true
      erase(&state)
      if (mode == .plain || mode == .json) && !state.model.entities.isEmpty { writePlainLine(&state) }
    }
  }

  /// The state now, for the caller's own report.
  public var model: ProgressModel {
    state.withLock { state in
      Self.collect(&state)
      return state.model
    }
  }
}

extension ProgressReporter {
  /// Refreshes again and again until `stop()`. The queue holds the reporter only weakly between two turns.
  private func scheduleRefresh(on queue: DispatchQueue) {
    let interval: DispatchTimeInterval = .milliseconds(mode == .live ? 100 : 500)
    queue.asyncAfter(deadline: .now() + interval) { [weak self] in
      guard let self, self.refresh() else { return }
      self.scheduleRefresh(on: queue)
    }
  }

  /// Draws the live line, or writes a plain line when five seconds have passed since the last one. Returns
  /// whether there is reason to call again.
  @discardableResult
  func refresh() -> Bool {
    state.withLock { state in
      if state.isStopped { return false }
      if state.model.entities.isEmpty { return true }
      switch mode {
      case .quiet:
        break
      case .live:
        erase(&state)
        draw(&state)
      case .plain, .json:
        Self.collect(&state)
        let now = now()
        state.model.sample(now: now)
        let last = state.lastPlainLine ?? .zero
        if now - last >= Self.plainInterval { writePlainLine(&state) }
      }
      return true
    }
  }

  private func draw(_ state: inout State) {
    if state.model.entities.isEmpty { return }
    Self.collect(&state)
    let now = now()
    state.model.sample(now: now)
    // One column stays free: a full line makes some terminals wrap.
    write(state.model.render(width: max(1, width() - 1), now: now))
    state.isLineDrawn = true
  }

  private func erase(_ state: inout State) {
    if state.isLineDrawn { write("\r\u{1B}[K") }
    state.isLineDrawn = false
  }

  private func writePlainLine(_ state: inout State) {
    Self.collect(&state)
    let now = now()
    state.lastPlainLine = now
    write(
      (mode == .json ? state.model.document(now: now).text(.compact) : state.model.plainLine(now: now)) + "\n"
    )
  }

  private static func counter(of entity: String, in state: inout State) -> EntityCounter {
    if let counter = state.counters[entity] { return counter }
    let counter = EntityCounter()
    state.counters[entity] = counter
    return counter
  }

  private static func collect(_ state: inout State) {
    for (entity, counter) in state.counters {
      state.model.set(entity: entity, done: counter.done, quarantined: counter.quarantined)
    }
  }
}
