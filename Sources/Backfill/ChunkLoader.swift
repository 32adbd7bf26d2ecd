public import Catalog
public import Codec
internal import Executors
public import Mapping
public import Postgres
public import RecordSources
public import Schema

/// Moves records of one entity into the target, a chunk in a transaction: copies where the table was empty, merges
/// where rows exist. One loader belongs to one thread.
public final class ChunkLoader {
  /// Bytes of rows or of quarantined records held before they are sent on: what bounds the memory of a worker.
  public static let batchBytes = 1 << 20
  static let quarantineBytes = 4 << 20
  /// Records between two looks at progress, pace and stop.
  static let batchRecords = 1000

  public let plan: EntityPlan
  public let encoder: RecordEncoder
  let connection: PostgresConnection
  let catalog: Catalog
  let setName: String
  let run: Int
  private let session: any SourceSession
  let rows: [RowBuffer]
  private var staging: StagingTables?
  private let foreignKeys: [ForeignKey]
  /// Which rows are a record's own.
  private let ownership: KeyOwnership
  /// Whether a record that an earlier run found to be a duplicate is tried all the same, as the claims now tell.
  var retriesDuplicates = false
  private var locator = ByteBuffer(capacity: 256)
  private var waiting: [QuarantineEntry] = []
  private var waitingBytes = 0
  /// Entries that were written in a transaction that may still be rolled back: the latest of them.
  private var unsettled: [QuarantineEntry] = []
  /// Asked now and then whether there are too many refusals.
  var judge: LimitJudge?
  /// Asked after each batch whether to end the chunk before its range ends; told how many bytes it has by then.
  var yields: ((_ bytes: Int) -> Bool)?
  /// Asked for how many records to read before the next look at progress, pace and stop.
  var batch: (() -> Int)?
  /// Told when a cursor over a chunk has been read as far as it will be.
  var onReadEnd: (() -> Void)?
  /// Bytes of the chunk at hand: of its rows, and of its records that were refused.
  private var chunkBytes = 0
  /// Where the last range was left, if it wasn't read to its end: the locator of the first record that wasn't read.
  private(set) var endedAt: BSONDocument?
  /// Told of each record that the encoder refused, while its values still fill the slots.
  public var onRefusal: ((RecordEncoder) -> Void)?
  private let onProgress: (Int) -> Void
  private let checkpoint: () throws -> Void

  /// - Parameters:
  ///   - foreignKeys: the entity's own foreign keys, as far as they exist in the target.
  ///   - ownership: how a record is told from another one with its key; nil for staging alone.
  ///   - onProgress: told of every batch of records read.
  ///   - checkpoint: called between batches; throws to stop.
  public init(
    plan: EntityPlan, session: any SourceSession, connection: PostgresConnection, setName: String, run: Int,
    foreignKeys: [ForeignKey], ownership: KeyOwnership? = nil, onProgress: @escaping (Int) -> Void = { _ in },
    checkpoint: @escaping () throws -> Void = {}
  ) {
    self.plan = plan
    self.session = session
    self.connection = connection
    self.setName = setName
    self.run = run
    self.foreignKeys = foreignKeys
    self.ownership = ownership ?? .certain
    self.onProgress = onProgress
    self.checkpoint = checkpoint
    catalog = Catalog(connection)
    encoder = RecordEncoder(plan: plan.record)
    rows = (0...plan.children.count).map { _ in RowBuffer(capacity: Self.batchBytes + (1 << 16)) }
  }

  /// Whether a row with a record's key can only be another's.
  var expectsNoRows: Bool { ownership.expectsNoRows }
  /// Whether its records claim their keys.
  var hasClaims: Bool { ownership.claims != nil }

  // MARK: Copying into an empty table

  /// Copies every record of `range` straight into the target, inside the caller's transaction.
  func copy(_ range: ChunkRange) throws -> Tally {
    let statements =
      [CopyStream.statement(table: plan.table.sql, columns: plan.columns.map(\.name))]
      + plan.children.map { CopyStream.statement(table: $0.table.sql, columns: $0.columns.map(\.name)) }
    StopPoint.reach(.beforeRead)
    let cursor = try session.read(plan, range, order: .locator, into: encoder)
    return try stream(cursor, statements: statements) { _ in .none }
  }

