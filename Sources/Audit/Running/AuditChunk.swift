internal import Comparison
internal import RecordSources

/// One piece of an audit's work: a range of one entity, known by locators at the source and by keys at the target.
struct AuditChunk: Sendable {
  /// The number under which a chunk of its own counts what became of suspicions later.
  static let settled = -1

  var number: Int
  var locators: ChunkRange = .everything
  var keys: KeyRange = .everything
  /// The whole entity, read from the source in the order of the key: where that isn't the order of locators.
  var isWhole = false
  /// The whole entity, joined in the server.
  var isJoin = false
}

/// How an entity is compared.
enum AuditWay: Sendable {
  /// Ranges of locators that are ranges of keys, merged.
  case ranges(KeyOrder)
  /// One merge, with the source sorted by the key.
  case whole(KeyOrder)
  /// Nothing is known of the order.
  case join
  /// Ranges of locators, of which a sample is looked at. With an order, rows between two keys are looked for, too.
  case sample(KeyOrder?)
}
