internal import Catalog
internal import Codec
internal import RecordSources

/// Chunks that end early: what is read lands at once, and the rest of the range is there for others.
enum ChunkSplit {
  /// A chunk that takes longer is committed as far as it is, so that an interruption costs at most so much work.
  static let longest: Duration = .seconds(30)
  /// A chunk isn't parted sooner, however many workers wait: each part costs a transaction.
  static let shortest: Duration = .milliseconds(500)

  static func isDue(since begun: ContinuousClock.Instant, isHungry: Bool) -> Bool {
    let elapsed = ContinuousClock.now - begun
    return elapsed > longest || (isHungry && elapsed > shortest)
  }

  /// Puts the rest of a chunk's range back, in two parts: with one, the worker that parts it would have it again before
  /// those that wait could look.
  static func split(
    _ lease: ChunkLease, at bound: BSONDocument, read: Int, _ loader: ChunkLoader, _ catalog: Catalog,
    _ run: Run
  ) throws {
    let rest = ChunkRange(lower: bound, upper: lease.chunk.upper)
    // The size is what was asked for; the source may end long before. Half of what is left, or half of that, and so on.
    var size = max(lease.chunk.size.map { ($0 - read) / 2 } ?? 0, read)
    var middle = try loader.boundary(in: rest, size: size)
    while middle == nil, size > 1 {
      size /= 2
      middle = try loader.boundary(in: rest, size: size)
    }
    try catalog.split(run, lease, at: bound, middle: middle, sizes: size)
  }
}
