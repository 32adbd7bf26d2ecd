import Codec
import Mapping
import RecordSources
import Synchronization

/// A source that lets something happen before its records are fetched for the first time by their locators: between an
/// audit's two looks.
final class LateSource: RecordSource {
  let source: any RecordSource
  var kind: Store.Kind { source.kind }
  var identity: String { source.identity }
  private let action: Action

  /// `@unchecked Sendable`: the closure is called once, under the lock.
  private final class Action: @unchecked Sendable {
    private let body: () throws -> Void
    private let isDone = Mutex(false)

    init(_ body: @escaping () throws -> Void) { self.body = body }

    func run() throws {
      try isDone.withLock { isDone in
        if !isDone { try body() }
        isDone = true
      }
    }
  }

  init(_ source: any RecordSource, _ body: @escaping () throws -> Void) {
    self.source = source
    action = Action(body)
  }

  func openSessions(_ count: Int) throws -> SessionPool {
    let pool = try source.openSessions(count)
    let action = action
    return SessionPool((0..<count).compactMap { _ in pool.take().map { LateSession($0, action.run) } })
  }

  func openWriter() throws -> any RecordWriter { try source.openWriter() }
}

private final class LateSession: SourceSession {
  let session: any SourceSession
  let beforeFetch: () throws -> Void

  init(_ session: any SourceSession, _ beforeFetch: @escaping () throws -> Void) {
    self.session = session
    self.beforeFetch = beforeFetch
  }

  func boundary(of plan: EntityPlan, in range: ChunkRange, size: Int) throws -> BSONDocument? {
    try session.boundary(of: plan, in: range, size: size)
  }
  func hasRanges(_ plan: EntityPlan) throws -> Bool { try session.hasRanges(plan) }
  func read(_ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try session.read(plan, range, order: order, into: encoder)
  }
  func fetch(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try beforeFetch()
    return try session.fetch(plan, locators, into: encoder)
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
