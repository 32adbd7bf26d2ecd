internal import Backfill
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources

/// Deletes the records of a collection, or of a table of SQLite, that don't stay, by ranges of their locators.
struct RecordRemoval {
  let object: ResetObject
  let entity: Entity
  let kind: Store.Kind
  let writer: any RecordWriter
  let ledger: ResetLedger
  let reset: Int
  let batch: Int

  /// - Parameter onBatch: told how many records went; throws to stop.
  func run(_ onBatch: (Int) throws -> Void) throws {
    var plan = try EntityPlan(referencesOf: entity.partial([]), source: kind)
    let session = writer.session
    let hasRanges = try session.hasRanges(plan)
    // Locators alone are read, from their index.
    if hasRanges { plan.readFields = nil }
    let hasKept = try isAnythingKept()
    var range = ChunkRange.everything
    repeat {
      range.upper = hasRanges ? try session.boundary(of: plan, in: range, size: batch) : nil
      let cursor = try session.readLocators(plan, range, encoder: RecordEncoder(plan: plan.record))
      var isDone = false
      while !isDone {
        var locators: [BSONDocument] = []
        while locators.count < batch, try cursor.next() {
          var out = ByteBuffer(capacity: 64)
          cursor.appendLocator(to: &out)
          locators.append(try BSONDocument(bytes: Array(out.bytes)))
        }
        isDone = locators.count < batch
        // SQLite must not read and delete at once.
        if hasRanges { cursor.close() }
        if hasRanges { isDone = true }
        try onBatch(try remove(locators, hasKept: hasKept))
      }
      range = ChunkRange(lower: range.upper)
    } while range.lower != nil
  }

  private func remove(_ locators: [BSONDocument], hasKept: Bool) throws -> Int {
    guard !locators.isEmpty else { return 0 }
    let doomed = hasKept ? try withoutKept(locators) : locators
    guard !doomed.isEmpty else { return 0 }
    StopPoint.reach(.beforeCheckpoint)
    let count = try writer.remove(doomed, of: entity)
    StopPoint.reach(.afterCheckpoint)
    try ledger.add(count, to: object, of: reset)
    return count
  }

  private func isAnythingKept() throws -> Bool {
    try ledger.connection.query(
      "SELECT EXISTS (SELECT FROM kedge.reset_records WHERE reset = $1 AND store = $2 AND object = $3) AS found",
      [.integer(reset), .text(object.store), .text(object.name)]
    ).first?["found"] == "t"
  }

  private func withoutKept(_ locators: [BSONDocument]) throws -> [BSONDocument] {
    let kept = try ledger.connection.query(
      """
      SELECT u.n - 1 AS place FROM unnest($4::bytea[]) WITH ORDINALITY u(l, n)
      WHERE EXISTS (SELECT FROM kedge.reset_records r WHERE r.reset = $1 AND r.store = $2 AND r.object = $3
        AND sha256(r.locator) = sha256(u.l))
      """,
      [
        .integer(reset), .text(object.store), .text(object.name),
        .text(locators.asByteArrays),
      ]
    ).map { try $0.int("place") }
    let places = Set(kept)
    return locators.enumerated().filter { !places.contains($0.offset) }.map(\.element)
  }
}
