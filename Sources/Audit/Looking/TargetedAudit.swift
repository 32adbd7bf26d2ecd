internal import Backfill
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres

/// What is true of one record or row at the moment it was looked at.
struct LookedAt: Sendable {
  enum State: Sendable, Equatable {
    case matching
    /// The source has no such record any more. (Its row, if there is one, is for a look at rows.)
    case gone
    /// Left out by a declared filter.
    case filtered
    case differs(Verdict)
  }
  /// The difference in `kedge.audit_differences` that was looked at again; nil for a look at locators.
  var id: Int?
  /// The record's; for an extra row, the record before the place where its key would stand, if any.
  var locator: [UInt8]?
  var state: State
  /// As text, personal values too: not for reports.
  var key: [String]
  var columns: [ColumnEvidence]
  /// SHA-256 of each side's columns as text, with child rows; nil where the side has none.
  var sourceDigest: [UInt8]?
  var targetDigest: [UInt8]?
}

/// An audit of named records alone, whose cost follows their number and not the table's: for a repair that looks at what it
/// mended, and for whatever knows what has changed. Belongs to the thread of its connection; the connection may be in a
/// transaction, which then sees what it has written itself.
final class TargetedAudit {
  private let plan: EntityPlan
  private let connection: PostgresConnection
  private let records: RecordLook
  private let extras: ExtraLook

  init(_ plan: EntityPlan, context: BackfillContext, run: Int, connection: PostgresConnection) throws {
    self.plan = plan
    self.connection = connection
    records = try RecordLook(plan, context: context, run: run, connection: connection)
    let stop = context.stop
    extras = try ExtraLook(plan, context: context, connection: connection) {
      if stop.isSet { throw AuditError.interrupted }
    }
  }

  /// Compares the records with these locators with their rows, both as they are now. One answer for each locator.
  func look(at locators: [BSONDocument]) throws -> [LookedAt] {
    var found: [LookedAt] = []
    for start in stride(from: 0, to: locators.count, by: RecordLook.batch) {
      let part = locators[start..<min(start + RecordLook.batch, locators.count)].map(\.bytes)
      try inTransaction {
        try records.fill(part)
        found += try read()
        try clear()
      }
    }
    return found
  }

  /// Looks again at differences of `kedge.audit_differences` (missing, extra, different or duplicate ones), by their
  /// numbers. One answer for each that is there.
  func look(again ids: [Int]) throws -> [LookedAt] {
    var found: [LookedAt] = []
    for start in stride(from: 0, to: ids.count, by: RecordLook.batch) {
      let part = Array(ids[start..<min(start + RecordLook.batch, ids.count)])
      try inTransaction {
        let (rows, batch) = try DifferenceBatch.read(part, connection)
        if !rows.isEmpty {
          try extras.stage(differences: rows)
          try extras.fill()
          found += try read()
          try clear()
        }
        if !batch.isEmpty {
          try records.fill(batch.locators)
          try Suspicions(run: 0, plan: plan, connection: connection, margin: 0).number(batch.ids)
          found += try read("WHERE id IS NOT NULL")
          try clear()
        }
      }
    }
    return found
  }

  private func inTransaction(_ body: () throws -> Void) throws {
    if connection.isInTransaction { try body() } else { try connection.transaction(body) }
  }

  /// Within one transaction there may be several looks.
  private func clear() throws {
    for table in [LookTable.name] { _ = try connection.execute("DELETE FROM \(table)") }
    try extras.clear()
    try records.clear()
  }

  private func read(_ condition: String = "") throws -> [LookedAt] {
    let rows = try connection.query(
      """
      SELECT id, locator, verdict, to_jsonb(key)::text AS key, to_jsonb(columns)::text AS cols, evidence::text AS evidence,
        source_digest, target_digest FROM \(LookTable.name) \(condition) ORDER BY id, locator
      """)
    return try rows.map { row in
      let state: LookedAt.State =
        switch try row.text("verdict") {
        case "matching", "present": .matching
        case "gone": .gone
        case "filtered": .filtered
        case let other: .differs(Verdict(rawValue: other) ?? .different)
        }
      return LookedAt(
        id: try row.optionalInt("id"), locator: try row.optionalBytes("locator"), state: state,
        key: try Evidence.texts(row.text("key")),
        columns: try Evidence.columns(row.text("cols"), evidence: row.text("evidence")),
        sourceDigest: try row.optionalBytes("source_digest"),
        targetDigest: try row.optionalBytes("target_digest"))
    }
  }
}

/// Differences to look at again, by how they are looked at.
struct DifferenceBatch {
  var ids: [Int] = []
  var locators: [[UInt8]] = []
  var isEmpty: Bool { ids.isEmpty }

  /// - Returns: the numbers of extra rows; the records with their locators, and those that share a row with them.
  static func read(_ ids: [Int], _ connection: PostgresConnection) throws -> ([Int], DifferenceBatch) {
    var extras: [Int] = []
    var batch = DifferenceBatch()
    let rows = try connection.query(
      "SELECT id, kind, locator, other_locator FROM kedge.audit_differences WHERE id = ANY ($1::bigint[]) ORDER BY id",
      [.text(ArrayText.of(ids))])
    var seen: Set<[UInt8]> = []
    for row in rows {
      let id = try row.int("id")
      switch try row.text("kind") {
      case "extra": extras.append(id)
      case "missing", "different", "duplicate":
        batch.ids.append(id)
        for locator in [try row.optionalBytes("locator"), try row.optionalBytes("other_locator")] {
          if let locator, seen.insert(locator).inserted { batch.locators.append(locator) }
        }
      default: break
      }
    }
    return (extras, batch)
  }
}