  // MARK: Merging into a table that may have rows

  /// Stages every record of the cursor and merges what differs, inside the caller's transaction.
  ///
  /// - Parameter expectsNoRows: the table was empty when the run began, so that a row with a record's key can only be
  ///   another record's.
  func merge(_ cursor: any RecordCursor, expectsNoRows: Bool = false) throws -> Tally {
    // A deferred constraint would speak up at the commit, when it is too late to find the row.
    _ = try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    let (staging, number, staged) = try stage(cursor, limit: .max)
    var tally = staged
    tally.landed = 0
    try removeDuplicates(staging, &tally, expectsNoRows: expectsNoRows)
    if let claims = ownership.claims {
      try claim(claims, staging, 1...max(1, number), &tally)
      let taken = try connection.query(claims.takenSQL(staging)).map { try $0.int("r") }
      try quarantineStaged(taken, staging, &tally, duplicate)
    }
    try removeOrphans(staging, &tally)
    let changed = try mergeRange(staging, 1...max(1, number), &tally, expectsNoRows)
    let left = tally.read - tally.quarantined - tally.filtered
    tally.landed = changed
    tally.unchanged = left - changed
    try releaseLanded(staging)
    return tally
  }

  /// Copies up to `limit` records of the cursor into the staging tables, inside the caller's transaction. In the tally,
  /// `landed` counts what was staged; refused records wait to be quarantined, or dropped.
  public func stage(_ cursor: any RecordCursor, limit: Int) throws -> (
    tables: StagingTables, highest: Int, tally: Tally
  ) {
    let staging = try self.staging ?? StagingTables(plan, connection: connection)
    self.staging = staging
    var number: Int32 = 0
    let tally = try stream(cursor, limit: limit, statements: staging.copyStatements) { cursor in
      number += 1
      self.locator.removeAll()
      cursor.appendLocator(to: &self.locator)
      return .staged(row: number, locator: self.locator.bytes)
    }
    return (staging, Int(number), tally)
  }

  /// See ``SourceSession/boundary(of:in:size:)``.
  func boundary(in range: ChunkRange, size: Int) throws -> BSONDocument? {
    try session.boundary(of: plan, in: range, size: size)
  }

