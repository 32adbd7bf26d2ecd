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
}
