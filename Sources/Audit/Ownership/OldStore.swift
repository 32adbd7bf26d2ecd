internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

/// The store that an entity came from, once Postgres owns it: nothing may be written there any more.
///
/// The first audit in phase `core` takes a baseline; later ones tell what changed since. Rows aren't compared with it: they
/// have to differ from now on.
struct OldStore {
  let plan: EntityPlan
  let context: BackfillContext
  let connection: PostgresConnection
  let run: Int
  let takesBaseline: Bool
  private static let examples = 5
  private static let batch = 10_000

  private var entity: Entity { plan.entity }

  /// In an earlier phase writes there are as they should be.
  func forget() throws { try Baseline.forget(set: context.set.name, entity: entity.name, connection) }

  func retired() throws -> OwnershipFinding? {
    let (records, _) = try look(since: nil)
    guard records.records > 0 else { return nil }
    return finding(
      "\(place) still has \(records.records) records, though the entity is retired; drop it once nobody needs it",
      .writtenInOldStore)
  }

  func compareWithBaseline() throws -> (finding: OwnershipFinding?, note: String) {
    let source = try context.source(of: plan).identity
    let known = try Baseline.read(set: context.set.name, entity: entity.name, connection)
    let (sums, young) = try look(since: known)
    guard let known, !takesBaseline, known.source == source else {
      try Baseline.write(
        sums, set: context.set.name, entity: entity.name, source: source, run: run, connection)
      return (
        nil,
        "Postgres owns it: \(place) has \(sums.records) records, and nothing may change there from now on"
      )
    }
    if sums == known.sums {
      return (nil, "Postgres owns it: \(place) is as it was at \(known.takenText)")
    }
    let parts = sums.changedParts(since: known.sums)
    var message = "\(place) was written after \(known.takenText), when Postgres owned it already:"
    message += " it had \(known.sums.records) records and has \(sums.records)"
    message += "; changes are in \(parts.count) of \(RecordSums.parts) parts"
    if young.count > 0 {
      message +=
        "; \(young.count) of its records were made since: \(young.ids.joined(separator: ", "))"
        + (young.count > young.ids.count ? ", …" : "")
    }
    let lacking = try recordsWithoutRow(in: parts)
    if !lacking.isEmpty {
      message += "; records of these parts without a row: \(lacking.joined(separator: ", "))"
    }
    message +=
      ". Find out who writes there, carry over what has to stay, and accept the rest with: kedge audit --new-baseline"
    return (
      finding(message, .writtenInOldStore), "Postgres owns it: \(place) has changed since \(known.takenText)"
    )
  }

  private var place: String {
    let what = context.set.store(named: entity.store)?.kind == .mongo ? "collection" : "table"
    return "the \(what) \"\(entity.collection)\" of the store \"\(entity.store)\""
  }

  private func finding(_ message: String, _ kind: OwnershipFinding.Kind) -> OwnershipFinding {
    OwnershipFinding(
      kind: kind, store: entity.store, object: entity.collection, entity: entity.name, message: message,
      isDrift: true)
  }

  /// Records with an ObjectId that is younger than the baseline.
  private struct Young {
    var count = 0
    var ids: [String] = []
  }

  private func session() throws -> (any SourceSession)? {
    let session = try context.source(of: plan).openSessions(1).take()
    // A collection that was dropped has no records.
    return try session?.contents().contains(entity.collection) ?? false ? session : nil
  }

  private func look(since baseline: Baseline?) throws -> (RecordSums, Young) {
    var (sums, young) = (RecordSums(), Young())
    guard let session = try session() else { return (sums, young) }
    let cursor = try session.read(
      plan, .everything, order: .any, into: RecordEncoder(plan: plan.record))
    var locator = ByteBuffer(capacity: 256)
    var record = ByteBuffer(capacity: 4096)
    var digest = ByteBuffer(capacity: 32)
    var seen = 0
    while try cursor.next() {
      locator.removeAll()
      record.removeAll()
      cursor.appendLocator(to: &locator)
      cursor.appendRecord(to: &record)
      sums.add(locator: locator.bytes, record: record.bytes, &digest)
      if let baseline { try notice(locator.bytes, since: baseline.takenAt, &young) }
      seen += 1
      if seen % 1000 == 0, context.stop.isSet { throw AuditError.interrupted }
    }
    return (sums, young)
  }

  /// The first four bytes of an ObjectId are the second in which it was made.
  private func notice(_ locator: UnsafeRawBufferPointer, since time: Double, _ young: inout Young) throws {
    // {_id: ObjectId} is 22 bytes: a length, the type 7, "_id", the twelve bytes, and the end.
    guard locator.count == 22, locator[4] == 7 else { return }
    let id = UnsafeRawBufferPointer(rebasing: locator[9..<21])
    let second = UInt32(bigEndian: id.loadUnaligned(as: UInt32.self))
    // A whole second more, as the fraction is lost.
    guard Double(second) > time else { return }
    young.count += 1
    if young.ids.count < Self.examples, let text = ObjectID(id)?.description { young.ids.append(text) }
  }

  /// Keys of records in the changed parts for which the target has no row: written there alone.
  private func recordsWithoutRow(in parts: [Int]) throws -> [String] {
    guard let session = try session(),
      try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(plan.table.sql)]).first?[
        "found"] == "t"
    else { return [] }
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: run,
      foreignKeys: [])
    let cursor = try session.read(plan, .everything, order: .any, into: loader.encoder)
    let keys = plan.keyColumns.map { column in
      let text = "s.\(quotedIdentifier(column.name))::text"
      return column.isPersonal
        ? "'sha256:' || left(encode(sha256(convert_to(\(text), 'UTF8')), 'hex'), 12)" : text
    }.joined(separator: ", ")
    var found: [String] = []
    var isDone = false
    while !isDone, found.count < Self.examples {
      if context.stop.isSet { throw AuditError.interrupted }
      try connection.transaction {
        let (tables, _, staged) = try loader.stage(cursor, limit: Self.batch)
        isDone = staged.read < Self.batch
        loader.dropQuarantine()
        found += try connection.query(
          """
          SELECT concat_ws(', ', \(keys)) AS key FROM \(tables.main) s
          WHERE get_byte(sha256(s.\(StagingTables.locator)), 0) = ANY($1::int[])
            AND NOT EXISTS (SELECT FROM \(plan.table.sql) t WHERE \(plan.keysMatch("t", "s")))
          ORDER BY 1 LIMIT \(Self.examples - found.count)
          """, [.text("{" + parts.map(String.init).joined(separator: ",") + "}")]
        ).map { try $0.text("key") }
      }
    }
    return found
  }
}
