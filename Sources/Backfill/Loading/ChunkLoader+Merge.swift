public import Catalog
public import Codec
internal import Executors
internal import Mapping
internal import Postgres
public import RecordSources
internal import Schema

/// Merging into a table that may have rows: records are staged, and one statement writes what differs.
extension ChunkLoader {
  /// Stages every record of the cursor and merges what differs, inside the caller's transaction.
  ///
  /// - Parameter expectsNoRows: the table was empty when the run began, so that a row with a record's key can only be
  ///   another record's.
  func merge(_ cursor: any RecordCursor, expectsNoRows: Bool = false) throws -> Tally {
    try merge(cursor, waiting: waitingRecords(), comparer: nil, expectsNoRows)
  }

  private func merge(
    _ cursor: any RecordCursor, waiting: LocatorSet, comparer: RowComparer?, _ expectsNoRows: Bool
  ) throws -> Tally {
    // A deferred constraint would speak up at the commit, when it is too late to find the row.
    _ = try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    let (staging, number, staged) = try stage(cursor, limit: .max, comparer: comparer)
    var tally = staged
    tally.landed = 0
    if !expectsNoRows { try removeKnownDuplicates(staging, &tally, waiting) }
    if try !expectsNoRows && ownership.isApart && mayMergeAtOnce() && rulesHold.get(),
      let changed = try mergeAtOnce(staging)
    {
      count(changed, staged, &tally)
      if !waiting.isEmpty { try releaseLanded(staging) }
      return tally
    }
    try removeDuplicates(staging, &tally)
    if let claims = ownership.claims {
      try claim(claims, staging, 1...max(1, number), &tally)
      let taken = try connection.query(claims.takenSQL(staging)).map { try $0.int("r") }
      try quarantineStaged(taken, staging, &tally, duplicate)
    }
    try removeOrphans(staging, &tally)
    let changed = try mergeRange(staging, 1...max(1, number), &tally, expectsNoRows)
    count(changed, staged, &tally)
    if !waiting.isEmpty { try releaseLanded(staging) }
    return tally
  }

  /// Copies up to `limit` records of the cursor into the staging tables, inside the caller's transaction. In the tally,
  /// `landed` counts what was staged; refused records wait to be quarantined, or dropped.
  public func stage(_ cursor: any RecordCursor, limit: Int) throws -> (
    tables: StagingTables, highest: Int, tally: Tally
  ) {
    try stage(cursor, limit: limit, comparer: nil)
  }

  private func stage(_ cursor: any RecordCursor, limit: Int, comparer: RowComparer?) throws -> (
    tables: StagingTables, highest: Int, tally: Tally
  ) {
    let staging = try self.staging ?? StagingTables(plan, connection: connection)
    self.staging = staging
    var number: Int32 = 0
    let tally = try stream(cursor, limit: limit, statements: staging.copyStatements, comparer: comparer) {
      cursor in
      number += 1
      self.locator.buffer.removeAll()
      cursor.appendLocator(to: &self.locator.buffer)
      return .staged(row: number, locator: self.locator.bytes)
    }
    return (staging, Int(number), tally)
  }

  /// See ``SourceSession/boundary(of:in:size:)``.
  func boundary(in range: ChunkRange, size: Int) throws -> BSONDocument? {
    try session.boundary(of: plan, in: range, size: size)
  }

  func merge(_ range: ChunkRange, expectsNoRows: Bool) throws -> Tally {
    let waiting = try waitingRecords()
    var comparer = self.comparer
    if try expectsNoRows || !rulesHold.get() { comparer = nil }
    try comparer?.begin(range, session, waiting: waiting)
    StopPoint.reach(.beforeRead)
    return try merge(
      try session.read(plan, range, order: .locator, into: encoder), waiting: waiting,
      comparer: comparer.flatMap { $0.isAtWork ? $0 : nil }, expectsNoRows)
  }

  /// Merges the records with these locators, as repair and replay do.
  ///
  /// - Parameter settle: what must be written in the same transaction, after them.
  public func mergeRecords(_ locators: [BSONDocument], settle: () throws -> Void = {}) throws -> Tally {
    try connection.transaction {
      let tally = try merge(
        try session.fetch(plan, locators, into: encoder),
        expectsNoRows: ownership.expectsNoRows)
      try flushQuarantine(keepsRun: true)
      try settle()
      settleQuarantine()
      return tally
    }
  }

  /// First: within one chunk a known duplicate may come before the record whose row is there.
  private func removeKnownDuplicates(_ staging: StagingTables, _ tally: inout Tally, _ waiting: LocatorSet)
    throws
  {
    guard !retriesDuplicates, !waiting.isEmpty else { return }
    let known = try connection.query(
      staging.knownDuplicatesSQL, [.text(setName), .text(plan.entity.name)]
    ).map { try $0.int("r") }
    try quarantineStaged(known, staging, &tally, duplicate)
  }

  private func removeDuplicates(_ staging: StagingTables, _ tally: inout Tally) throws {
    let found = try connection.query(staging.duplicatesSQL).map { try $0.int("r") }
    try quarantineStaged(found, staging, &tally, duplicate)
  }

  /// Claims the keys of a range of record numbers; where the database refuses one, halves it until that is found.
  func claim(
    _ claims: KeyClaims, _ staging: StagingTables, _ range: ClosedRange<Int>, _ tally: inout Tally
  ) throws {
    do {
      try connection.savepoint {
        _ = try connection.execute(
          claims.claimSQL(staging), [.integer(range.lowerBound), .integer(range.upperBound)])
      }
    } catch let error as PostgresError where error.isAboutOneRow {
      if range.count > 1 {
        let middle = range.lowerBound + range.count / 2
        try claim(claims, staging, range.lowerBound...(middle - 1), &tally)
        return try claim(claims, staging, middle...range.upperBound, &tally)
      }
      try quarantineStaged([range.lowerBound], staging, &tally) { locator, record in
        RefusalText.entry(error, plan: self.plan, locator: locator, record: record)
      }
    }
  }

