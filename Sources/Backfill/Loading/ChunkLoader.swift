internal import Catalog
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
  let session: any SourceSession
  let rows: [RowBuffer]
  var staging: StagingTables?
  let foreignKeys: [ForeignKey]
  /// Which rows are a record's own.
  let ownership: KeyOwnership
  /// Finds the records whose rows are there already; nil where they can't be found by reading.
  var comparer: RowComparer?
  /// Chunks that are merged with a search for what the server would refuse, after it has refused something.
  static let searchedAfterRefusal = 8
  var chunksToSearch = 0
  /// See ``StandingRules``; asked once.
  private(set) lazy var rulesHold = Result { try StandingRules.hold(for: plan, in: connection) }
  /// Whether a record that an earlier run found to be a duplicate is tried all the same, as the claims now tell.
  var retriesDuplicates = false
  let locator = KeptBuffer(capacity: 256)
  private var waiting: [QuarantineEntry] = []
  private(set) var waitingBytes = 0
  /// Whether refused records are kept, to be quarantined; false where they are only read to be compared.
  public var keepsRefusals = true
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

  // MARK: The loop

  /// Reads the cursor to its end: fill, filter, encode, send.
  func stream(
    _ cursor: any RecordCursor, limit: Int = .max, statements: [String], comparer: RowComparer? = nil,
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
        var isEncoded = false
        do throws(Refusal) {
          try cursor.fill()
          if encoder.matchesFilters() {
            if let only = ownership.onlyKind, encoder.slots[only.slot].kind != only.kind {
              throw Refusal(.keyKind, found: encoder.slots[only.slot].kind)
            }
            try encoder.encode(prefix: prefix(cursor), into: rows)
            isEncoded = true
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
        if isEncoded, let comparer, comparer.isAtWork,
          try comparer.isAlike(encoder, rows, locator: locator.bytes)
        {
          takeBack()
          tally.landed -= 1
          tally.unchanged += 1
        }
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
          if comparer != nil { try copy.begin() }
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
              locator.buffer.removeAll()
              cursor.appendLocator(to: &locator.buffer)
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
      try comparer?.end()
      try copy.send(rows)
      try copy.close()
    } catch {
      comparer?.abandon()
      copy.abort()
      throw error
    }
    onProgress(tally.read - reported)
    return tally
  }

  /// Takes the latest record's rows out of the buffers.
  private func takeBack() {
    for (index, mark) in encoder.marks.enumerated() {
      rows[index].bytes.truncate(to: mark.bytes)
      rows[index].count = mark.count
    }
  }

  func hold(_ entry: QuarantineEntry) {
    guard keepsRefusals else { return }
    waiting.append(entry)
    let bytes = entry.record.count + entry.locator.count + 512
    waitingBytes += bytes
    chunkBytes += bytes
  }

  /// Asks the judge, once there may be too many refusals, with all of them written.
  func judgeNow(_ tally: Tally) throws {
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
