internal import Catalog
internal import Codec
public import Mapping
public import Postgres
internal import Schema

/// A staged record that the target doesn't take as it is.
public struct StagedRefusal: Sendable {
  /// The record's number in the stage.
  public var row: Int
  /// A sentence without values: why, and what to do.
  public var reason: String
  public var sqlState: String?
  public var constraint: String?
}

/// Merging as an audit's repair does: what the target refuses is told, and tried again later; nothing of it waits in
/// quarantine, so that it stays drift.
extension ChunkLoader {
  /// Merges what is staged, inside the caller's transaction.
  ///
  /// - Parameters:
  ///   - highest: the largest number of a staged record.
  ///   - inserts: no row with a staged key may be there; one that is belongs to somebody else, and is left alone.
  /// - Returns: the records that didn't land.
  public func mergeStaged(_ staging: StagingTables, highest: Int, inserts: Bool) throws -> [StagedRefusal] {
    // A deferred constraint would speak up at the commit, when it is too late to find the row.
    _ = try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    var refused: [StagedRefusal] = []
    try refuse(
      try numbers(staging.duplicatesSQL), staging, "another record of the source has the same key", &refused)
    if let claims = ownership.claims { try claim(claims, staging, highest, &refused) }
    for key in foreignKeys {
      // Taking an orphan out may orphan a record that refers to it within the same table.
      while true {
        let found = try numbers(
          staging.orphansSQL(
            columns: key.columns, target: key.targetTable, targetColumns: key.targetColumns))
        if found.isEmpty { break }
        let reason =
          "\(key.columns.joined(separator: ", ")) names a row of \(key.targetTable.display) that isn't there"
        try refuse(found, staging, reason, &refused, sqlState: "23503", constraint: key.name)
      }
    }
    try mergeRange(staging, 1...max(1, highest), inserts, &refused)
    return refused
  }

  /// Puts all staged records into quarantine, as their key is another record's, inside the caller's transaction.
  public func quarantineDuplicates(_ staging: StagingTables) throws {
    var tally = Tally()
    try quarantine(try numbers("SELECT \(StagingTables.row) AS r FROM \(staging.main)"), staging, &tally)
  }

  private func quarantine(_ rows: [Int], _ staging: StagingTables, _ tally: inout Tally) throws {
    keepsRefusals = true
    defer { keepsRefusals = false }
    try quarantineStaged(rows, staging, &tally, duplicate)
    try flushQuarantine(keepsRun: true)
    settleQuarantine()
  }

  private func numbers(_ sql: String) throws -> [Int] { try connection.query(sql).map { try $0.int("r") } }

  private func refuse(
    _ rows: [Int], _ staging: StagingTables, _ reason: String, _ refused: inout [StagedRefusal],
    sqlState: String? = nil, constraint: String? = nil
  ) throws {
    guard !rows.isEmpty else { return }
    for statement in staging.removalSQL(rows) { _ = try connection.execute(statement) }
    refused += rows.map {
      StagedRefusal(row: $0, reason: reason, sqlState: sqlState, constraint: constraint)
    }
  }

  /// Claims the staged keys. A record whose key is another's can never land: that one alone is quarantined, as a backfill
  /// would do, so that the next run knows of it.
  private func claim(
    _ claims: KeyClaims, _ staging: StagingTables, _ highest: Int, _ refused: inout [StagedRefusal]
  ) throws {
    var tally = Tally()
    keepsRefusals = true
    defer { keepsRefusals = false }
    try claim(claims, staging, 1...max(1, highest), &tally)
    let taken = try numbers(claims.takenSQL(staging))
    try quarantineStaged(taken, staging, &tally, duplicate)
    try flushQuarantine(keepsRun: true)
    settleQuarantine()
    refused += taken.map { row in
      StagedRefusal(
        row: row,
        reason: "another record of the source has the same key, and this one waits in quarantine now",
        sqlState: nil, constraint: nil)
    }
  }

  /// Merges a range of record numbers; where the database refuses, halves it until the one record is found.
  private func mergeRange(
    _ staging: StagingTables, _ range: ClosedRange<Int>, _ inserts: Bool, _ refused: inout [StagedRefusal]
  ) throws {
    do {
      try connection.savepoint {
        _ = try connection.query(
          staging.mergeSQL(expectsNoRows: inserts), [.integer(range.lowerBound), .integer(range.upperBound)])
      }
    } catch let error as PostgresError where error.isAboutOneRow {
      if range.count > 1 {
        let middle = range.lowerBound + range.count / 2
        try mergeRange(staging, range.lowerBound...(middle - 1), inserts, &refused)
        return try mergeRange(staging, middle...range.upperBound, inserts, &refused)
      }
      try refuse(
        [range.lowerBound], staging, RefusalText.reason(error, plan: plan), &refused,
        sqlState: error.sqlState,
        constraint: error.constraint)
    }
  }
}

extension RefusalText {
  /// Why the database refuses a record's rows, in a sentence without values.
  public static func reason(_ error: PostgresError, plan: EntityPlan) -> String {
    entry(error, plan: plan, locator: [], record: []).message
  }
}
