import Codec
import Mapping
import RecordSources
import Synchronization

/// A source that tells a test of what is asked of it, before it answers.
final class WatchedSource: RecordSource {
  struct Watch: Sendable {
    /// A range is about to be read.
    var onRead: @Sendable (ChunkRange) -> Void = { _ in }
    /// Records are about to be looked at by their locators.
    var onFetch: @Sendable ([BSONDocument]) -> Void = { _ in }
    /// It is asked how many records an entity has.
    var onCount: @Sendable (String) -> Void = { _ in }
  }
  private let base: any RecordSource
  private let watch: Watch
  var kind: Store.Kind { base.kind }
  var identity: String { base.identity }

  init(_ base: any RecordSource, _ watch: Watch) {
    self.base = base
    self.watch = watch
  }

  func openSessions(_ count: Int) throws -> SessionPool {
    let pool = try base.openSessions(count)
    return SessionPool((0..<count).compactMap { _ in pool.take().map { WatchedSession($0, watch) } })
  }

  func openWriter() throws -> any RecordWriter { try base.openWriter() }
}

private final class WatchedSession: SourceSession {
  private let base: any SourceSession
  private let watch: WatchedSource.Watch

  init(_ base: any SourceSession, _ watch: WatchedSource.Watch) {
    self.base = base
    self.watch = watch
  }

  func boundary(of plan: EntityPlan, in range: ChunkRange, size: Int) throws -> BSONDocument? {
    try base.boundary(of: plan, in: range, size: size)
  }
  func hasRanges(_ plan: EntityPlan) throws -> Bool { try base.hasRanges(plan) }
  func read(_ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    watch.onRead(range)
    return try base.read(plan, range, order: order, into: encoder)
  }
  func fetch(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    watch.onFetch(locators)
    return try base.fetch(plan, locators, into: encoder)
  }
  func readLocators(_ plan: EntityPlan, _ range: ChunkRange, encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try base.readLocators(plan, range, encoder: encoder)
  }
  func keyIsLocator(_ plan: EntityPlan) throws -> Bool { try base.keyIsLocator(plan) }
  func contents() throws -> [String] { try base.contents() }
  func estimatedCount(of entity: Entity) throws -> Int? {
    watch.onCount(entity.name)
    return try base.estimatedCount(of: entity)
  }
  func verify(_ plan: EntityPlan) throws { try base.verify(plan) }
  func verifyContents(of plan: EntityPlan) throws { try base.verifyContents(of: plan) }
  func keyUniqueness(_ plan: EntityPlan) throws -> KeyUniqueness { try base.keyUniqueness(plan) }
  func keyKindHolds(_ plan: EntityPlan, _ kind: ValueKind) throws -> Bool {
    try base.keyKindHolds(plan, kind)
  }
}

/// What threads of an audit have told, in order.
final class Seen<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  var all: [Value] { values.withLock { $0 } }
  /// How many there are now.
  @discardableResult
  func add(_ value: Value) -> Int {
    values.withLock {
      $0.append(value)
      return $0.count
    }
  }
}

extension Engine {
  /// The same engine, of one store, whose source tells what is asked of it.
  func watched(_ watch: WatchedSource.Watch) -> Engine {
    Engine(set: set, source: WatchedSource(sources[set.stores[0].name]!, watch), into: target)
  }
}
