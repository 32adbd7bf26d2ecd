internal import Backfill
internal import Codec
internal import Comparison
internal import Mapping
internal import Postgres
internal import RecordSources

/// Looks at a sample of one range: of every `oneIn` consecutive records one at random, and at the target's rows between it
/// and the next record.
///
/// The range is seen as a row of elements: each record together with the gap behind its key, and first of all the gap before
/// the first record. A target row that no record has lies in exactly one gap. So every missing or different record and every
/// extra row is found with the same chance, the share that was asked for.
final class SampleChunk {
  private struct Pick {
    /// Nil for the gap before the first record.
    var locator: [UInt8]?
    /// Nil for the last record.
    var next: [UInt8]?
  }
  /// Extra rows of one gap that are looked at: a gap may be a whole table.
  private static let rowsOfGap = 1000
  private static let batch = 400

  private let plan: EntityPlan
  /// How keys sort; nil where gaps can't be told, and records alone are looked at.
  private let order: KeyOrder?
  private let looks: ChunkLooks
  private let seed: Int
  private let oneIn: Int
  private let checkpoint: (Int) throws -> Void
  private let record: SourceRecord
  private var picks: [Pick] = []
  private var tally = AuditTally()
  private var sampled = 0

  init(
    _ plan: EntityPlan, order: KeyOrder?, looks: ChunkLooks, seed: Int, oneIn: Int,
    checkpoint: @escaping (Int) throws -> Void
  ) {
    self.plan = plan
    self.order = order
    self.looks = looks
    self.seed = seed
    self.oneIn = oneIn
    self.checkpoint = checkpoint
    record = SourceRecord(plan)
  }

  func run(_ chunk: AuditChunk, _ session: any SourceSession) throws -> (
    AuditTally, records: Int, sampled: Int
  ) {
    var draw = SampleDraw(seed: seed, entity: plan.entity.name, chunk: chunk.number, oneIn: oneIn)
    let cursor = try session.readLocators(plan, chunk.locators, encoder: RecordEncoder(plan: plan.record))
    defer { cursor.close() }
    var locator = ByteBuffer(capacity: 256)
    var records = 0
    var isOpen = false
    if chunk.locators.lower == nil, draw.takesNext() {
      picks.append(Pick())
      isOpen = true
    }
    while try cursor.next() {
      records += 1
      if records % 1000 == 0 { try checkpoint(1000) }
      let isTaken = draw.takesNext()
      guard isOpen || isTaken else { continue }
      locator.removeAll()
      cursor.appendLocator(to: &locator)
      if isOpen { picks[picks.count - 1].next = Array(locator.bytes) }
      if picks.count >= Self.batch { try look(chunk, session) }
      if isTaken { picks.append(Pick(locator: Array(locator.bytes))) }
      isOpen = isTaken
    }
    if isOpen { picks[picks.count - 1].next = chunk.locators.upper?.bytes }
    try look(chunk, session)
    try checkpoint(records % 1000)
    return (tally, records, sampled)
  }

  private func look(_ chunk: AuditChunk, _ session: any SourceSession) throws {
    guard !picks.isEmpty else { return }
    sampled += picks.count
    let locators = picks.compactMap(\.locator)
    tally.compared += locators.count
    var suspects: [[UInt8]] = []
    if !locators.isEmpty {
      tally += try looks.connection.transaction {
        try looks.records.fill(locators)
        suspects = try looks.suspicions.suspects()
        return try looks.suspicions.settled(chunk: chunk.number)
      }
    }
    tally += try looks.look(at: &suspects, chunk: chunk.number)
    if let order { try lookIntoGaps(order, chunk, session) }
    picks.removeAll(keepingCapacity: true)
  }

  /// Rows between the keys of a picked record and the one after it have no record.
  private func lookIntoGaps(_ order: KeyOrder, _ chunk: AuditChunk, _ session: any SourceSession) throws {
    let keys = try keys(Array(Set(picks.flatMap { [$0.locator, $0.next].compactMap(\.self) })), session)
    let names = plan.keyColumns.map(\.name)
    let columns = plan.keyColumns.map { $0.plainValue("t") }.joined(separator: ", ")
    var gaps: [String] = []
    for pick in picks {
      var range = KeyRange()
      if let locator = pick.locator {
        // A record whose key nobody knows, or that is gone by now, bounds nothing.
        guard let key = keys[locator] else { continue }
        range.lower = key
      }
      if let next = pick.next {
        guard let key = keys[next] else { continue }
        range.upper = key
      }
      if let lower = range.lower, let upper = range.upper {
        let (first, second) = (
          OwnedKey(count: plan.key.count, encoded: lower), OwnedKey(count: plan.key.count, encoded: upper)
        )
        if order.compare(first.key, second.key) >= 0 { throw Disorder() }
      }
      gaps.append(
        "(SELECT \(Self.literal(pick.locator)), \(Self.literal(pick.next)), \(columns) FROM \(plan.table.sql) t"
          + "\(order.clause(range, names, excludesLower: true)) ORDER BY \(order.terms(names)) LIMIT \(Self.rowsOfGap))"
      )
    }
    guard !gaps.isEmpty else { return }
    try looks.extras.prepare()
    let found = try looks.connection.execute(
      "INSERT INTO \(ExtraLook.table) SELECT row_number() OVER (), x.* FROM (\(gaps.joined(separator: " UNION ALL "))) x"
    )
    if found > 0 {
      tally += try looks.look(atExtras: RowBuffer(capacity: 16), chunk: chunk.number)
    }
  }

  private func keys(_ locators: [[UInt8]], _ session: any SourceSession) throws -> [[UInt8]: [UInt8]] {
    guard !locators.isEmpty else { return [:] }
    var keys: [[UInt8]: [UInt8]] = [:]
    let cursor = try session.fetch(
      plan, try locators.map { try BSONDocument(bytes: $0) }, into: record.encoder)
    defer { cursor.close() }
    var locator = ByteBuffer(capacity: 256)
    while try cursor.next() {
      var isReadable = true
      do throws(Refusal) { try cursor.fill() } catch { isReadable = false }
      guard isReadable, record.loadKey() else { continue }
      locator.removeAll()
      cursor.appendLocator(to: &locator)
      keys[Array(locator.bytes)] = record.keyCopy
    }
    return keys
  }

  private static func literal(_ locator: [UInt8]?) -> String {
    locator.map { "'\\x\(ArrayText.hex($0))'::bytea" } ?? "NULL::bytea"
  }
}
