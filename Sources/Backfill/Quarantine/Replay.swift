public import Catalog
internal import Codec

/// Another try for quarantined records: each is read again from the source by its locator, since it may have been
/// corrected there, and merged under the mapping as it is now.
public enum Replay {
  /// What a replay did.
  public struct Outcome: Sendable, Equatable {
    public var landed = 0
    public var stillQuarantined = 0
    /// The source doesn't have the record any more, or a filter leaves it out now.
    public var gone = 0
    public init() {}

    public static func += (left: inout Outcome, right: Outcome) {
      left.landed += right.landed
      left.stillQuarantined += right.stillQuarantined
      left.gone += right.gone
    }
  }

  /// Records are merged this many at a time.
  static let batch = 200

  /// Tries each entry again, and says what became of them.
  ///
  /// - Parameter hold: called in each transaction before anything is counted; throws when the work is another's by now.
  public static func run(
    _ entries: [QuarantineEntry], loader: ChunkLoader, catalog: Catalog, set: String,
    hold: () throws -> Void = {}
  ) throws -> Outcome {
    var outcome = Outcome()
    for start in stride(from: 0, to: entries.count, by: batch) {
      let some = Array(entries[start..<min(start + batch, entries.count)])
      // In one transaction: a process that dies in between would leave records that have landed and count as quarantined.
      let tally = try loader.mergeRecords(try some.map { try BSONDocument(bytes: $0.locator) }) {
        try hold()
        try settle(some, catalog: catalog, set: set)
      }
      outcome.landed += tally.landed + tally.unchanged
      outcome.stillQuarantined += tally.quarantined
      outcome.gone += some.count - tally.read + tally.filtered
    }
    return outcome
  }

  /// Landed records have left the quarantine with the merge: their runs count them as landed now. What is neither there
  /// nor in the source any more goes.
  private static func settle(_ entries: [QuarantineEntry], catalog: Catalog, set: String) throws {
    let left = try catalog.quarantined(set: set, ids: entries.map(\.id), limit: entries.count)
    let waiting = Dictionary(left.map { ($0.id, $0.attempts) }, uniquingKeysWith: { first, _ in first })
    let landed = Dictionary(grouping: entries.filter { waiting[$0.id] == nil }, by: \.run)
    for (run, some) in landed {
      guard let entity = some.first?.entity else { continue }
      try catalog.addReplayed(Run(id: run, isResumed: true), entity: entity, some.count)
    }
    // An entry that was tried again has one attempt more than before; the others found no record.
    try catalog.release(ids: entries.filter { waiting[$0.id] == $0.attempts }.map(\.id))
  }

  /// Tries every entry that counts in this run, of this reason and SQLSTATE or of any, once; how many landed.
  static func pass(
    _ loader: ChunkLoader, catalog: Catalog, set: String, run number: Int, entity: String,
    reason: String? = nil, sqlState: String? = nil, hold: () throws -> Void = {}
  ) throws -> Int {
    var landed = 0
    var after = 0
    while true {
      let entries = try catalog.quarantined(
        set: set, entity: entity, reason: reason, sqlState: sqlState, run: number, after: after, limit: batch)
      guard let last = entries.last else { return landed }
      after = last.id
      landed += try run(entries, loader: loader, catalog: catalog, set: set, hold: hold).landed
    }
  }
}
