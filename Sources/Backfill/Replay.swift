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
  public static func run(
    _ entries: [QuarantineEntry], loader: ChunkLoader, catalog: Catalog, set: String
  ) throws -> Outcome {
    var outcome = Outcome()
    for start in stride(from: 0, to: entries.count, by: batch) {
      let some = Array(entries[start..<min(start + batch, entries.count)])
      let tally = try loader.mergeRecords(some.map { try BSONDocument(bytes: $0.locator) })
      outcome.landed += tally.landed + tally.unchanged
      outcome.stillQuarantined += tally.quarantined
      outcome.gone += some.count - tally.read + tally.filtered
      // Landed records have left the quarantine with the merge; what is neither there nor in the source goes now.
      if some.count != tally.read || tally.filtered > 0 {
        try release(some, stillThere: tally, catalog: catalog, set: set)
      }
    }
    return outcome
  }

  private static func release(
    _ entries: [QuarantineEntry], stillThere tally: Tally, catalog: Catalog, set: String
  ) throws {
    let left = try catalog.quarantined(set: set, ids: entries.map(\.id), limit: entries.count)
    // An entry that was tried again has one attempt more than before; the others found no record.
    let before = Dictionary(entries.map { ($0.id, $0.attempts) }, uniquingKeysWith: { first, _ in first })
    try catalog.release(ids: left.filter { $0.attempts == before[$0.id] }.map(\.id))
  }

  /// Tries every entry that this run made for this reason once; how many landed.
  static func pass(
    _ loader: ChunkLoader, catalog: Catalog, set: String, run number: Int, entity: String, reason: String
  ) throws -> Int {
    var landed = 0
    var after = 0
    while true {
      let entries = try catalog.quarantined(
        set: set, entity: entity, reason: reason, run: number, after: after, limit: batch)
      guard let last = entries.last else { return landed }
      after = last.id
      landed += try run(entries, loader: loader, catalog: catalog, set: set).landed
    }
  }
}
