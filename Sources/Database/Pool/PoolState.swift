/// What a pool knows: places, idle connections, and who waits. Decides, and does nothing itself.
struct PoolState {
  typealias Waiting = CheckedContinuation<StoreConnection, any Error>

  struct Idle {
    let connection: StoreConnection
    let since: ContinuousClock.Instant
  }

  private(set) var waiters: [(number: Int, continuation: Waiting)] = []
  /// Open connections, and those that are being opened or closed.
  private(set) var places = 0
  /// Of them those that are being opened.
  var opening = 0
  /// The longest idle first.
  var idle: [Idle] = []
  private(set) var isClosed = false
  var isReaping = false
  /// Who waits for the last connection to end.
  var drained: [CheckedContinuation<Void, Never>] = []
  private var nextNumber = 0
  /// Callers on their way into the queue, and those of them whose wait ended before it began.
  private var arriving: Set<Int> = []
  private var left: [Int: DatabaseError] = [:]

  /// A new caller's number: who has the lowest is served first.
  mutating func nextTurn() -> Int {
    nextNumber += 1
    return nextNumber
  }

  /// A connection that is free, unless others wait who came earlier; without one the caller has to arrive in the queue.
  mutating func take(_ number: Int) throws -> StoreConnection? {
    guard !isClosed else { throw DatabaseError.closed }
    let isFirst = waiters.first.map { $0.number > number } ?? true
    if isFirst, let connection = popIdle() { return connection }
    arriving.insert(number)
    return nil
  }

  /// Puts a caller into the queue, by its number: one who comes back to it has an earlier one than most.
  ///
  /// - Returns: why it can't wait, if it can't.
  mutating func enqueue(_ number: Int, _ continuation: Waiting) -> DatabaseError? {
    arriving.remove(number)
    if let error = left.removeValue(forKey: number) { return error }
    if isClosed { return DatabaseError.closed }
    let index = waiters.firstIndex { $0.number > number } ?? waiters.count
    waiters.insert((number, continuation), at: index)
    return nil
  }

  /// Takes a caller out of the queue. Not yet in it, the caller will find out on arriving; served already, it stays served.
  mutating func leave(_ number: Int, _ error: DatabaseError) -> Waiting? {
    if let index = waiters.firstIndex(where: { $0.number == number }) {
      return waiters.remove(at: index).continuation
    }
    if arriving.contains(number) { left[number] = error }
    return nil
  }

  /// Who gets which idle connection next.
  mutating func nextToServe() -> (Waiting, StoreConnection)? {
    guard let first = waiters.first, let connection = popIdle() else { return nil }
    waiters.removeFirst()
    return (first.continuation, connection)
  }

  /// Who has waited longest.
  mutating func popWaiter() -> Waiting? { waiters.isEmpty ? nil : waiters.removeFirst().continuation }

  /// Takes a place for a connection to be opened, if somebody waits whom none of those under way will serve.
  mutating func beginOpening(_ limit: Int) -> Bool {
    guard !isClosed, waiters.count > opening, places < limit else { return false }
    places += 1
    opening += 1
    return true
  }

  /// - Returns: who waits for the last place to become free, if it has.
  mutating func freePlace() -> [CheckedContinuation<Void, Never>] {
    places -= 1
    guard places == 0 else { return [] }
    defer { drained = [] }
    return drained
  }

  /// Takes out the connections that have been idle since before a moment.
  ///
  /// - Returns: them, and since when the next one has been idle.
  mutating func expired(before moment: ContinuousClock.Instant) -> (
    [StoreConnection], next: ContinuousClock.Instant?
  ) {
    let expired = idle.prefix { $0.since <= moment }.map(\.connection)
    idle.removeFirst(expired.count)
    isReaping = !idle.isEmpty
    return (expired, idle.first?.since)
  }

  /// Closes for good.
  mutating func close() -> ([Waiting], [StoreConnection]) {
    isClosed = true
    defer {
      waiters = []
      idle = []
    }
    return (waiters.map(\.continuation), idle.map(\.connection))
  }

  /// The one that was used last is the likeliest to be well, and the others may grow old enough to be closed.
  private mutating func popIdle() -> StoreConnection? { idle.popLast()?.connection }
}
