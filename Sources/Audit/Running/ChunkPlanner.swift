internal import Backfill
internal import Catalog
internal import Codec
internal import Comparison
internal import Mapping
internal import Postgres
internal import RecordSources

/// Decides how entities are compared, and cuts them into chunks.
struct ChunkPlanner: Sendable {
  let run: Run
  let chunkSize: Int
  /// One record in so many; nil for all.
  let oneIn: Int?
  /// Where indexes sort otherwise, each range walks over the whole table: then there are only so many.
  private static let unindexedRanges = 8
  /// Records after the wanted bound that are tried, where one's key can't be had.
  private static let tries = 100

  /// How an entity is compared. Needs no proof that both sides sort alike, for each chunk proves it of itself.
  func way(of plan: EntityPlan, _ worker: AuditWorker) throws -> AuditWay {
    let session = try worker.session(of: plan)
    let order = KeyOrder(plan, live: try LiveKey(plan, in: worker.connection))
    let isLocator = try session.keyIsLocator(plan) && session.hasRanges(plan)
    if oneIn != nil { return .sample(isLocator && order?.isIndexed ?? false ? order : nil) }
    guard let order else { return .join }
    return isLocator ? .ranges(order) : .whole(order)
  }

  /// Plans the entity's next chunk.
  ///
  /// - Throws: ``Disorder`` where the bounds themselves don't ascend.
  func next(_ state: EntityState, _ worker: AuditWorker) throws -> AuditChunk {
    let plan = state.plan
    let way = try state.way ?? self.way(of: plan, worker)
    state.way = way
    var chunk = AuditChunk(number: state.nextNumber)
    switch way {
    case .join: chunk.isJoin = true
    case .whole: chunk.isWhole = true
    case .sample:
      chunk.locators.lower = state.plannedTo
      // Whole strata, so that none is cut in two.
      let size = oneIn.map { max(1, (5 * chunkSize + $0 - 1) / $0) * $0 } ?? chunkSize
      chunk.locators.upper = try boundary(state, size - (state.nextNumber == 0 ? 1 : 0), worker)
    case .ranges(let order):
      var size = chunkSize
      if !order.isIndexed {
        let estimate = try state.estimate ?? worker.session(of: plan).estimatedCount(of: plan.entity)
        state.estimate = estimate
        size = max(size, (estimate ?? 0) / Self.unindexedRanges + 1)
      }
      chunk.locators.lower = state.plannedTo
      chunk.keys.lower = state.plannedKey
      if let (upper, key) = try bound(state, size, order, worker) {
        chunk.locators.upper = upper
        chunk.keys.upper = key
      }
    }
    try worker.ledger.plan(run, plan.entity.name, chunk)
    state.nextNumber += 1
    state.plannedTo = chunk.locators.upper
    state.plannedKey = chunk.keys.upper
    state.isPlanned = chunk.locators.upper == nil
    return chunk
  }

  private func boundary(_ state: EntityState, _ size: Int, _ worker: AuditWorker) throws -> BSONDocument? {
    let session = try worker.session(of: state.plan)
    guard try session.hasRanges(state.plan) else { return nil }
    // Strata of a sample are counted; ranges needn't be.
    let upper =
      try oneIn == nil
      ? session.chunkBoundary(of: state.plan, from: state.plannedTo, size: max(1, size))
      : session.boundary(of: state.plan, in: ChunkRange(lower: state.plannedTo), size: max(1, size))
    return upper == state.plannedTo ? nil : upper
  }

  /// The record `size` on, with its key: or one soon after it, where that one is gone by now or its key can't be had.
  private func bound(_ state: EntityState, _ size: Int, _ order: KeyOrder, _ worker: AuditWorker) throws -> (
    BSONDocument, [UInt8]
  )? {
    let plan = state.plan
    let session = try worker.session(of: plan)
    let record = SourceRecord(plan)
    var upper = try boundary(state, size, worker)
    for _ in 0..<Self.tries {
      guard let locator = upper else { return nil }
      let cursor = try session.fetch(plan, [locator], into: record.encoder)
      if try cursor.next() {
        var isReadable = true
        do throws(Refusal) { try cursor.fill() } catch { isReadable = false }
        if isReadable, record.loadKey() {
          let key = record.keyCopy
          cursor.close()
          if let lower = state.plannedKey {
            let before = OwnedKey(count: plan.key.count, encoded: lower)
            if order.compare(before.key, record.key) >= 0 { throw Disorder() }
          }
          return (locator, key)
        }
      }
      cursor.close()
      upper = try session.boundary(of: plan, in: ChunkRange(lower: locator), size: 1)
    }
    return nil
  }
}
