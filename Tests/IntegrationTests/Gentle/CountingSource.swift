import Codec
import Foundation
import Mapping
import RecordSources

/// A source that counts how many cursors and boundary queries are open at a time.
final class CountingSource: RecordSource {
  let source: any RecordSource
  let count = OpenCount()
  var kind: Store.Kind { source.kind }
  var identity: String { source.identity }

  init(_ source: any RecordSource) { self.source = source }

  func openSessions(_ count: Int) throws -> SessionPool {
    let pool = try source.openSessions(count)
    return SessionPool((0..<count).compactMap { _ in pool.take().map { CountingSession($0, self.count) } })
  }
}

/// `@unchecked Sendable`: the figures are touched only under the lock.
final class OpenCount: @unchecked Sendable {
  private let condition = NSCondition()
  private var open = 0
  private var most = 0
  private var all = 0

  var highest: Int { locked { most } }
  var total: Int { locked { all } }

  private func locked<T>(_ body: () -> T) -> T {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }

  func enter() {
    locked {
      open += 1
      all += 1
      most = max(most, open)
      condition.broadcast()
    }
  }

  func leave() { locked { open -= 1 } }

  /// Holds the caller's cursor open until another is, for a while: so that several are open at once if they may be.
  func meet(seconds: Double) {
    locked {
      let end = Date(timeIntervalSinceNow: seconds)
      while most < 2, condition.wait(until: end) {}
    }
  }
}

private final class CountingSession: SourceSession {
  let session: any SourceSession
  let count: OpenCount

  init(_ session: any SourceSession, _ count: OpenCount) {
    self.session = session
    self.count = count
  }

  func boundary(of plan: EntityPlan, in range: ChunkRange, size: Int) throws -> BSONDocument? {
    count.enter()
    defer { count.leave() }
    return try session.boundary(of: plan, in: range, size: size)
  }

  func hasRanges(_ plan: EntityPlan) throws -> Bool { try session.hasRanges(plan) }

  func read(_ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    let cursor = CountedCursor(try session.read(plan, range, order: order, into: encoder), count)
    count.meet(seconds: 0.05)
    return cursor
  }

  func fetch(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    CountedCursor(try session.fetch(plan, locators, into: encoder), count)
  }

  func estimatedCount(of entity: Entity) throws -> Int? { try session.estimatedCount(of: entity) }
  func verify(_ plan: EntityPlan) throws { try session.verify(plan) }
  func contents() throws -> [String] { try session.contents() }
  func verifyContents(of plan: EntityPlan) throws { try session.verifyContents(of: plan) }
  func keyUniqueness(_ plan: EntityPlan) throws -> KeyUniqueness { try session.keyUniqueness(plan) }
  func keyKindHolds(_ plan: EntityPlan, _ kind: ValueKind) throws -> Bool {
    try session.keyKindHolds(plan, kind)
  }
}

private final class CountedCursor: RecordCursor {
  let cursor: any RecordCursor
  let count: OpenCount
  private var isOpen = true

  init(_ cursor: any RecordCursor, _ count: OpenCount) {
    self.cursor = cursor
    self.count = count
    count.enter()
  }

  deinit { leave() }

  private func leave() {
    if isOpen { count.leave() }
    isOpen = false
  }

  func next() throws -> Bool {
    if try cursor.next() { return true }
    leave()
    return false
  }

  func close() {
    cursor.close()
    leave()
  }

  func fill() throws(Refusal) { try cursor.fill() }
  func appendLocator(to out: inout ByteBuffer) { cursor.appendLocator(to: &out) }
  func appendRecord(to out: inout ByteBuffer) { cursor.appendRecord(to: &out) }
}
