internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources

/// The audit of one entity, on one thread.
///
/// Both sides are streamed in key order and compared as bytes; what seems to differ is looked at again, by locator and
/// in the server, before it counts. Where the two sides can't be proven to sort alike, batches are joined in the server.
final class EntityAudit {
  let plan: EntityPlan
  private let context: BackfillContext
  private let source: any RecordSource
  private let session: any SourceSession
  private let connection: PostgresConnection
  private let catalog: AuditCatalog
  private(set) var tally = AuditTally()
  /// Locators of records that seem to be missing or different.
  private var suspects: [BSONDocument] = []
  /// Records suspected before they are looked at again.
  private static let suspectBatch = 200
  private static let stagedBatch = 5_000

  init(_ plan: EntityPlan, context: BackfillContext, run: Int) throws {
    self.plan = plan
    self.context = context
    source = try context.source(of: plan)
    guard let session = try source.openSessions(1).take() else {
      throw SourceProblem(entity: plan.entity.name, message: "the source gave no session")
    }
    self.session = session
    connection = try PostgresConnection(context.target)
    catalog = AuditCatalog(connection, run: run, plan: plan)
  }

  func run() throws -> AuditTally {
    try session.verify(plan)
    if let order = KeyOrder(plan) {
      do {
        try merge(order)
        return tally
      } catch is Disorder {
        // The sides don't sort alike after all: begin again with the join.
        try catalog.forget()
        tally = AuditTally()
        suspects = []
      }
    }
    try join()
    return tally
  }

  /// Thrown when a side's keys don't ascend.
  private struct Disorder: Error {}

  private func checkStop() throws {
    if context.stop.isSet { throw AuditError.interrupted }
  }

  // MARK: Merging two ordered streams

  private func merge(_ order: KeyOrder) throws {
    // The target's snapshot is taken before the source is read.
    let reader = try PostgresConnection(context.target)
    defer { reader.close() }
    _ = try reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    let snapshot = try reader.query("SELECT pg_export_snapshot() AS s").first?.text("s") ?? ""
    let columns = plan.columns.map(\.portableValue).joined(separator: ", ")
    let target = try TargetStream(
      reader,
      sql: "SELECT \(columns) FROM \(plan.table.sql) ORDER BY \(order.orderBy(plan.keyColumns.map(\.name)))",
      keyIndexes: plan.key)
    defer { target.close() }
    let children = try plan.children.map {
      try ChildStream($0, context: context, snapshot: snapshot, order: order)
    }
    defer { for child in children { child.close() } }

    let encoder = RecordEncoder(plan: plan.record)
    let rows = (0...plan.children.count).map { _ in RowBuffer() }
    var keyOnly = ByteBuffer(capacity: 256)
    let previous = OwnedKey()
    var seen = 0
    var locator = ByteBuffer(capacity: 256)
    let cursor = try session.read(plan, .everything, order: .key, into: encoder)
    while try cursor.next() {
      for row in rows { row.removeAll() }
      var isRefused = false
      var key: [UnsafeRawBufferPointer] = []
      do throws(Refusal) {
        try cursor.fill()
        guard encoder.matchesFilters() else {
          tally.filtered += 1
          continue
        }
        try encoder.encode(prefix: .none, into: rows)
        key = plan.key.map { rows[0].field(encoder.fieldOffsets, $0) }
      } catch {
        isRefused = true
        tally.quarantined += 1
        keyOnly.removeAll()
        do throws(Refusal) { try encoder.encodeKey(to: &keyOnly) } catch { continue }
        key = OwnedKey.split(keyOnly.bytes)
      }
      if !previous.isEmpty, order.compare(previous.fields, key) >= 0 { throw Disorder() }
      previous.set(key)

      try skipExtras(target, before: key, order)
      let isHere = target.row != nil && order.compare(target.key, key) == 0
      if !isRefused {
        tally.compared += 1
        var isSame = isHere
        if isHere, let row = target.row { isSame = matches(row, rows[0].bytes.bytes) }
        for (index, child) in children.enumerated() {
          if try !child.matches(key, rows[index + 1].bytes.bytes, order), isHere { isSame = false }
        }
        if isSame {
          tally.matching += 1
        } else {
          locator.removeAll()
          cursor.appendLocator(to: &locator)
          suspects.append(try BSONDocument(bytes: Array(locator.bytes)))
        }
      }
      if isHere { try advance(target, order) }
      if suspects.count >= Self.suspectBatch { try lookAgain() }
      seen += 1
      if seen % 1000 == 0 {
        context.progress.advance(entity: plan.entity.name, by: 1000)
        try checkStop()
      }
    }
    try skipExtras(target, before: nil, order)
    while !suspects.isEmpty { try lookAgain() }
    try catalog.confirmExtras(&tally)
  }

