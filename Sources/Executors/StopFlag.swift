internal import Synchronization

/// The wish that work should end early, shared by all threads of a run.
///
/// Work looks at ``isSet`` between units, and leaves a state from which it can resume. What blocks inside a
/// server registers an action with ``onSet(_:)`` that ends the wait.
///
/// For example:
/// ```swift
/// let stop = StopFlag.onInterrupt()
/// let registration = stop.onSet { _ = cancel.cancel() }
/// defer { registration.remove() }
/// while !stop.isSet { try copyNextChunk() }
/// ```
public final class StopFlag: Sendable {
  private struct Actions {
    var nextNumber = 0
    var waiting: [Int: @Sendable () -> Void] = [:]
  }

  private let flag = Atomic(false)
  private let actions = Mutex(Actions())

  /// A flag that isn't set.
  public init() {}

  /// Whether work should end.
  public var isSet: Bool { flag.load(ordering: .acquiring) }

  /// Asks work to end. The first call runs the registered actions, on the caller's thread; later ones do nothing.
  public func set() {
    guard !flag.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let due = actions.withLock { actions in
      defer { actions.waiting = [:] }
      return actions.waiting.sorted { $0.key < $1.key }.map(\.value)
    }
    for action in due { action() }
  }

  /// Registers what to do when the flag is set: once, on the thread that sets it, and at once if it is set already.
  ///
  /// - Returns: the registration; remove it when what the action cancels is over.
  @discardableResult
  public func onSet(_ action: @escaping @Sendable () -> Void) -> Registration {
    // Looked at under the lock, which `set` takes after raising the flag: the action can't fall between the two.
    let number: Int? = actions.withLock { actions in
      if isSet { return nil }
      actions.nextNumber += 1
      actions.waiting[actions.nextNumber] = action
      return actions.nextNumber
    }
    if number == nil { action() }
    return Registration(flag: self, number: number)
  }

  /// An action's place among those that a flag will run.
  public struct Registration: Sendable {
    fileprivate let flag: StopFlag
    fileprivate let number: Int?

    /// Forgets the action, unless it has started already.
    public func remove() {
      guard let number else { return }
      _ = flag.actions.withLock { $0.waiting.removeValue(forKey: number) }
    }
  }
}