  func merge(_ range: ChunkRange, expectsNoRows: Bool) throws -> Tally {
    StopPoint.reach(.beforeRead)
    return try merge(
      try session.read(plan, range, order: .locator, into: encoder), expectsNoRows: expectsNoRows)
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

  private func removeDuplicates(_ staging: StagingTables, _ tally: inout Tally, expectsNoRows: Bool) throws {
    if !expectsNoRows, !retriesDuplicates {
      // First: within one chunk a known duplicate may come before the record whose row is there.
      let known = try connection.query(
        staging.knownDuplicatesSQL, [.text(setName), .text(plan.entity.name)]
      ).map { try $0.int("r") }
      try quarantineStaged(known, staging, &tally, duplicate)
    }
    let found = try connection.query(staging.duplicatesSQL).map { try $0.int("r") }
    try quarantineStaged(found, staging, &tally, duplicate)
  }

  /// Claims the keys of a range of record numbers; where the database refuses one, halves it until that is found.
  private func claim(
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

  private func duplicate(_ locator: [UInt8], _ record: [UInt8]) -> QuarantineEntry {
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

  private func orphan(_ key: ForeignKey, _ locator: [UInt8], _ record: [UInt8]) -> QuarantineEntry {
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
  private func quarantineStaged(
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

  // MARK: The loop

  /// Reads the cursor to its end: fill, filter, encode, send.
  private func stream(
    _ cursor: any RecordCursor, limit: Int = .max, statements: [String],
    prefix: (any RecordCursor) -> RecordEncoder.Prefix
  ) throws -> Tally {
    let copy = CopyStream(connection, statements: statements)
    for buffer in rows { buffer.removeAll() }
    var tally = Tally()
    var reported = 0
    var batch = self.batch?() ?? Self.batchRecords
    endedAt = nil
    chunkBytes = 0
    var pending = 0
    let isWatched = StopPoint.isArmed
    do {
      while tally.read < limit, try cursor.next() {
        tally.read += 1
        if isWatched { StopPoint.reach(.beforeConvert) }
        do throws(Refusal) {
          try cursor.fill()
          if encoder.matchesFilters() {
            if let only = ownership.onlyKind, encoder.slots[only.slot].kind != only.kind {
              throw Refusal(.keyKind, found: encoder.slots[only.slot].kind)
            }
            try encoder.encode(prefix: prefix(cursor), into: rows)
            tally.landed += 1
          } else {
            tally.filtered += 1
          }
        } catch {
          tally.quarantined += 1
          onRefusal?(encoder)
          hold(refused(error, cursor))
        }
        if isWatched { StopPoint.reach(.afterConvert) }
        let before = pending
        pending = pendingBytes
        chunkBytes += pending - before
        var isDue = pending >= Self.batchBytes || tally.read - reported >= batch
        if pending - before >= Self.largeRecord {
          if let error = try sendAlone(copy) {
            tally.landed -= 1
            tally.quarantined += 1
            hold(refused(error, cursor))
          }
          pending = 0
          isDue = true
        } else if pending >= Self.batchBytes || (isDue && !copy.isOpen) {
          // Early where none is open: a slow source, or a low rate, must not look like a transaction that does nothing.
          try copy.send(rows)
          pending = 0
        }
        if waitingBytes >= Self.quarantineBytes {
          try copy.close()
          try flushQuarantine()
          isDue = true
        }
        if isDue {
          onProgress(tally.read - reported)
          reported = tally.read
          batch = self.batch?() ?? Self.batchRecords
          try checkpoint()
          if judge?.isDue(tally) ?? false {
            try copy.close()
            try judgeNow(tally)
          }
          if yields?(chunkBytes) ?? false, try session.hasRanges(plan) {
            if try cursor.next() {
              locator.removeAll()
              cursor.appendLocator(to: &locator)
              endedAt = try BSONDocument(bytes: Array(locator.bytes))
            }
            break
          }
        }
      }
      // Nothing stays open in the source while the target works.
      if tally.read < limit {
        cursor.close()
        onReadEnd?()
      }
      StopPoint.reach(.afterRead)
      try copy.send(rows)
      try copy.close()
    } catch {
      copy.abort()
      throw error
    }
    onProgress(tally.read - reported)
    return tally
  }

  func hold(_ entry: QuarantineEntry) {
    waiting.append(entry)
    let bytes = entry.record.count + entry.locator.count + 512
    waitingBytes += bytes
    chunkBytes += bytes
  }

  /// Asks the judge, once there may be too many refusals, with all of them written.
  private func judgeNow(_ tally: Tally) throws {
    guard let judge, judge.isDue(tally) else { return }
    try flushQuarantine()
    try judge.check(tally)
  }

  /// Writes the records that wait in memory to the quarantine table.
  func flushQuarantine(keepsRun: Bool = false) throws {
    guard !waiting.isEmpty else { return }
    for entry in waiting {
      StopPoint.reach(.beforeQuarantine)
      try catalog.quarantine(entry, set: setName, run: run, keepsRun: keepsRun)
      StopPoint.reach(.afterQuarantine)
    }
    unsettled = waiting
    waiting.removeAll()
    waitingBytes = 0
  }

  /// Forgets what was written, once it is committed.
  func settleQuarantine() { unsettled.removeAll() }

  /// Forgets what waits, when the transaction that it belongs to is rolled back.
  public func dropQuarantine() {
    waiting.removeAll()
    unsettled.removeAll()
    waitingBytes = 0
  }

  /// Writes what a rolled back transaction found last, so that a person can see it. It counts in no run: its chunk is
  /// read again.
  func saveQuarantine() throws {
    try connection.transaction {
      for entry in unsettled + waiting { try catalog.quarantine(entry, set: setName, run: 0, keepsRun: true) }
    }
    dropQuarantine()
  }
}