  /// Target rows that come before `key` (all that are left, if nil) have no source record.
  private func skipExtras(_ target: TargetStream, before key: [UnsafeRawBufferPointer]?, _ order: KeyOrder)
    throws
  {
    while target.row != nil {
      if let key, order.compare(target.key, key) >= 0 { return }
      try catalog.suspectExtra(target.key)
      try advance(target, order)
    }
  }

  private func advance(_ target: TargetStream, _ order: KeyOrder) throws {
    let before = OwnedKey()
    before.set(target.key)
    try target.advance()
    if target.row != nil, order.compare(before.fields, target.key) >= 0 { throw Disorder() }
  }

  /// Whether the target's row says the same as the encoded one, byte for byte, but for ignored columns.
  private func matches(_ target: UnsafeRawBufferPointer, _ source: UnsafeRawBufferPointer) -> Bool {
    if let left = target.baseAddress, let right = source.baseAddress, target.count == source.count,
      memcmp(left, right, target.count) == 0
    {
      return true
    }
    guard !plan.entity.auditIgnore.isEmpty else { return false }
    let (left, right) = (Fields(row: target), Fields(row: source))
    for (index, column) in plan.columns.enumerated() where !plan.entity.auditIgnore.contains(column.name) {
      if left.isNull(index) != right.isNull(index) || !left.field(index).elementsEqual(right.field(index)) {
        return false
      }
    }
    return true
  }

  // MARK: Looking again

  /// Reads the suspects afresh from the source, and compares them in the server with the target as it is now.
  private func lookAgain() throws {
    guard !suspects.isEmpty else { return }
    let locators = Array(suspects.suffix(Self.suspectBatch))
    suspects.removeLast(locators.count)
    guard let fresh = try source.openSessions(1).take() else { return }
    let loader = ChunkLoader(
      plan: plan, session: fresh, connection: connection, setName: context.set.name, run: catalog.run,
      foreignKeys: [])
    try connection.transaction {
      let cursor = try fresh.fetch(plan, locators, into: loader.encoder)
      let (tables, _, staged) = try loader.stage(cursor, limit: .max)
      loader.dropQuarantine()
      let (matching, others) = try StagedComparison(plan, tables, setName: context.set.name).run(connection)
      let waiting = others.count { $0.kind == "quarantined" }
      // What was suspected and is alike now, or gone from the source, was in flight. Numbers within their tolerance are
      // suspected each time, as bytes are compared first.
      let settled = plan.entity.auditTolerance.isEmpty ? matching : 0
      tally.inFlight += settled + (locators.count - staged.read)
      tally.matching += matching
      tally.quarantined += staged.quarantined + waiting
      tally.compared -= locators.count - staged.read + staged.quarantined + waiting
      try record(others)
    }
  }

  private func record(_ findings: [StagedComparison.Finding]) throws {
    for finding in findings where finding.kind != "quarantined" {
      if finding.kind == "missing" { tally.missing += 1 } else { tally.different += 1 }
      try catalog.record(
        kind: finding.kind, key: finding.key, columns: finding.columns, locator: finding.locator)
    }
  }

  // MARK: Joining in the server

  private func join() throws {
    try catalog.createSeenKeys()
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: catalog.run,
      foreignKeys: [])
    let refusedKeys = RowBuffer()
    loader.onRefusal = { encoder in
      // A record that can't land is known: its row, if there is one from earlier, isn't extra.
      let start = refusedKeys.bytes.count
      refusedKeys.bytes.appendBigEndian(Int16(encoder.plan.key.count))
      do throws(Refusal) {
        try encoder.encodeKey(to: &refusedKeys.bytes)
        refusedKeys.count += 1
      } catch { refusedKeys.bytes.truncate(to: start) }
    }
    let cursor = try session.read(plan, .everything, order: .any, into: loader.encoder)
    var isDone = false
    while !isDone {
      try checkStop()
      try connection.transaction {
        let (tables, _, staged) = try loader.stage(cursor, limit: Self.stagedBatch)
        isDone = staged.read < Self.stagedBatch
        loader.dropQuarantine()
        let (matching, others) = try StagedComparison(plan, tables, setName: context.set.name).run(connection)
        let waiting = others.count { $0.kind == "quarantined" }
        tally.filtered += staged.filtered
        tally.quarantined += staged.quarantined + waiting
        tally.compared += staged.landed - waiting
        tally.matching += matching
        suspects += try others.filter { $0.kind != "quarantined" }.map { try BSONDocument(bytes: $0.locator) }
        try catalog.addSeenKeys(from: tables.main, refused: refusedKeys)
      }
      // Each suspect is compared once more; `lookAgain` counts it.
      while !suspects.isEmpty { try lookAgain() }
      context.progress.advance(entity: plan.entity.name, by: Self.stagedBatch)
    }
    try catalog.suspectUnseen()
    try catalog.confirmExtras(&tally)
  }
}
