internal import Codec
internal import Comparison
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources

/// Tells which records of a chunk the target has already, byte for byte: both sides are read in the order of keys, side by
/// side, and what is alike needn't be staged.
///
/// It finds what is there; it never says of a row that it isn't. A record that it doesn't find alike, for whatever reason
/// (another order, a row that was written since), is staged and merged like any other, so that a mistake costs time alone.
///
/// The rows are read on connections of their own, in a snapshot that ends before the chunk's transaction locks anything.
final class RowComparer {
  private enum State {
    /// No chunk is at hand, or its rows aren't worth reading.
    case idle
    /// Rows are read from the first record's key on.
    case waiting(upper: [UInt8]?)
    case reading(TargetStream, [ChildStream])
  }

  private let plan: EntityPlan
  private let order: KeyOrder
  private let key: KeyFields
  private let open: () throws -> TargetReader
  private var reader: TargetReader?
  private var state = State.idle
  /// For keys of bounds: another encoder, as the loader's counts the fields of the records that it reads.
  private let bound: SourceRecord
  /// Records that wait in quarantine are merged, whatever their rows are: that is how they leave it.
  private var waiting = LocatorSet()
  private var worth = ComparisonWorth()

  /// - Parameter open: connects to the target, as the worker's other connections do.
  init(_ plan: EntityPlan, order: KeyOrder, open: @escaping () throws -> TargetReader) {
    self.plan = plan
    self.order = order
    self.open = open
    key = KeyFields(count: plan.key.count)
    bound = SourceRecord(plan)
  }

  /// Nil where the entity's rows can't be read in the order of keys, or where a row may be another record's.
  ///
  /// Whether its records come in that order, only reading them tells: chunks are ranges of locators, and the key may be
  /// another field, such as the text that SQLite has beside a rowid.
  static func ifPossible(
    _ plan: EntityPlan, _ session: any SourceSession, _ ownership: KeyOwnership,
    _ connection: PostgresConnection, open: @escaping (KeyOrder) throws -> TargetReader
  ) throws -> RowComparer? {
    guard ownership.isApart, !ownership.expectsNoRows, ownership.claims == nil,
      try session.hasRanges(plan), let order = KeyOrder(plan, live: try LiveKey(plan, in: connection)),
      order.isIndexed
    else { return nil }
    return RowComparer(plan, order: order) { try open(order) }
  }

  /// Begins a chunk. Nothing of the target is read before its first record is there.
  func begin(_ range: ChunkRange, _ session: any SourceSession, waiting: LocatorSet) throws {
    self.waiting = waiting
    state = .idle
    guard !waiting.isTooLarge, worth.isNextWorthReading() else { return }
    guard let upper = range.upper else {
      state = .waiting(upper: nil)
      return
    }
    // Where the record at the bound is gone, nobody knows where the chunk's rows end.
    if let key = try key(of: upper, session) { state = .waiting(upper: key) }
  }

  /// Whether this chunk's records are compared.
  var isAtWork: Bool { if case .idle = state { false } else { true } }

  /// Whether the target has the latest record's rows.
  ///
  /// - Parameters:
  ///   - encoder: has just appended the record to `rows`, as staged rows.
  ///   - locator: the record's.
  func isAlike(_ encoder: RecordEncoder, _ rows: [RowBuffer], locator: UnsafeRawBufferPointer) throws -> Bool
  {
    let offsets = encoder.fieldOffsets
    let bytes = rows[0].bytes.bytes
    key.set(row: bytes, offsets: offsets, indexes: plan.key)
    if case .waiting(let upper) = state { try startReading(to: upper) }
    guard case .reading(let target, let children) = state else { return false }
    while target.row != nil, order.compare(target.key, key) < 0 {
      worth.passed()
      try target.advance()
    }
    guard let row = target.row else {
      // What comes now isn't there. Nothing stays open while it is read and staged.
      try end()
      return false
    }
    guard order.compare(target.key, key) == 0 else { return false }
    // After the field count; a staged row has its number and locator before its fields.
    let fields = bytes[offsets[0]..<offsets[plan.columns.count]]
    var isSame = UnsafeRawBufferPointer(rebasing: row[2...]).isAlike(UnsafeRawBufferPointer(rebasing: fields))
    for (index, child) in children.enumerated() {
      let staged = UnsafeRawBufferPointer(
        rebasing: rows[index + 1].bytes.bytes[encoder.marks[index + 1].bytes...])
      if try !child.matches(key, staged, order, prefix: StagingTables.childPrefix) { isSame = false }
    }
    try target.advance()
    if isSame { worth.found() } else { worth.passed() }
    if worth.isLost {
      worth.giveUp()
      try end()
    }
    return isSame && !waiting.mayHold(locator)
  }

  /// Ends the reading, if it hasn't ended.
  func end() throws {
    defer { state = .idle }
    guard case .reading(let target, let children) = state else { return }
    target.close()
    for child in children { child.close() }
    try reader?.end()
    StopPoint.reach(.afterCompare)
  }

  /// Gives everything up after an error.
  func abandon() {
    state = .idle
    reader?.close()
    reader = nil
  }

  private func startReading(to upper: [UInt8]?) throws {
    state = .idle
    StopPoint.reach(.beforeCompare)
    do {
      let reader = try self.reader ?? open()
      self.reader = reader
      var lower = ByteBuffer(capacity: 64)
      key.append(to: &lower)
      let (target, children) = try reader.open(KeyRange(lower: Array(lower.bytes), upper: upper))
      state = .reading(target, children)
    } catch let error as PostgresError where error.fault == .tooManyConnections {
      // The work goes on without.
      worth.rest()
    }
  }

  private func key(of locator: BSONDocument, _ session: any SourceSession) throws -> [UInt8]? {
    let cursor = try session.fetch(plan, [locator], into: bound.encoder)
    defer { cursor.close() }
    guard try cursor.next() else { return nil }
    do throws(Refusal) { try cursor.fill() } catch { return nil }
    return bound.loadKey() ? bound.keyCopy : nil
  }
}
