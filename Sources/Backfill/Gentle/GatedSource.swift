internal import Codec
internal import Mapping
internal import RecordSources

/// A source with at most so many cursors open at a time over all its sessions.
struct GatedSource: RecordSource {
  let source: any RecordSource
  let gate: CursorGate

  var kind: Store.Kind { source.kind }
  var identity: String { source.identity }

  func openSessions(_ count: Int) throws -> SessionPool {
    let pool = try source.openSessions(count)
    return SessionPool((0..<count).compactMap { _ in pool.take().map { GatedSession($0, gate) } })
  }
}

/// A session that has a place at the gate while a cursor of it is open, or while its worker has reserved one.
///
/// A place is taken before a transaction or a lock is, so that nobody waits for the source with either in hand.
final class GatedSession: SourceSession {
  private let session: any SourceSession
  private let gate: CursorGate
  /// What the place is needed for right now. A session belongs to one thread, and so do its cursors.
  private var uses = 0
  private var isReserved = false

  init(_ session: any SourceSession, _ gate: CursorGate) {
    self.session = session
    self.gate = gate
  }

  deinit { if uses > 0 { gate.leave() } }

  /// Takes a place for what is to be read next.
  func reserve() throws {
    if isReserved { return }
    try enter()
    isReserved = true
  }

  /// Gives a reserved place back, as soon as no cursor needs it.
  func release() {
    guard isReserved else { return }
    isReserved = false
    leave()
  }

  fileprivate func enter() throws {
    if uses == 0 { try gate.enter() }
    uses += 1
  }

  fileprivate func leave() {
    uses -= 1
    if uses == 0 { gate.leave() }
  }

  private func inside<T>(_ body: () throws -> T) throws -> T {
    try enter()
    defer { leave() }
    return try body()
  }

  private func cursor(_ open: () throws -> any RecordCursor) throws -> any RecordCursor {
    try enter()
    do { return GatedCursor(try open(), self) } catch {
      leave()
      throw error
    }
  }

  func boundary(of plan: EntityPlan, in range: ChunkRange, size: Int) throws -> BSONDocument? {
    try inside { try session.boundary(of: plan, in: range, size: size) }
  }

  func chunkBoundary(of plan: EntityPlan, from lower: BSONDocument?, size: Int) throws -> BSONDocument? {
    try inside { try session.chunkBoundary(of: plan, from: lower, size: size) }
  }

  func hasRanges(_ plan: EntityPlan) throws -> Bool { try session.hasRanges(plan) }

  func read(_ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try cursor { try session.read(plan, range, order: order, into: encoder) }
  }

  func fetch(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try cursor { try session.fetch(plan, locators, into: encoder) }
  }

  func readLocators(_ plan: EntityPlan, _ range: ChunkRange, encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try cursor { try session.readLocators(plan, range, encoder: encoder) }
  }

  func keyIsLocator(_ plan: EntityPlan) throws -> Bool { try inside { try session.keyIsLocator(plan) } }

  func estimatedCount(of entity: Entity) throws -> Int? {
    try inside { try session.estimatedCount(of: entity) }
  }

  func verify(_ plan: EntityPlan) throws { try inside { try session.verify(plan) } }

  func contents() throws -> [String] { try inside { try session.contents() } }

  func verifyContents(of plan: EntityPlan) throws { try inside { try session.verifyContents(of: plan) } }

  func keyUniqueness(_ plan: EntityPlan) throws -> KeyUniqueness {
    try inside { try session.keyUniqueness(plan) }
  }

  func keyKindHolds(_ plan: EntityPlan, _ kind: ValueKind) throws -> Bool {
    try inside { try session.keyKindHolds(plan, kind) }
  }
}

/// A cursor that has its session's place until it is closed or at its end.
private final class GatedCursor: RecordCursor {
  private let cursor: any RecordCursor
  private let session: GatedSession
  private var isOpen = true

  init(_ cursor: any RecordCursor, _ session: GatedSession) {
    self.cursor = cursor
    self.session = session
  }

  deinit { close() }

  func next() throws -> Bool {
    guard isOpen, try cursor.next() else {
      close()
      return false
    }
    return true
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    cursor.close()
    session.leave()
  }

  func fill() throws(Refusal) { try cursor.fill() }
  func appendLocator(to out: inout ByteBuffer) { cursor.appendLocator(to: &out) }
  func appendRecord(to out: inout ByteBuffer) { cursor.appendRecord(to: &out) }
}
