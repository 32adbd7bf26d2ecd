/// What becomes of a collection's records.
public struct SpiritsOutcome: Sendable, Equatable {
  /// The entity in `mappings/spirits`.
  public var entity: String
  public var landed: Int
  public var quarantined: Int
  public var filtered: Int
}

extension SpiritsSample {
  /// What a backfill of this sample comes to, for one collection that moves.
  public func outcome(_ collection: SpiritsCollection) -> SpiritsOutcome {
    let kinds = BrokenSpirit.allCases
    let (turns, rest) = broken.quotientAndRemainder(dividingBy: kinds.count)
    let quarantined =
      turns * kinds.count { $0.collection == collection }
      + kinds[..<rest].count { $0.collection == collection }
    return SpiritsOutcome(
      entity: collection.entity, landed: count(collection), quarantined: quarantined,
      filtered: filtered(collection))
  }

  /// What a backfill of everything comes to: for each entity what becomes of its records, the rows of its child table,
  /// and the sum of all balances.
  public func truth() -> [SampleCount] {
    SpiritsCollection.allCases.filter(\.isCore).flatMap { collection in
      let outcome = outcome(collection)
      return [
        SampleCount(outcome.entity, "landed", outcome.landed),
        SampleCount(outcome.entity, "quarantined", outcome.quarantined),
        SampleCount(outcome.entity, "filtered", outcome.filtered),
      ]
    } + [
      SampleCount("minion_spirits", "rows", carriedSpirits),
      SampleCount("user_points", "balance", pointsInAll()),
    ]
  }
}