  func duplicate(_ locator: [UInt8], _ record: [UInt8]) -> QuarantineEntry {
    QuarantineEntry(
      entity: plan.entity.name, locator: locator, reason: "duplicate_key",
      message: "another source record has the same key (\(plan.entity.key.joined(separator: ", ")));"
        + " choose a key that tells them apart",
      record: record, isPersonal: plan.hasPersonalFields)
  }

  private func removeOrphans(_ staging: StagingTables, _ tally: inout Tally) throws {
    for key in foreignKeys {
      // Taking an orphan out may orphan a record that refers to it within the same table.
      while true {
        let sql = staging.orphansSQL(
          columns: key.columns, target: key.targetTable, targetColumns: key.targetColumns)
        let found = try connection.query(sql).map { try $0.int("r") }
        if found.isEmpty { break }
        try quarantineStaged(found, staging, &tally) { self.orphan(key, $0, $1) }
      }
    }
  }

  func orphan(_ key: ForeignKey, _ locator: [UInt8], _ record: [UInt8]) -> QuarantineEntry {
    QuarantineEntry(
      entity: plan.entity.name, locator: locator, reason: "reference",
      column: key.columns.joined(separator: ", "), sqlState: "23503",
      message:
        "\(key.columns.joined(separator: ", ")) names a row of \(key.targetTable.display) that isn't there;"
        + " move that record first, then: kedge quarantine replay",
      record: record, isPersonal: plan.hasPersonalFields)
  }

  /// Merges a range of record numbers; where the database refuses, halves it until the one record is found.
  private func mergeRange(
    _ staging: StagingTables, _ range: ClosedRange<Int>, _ tally: inout Tally, _ expectsNoRows: Bool
  ) throws -> Int {
    do {
      StopPoint.reach(.beforeMerge)
      return try connection.savepoint {
        let rows = try connection.query(
          staging.mergeSQL(expectsNoRows: expectsNoRows),
          [.integer(range.lowerBound), .integer(range.upperBound)])
        StopPoint.reach(.afterMerge)
        return try rows.first?.int("n") ?? 0
      }
    } catch let error as PostgresError where error.isAboutOneRow {
      if range.count > 1 {
        let middle = range.lowerBound + range.count / 2
        return try mergeRange(staging, range.lowerBound...(middle - 1), &tally, expectsNoRows)
          + mergeRange(staging, middle...range.upperBound, &tally, expectsNoRows)
      }
      let isTaken =
        try error.sqlState == "23505"
        && connection.query(staging.keyIsTakenSQL, [.integer(range.lowerBound)]).first?["taken"] == "t"
        && expectsNoRows
      // The record that this one refers to was staged with it, and refused: the same as if it hadn't been there.
      let key =
        error.sqlState == "23503"
        ? foreignKeys.first { $0.name == error.constraint && $0.table == plan.table } : nil
      try quarantineStaged([range.lowerBound], staging, &tally) { locator, record in
        if isTaken { return self.duplicate(locator, record) }
        if let key { return self.orphan(key, locator, record) }
        return RefusalText.entry(error, plan: self.plan, locator: locator, record: record)
      }
      return 0
    }
  }

  /// Moves staged records to quarantine, with their whole source value, fetched again by locator.
  func quarantineStaged(
    _ numbers: [Int], _ staging: StagingTables, _ tally: inout Tally,
    _ entry: (_ locator: [UInt8], _ record: [UInt8]) -> QuarantineEntry
  ) throws {
    for start in stride(from: 0, to: numbers.count, by: 500) {
      let batch = Array(numbers[start..<min(start + 500, numbers.count)])
      let list = batch.map(String.init).joined(separator: ", ")
      let staged = try connection.query("\(staging.locatorsSQL) IN (\(list))")
      let locators = try staged.map { try $0.bytes("l") }
      guard !locators.isEmpty else { continue }
      if let claims = ownership.claims { _ = try connection.execute(claims.releaseSQL(staging, list)) }
      for statement in staging.removalSQL(batch) { _ = try connection.execute(statement) }
      var left = Set(locators)
      let cursor = try session.fetch(plan, locators.map { try BSONDocument(bytes: $0) }, into: encoder)
      while try cursor.next() {
        var name = ByteBuffer(capacity: 256)
        var record = ByteBuffer(capacity: 1024)
        cursor.appendLocator(to: &name)
        cursor.appendRecord(to: &record)
        let found = Array(name.bytes)
        if left.remove(found) != nil { hold(entry(found, Array(record.bytes))) }
        if waitingBytes >= Self.quarantineBytes { try flushQuarantine() }
      }
      // A record deleted in the meantime is kept as its locator.
      for locator in left { hold(entry(locator, locator)) }
      tally.quarantined += locators.count
      try judgeNow(tally)
    }
  }

  /// What landed now may have waited in quarantine since an earlier run.
  private func releaseLanded(_ staging: StagingTables) throws {
    _ = try connection.execute(
      """
      DELETE FROM kedge.quarantine q USING \(staging.main) s
      WHERE q.set_name = $1 AND q.entity = $2 AND sha256(q.locator) = sha256(s.\(StagingTables.locator))
      """, [.text(setName), .text(plan.entity.name)])
  }
}
