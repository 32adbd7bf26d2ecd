internal import Catalog
internal import Codec
internal import RecordSources

/// Chunks that end early: what is read lands at once, and the rest of the range is there for others.
enum ChunkSplit {
  /// A chunk that takes longer is committed as far as it is, so that an interruption costs at most so much work.
  static let longest: Duration = .seconds(30)
  /// A chunk isn't parted sooner, however many workers wait: each part costs a transaction.
  static let shortest: Duration = .milliseconds(500)
  /// A chunk of more bytes is committed as far as it is, however large its records are, so that no transaction of the
  /// target, and no staging table, is larger than this and one batch.
  static let mostBytes = 256 << 20

  /// - Parameters:
  ///   - isHungry: others wait for work.
  ///   - wantsPause: the worker is to stand still, and as soon as it can.
  ///   - bytes: of the chunk, so far.
  static func isDue(since begun: ContinuousClock.Instant, isHungry: Bool, wantsPause: Bool, bytes: Int)
    -> Bool
  {
    if wantsPause || bytes >= mostBytes { return true }
    let elapsed = ContinuousClock.now - begun
    return elapsed > longest || (isHungry && elapsed > shortest)
  }

  /// Puts the rest of a chunk's range back, in two parts: with one, the worker that parts it would have it again before
  /// those that wait could look.
  ///
  /// - Parameter isParted: whether to ask the source for the middle of the rest at all.
  static func split(
    _ lease: ChunkLease, at bound: BSONDocument, read: Int, isParted: Bool, _ loader: ChunkLoader,
    _ catalog: Catalog, _ run: Run
  ) throws {
    let rest = ChunkRange(lower: bound, upper: lease.chunk.upper)
    let left = lease.chunk.size.map { max(0, $0 - read) }
    guard isParted else { return try catalog.split(run, lease, at: bound, middle: nil, sizes: left) }
    // The size is what was asked for; the source may end long before. Half of what is left, or half of that, and so on.
    var size = max((left ?? 0) / 2, read)
    var middle = try loader.boundary(in: rest, size: size)
    while middle == nil, size > 1 {
      size /= 2
      middle = try loader.boundary(in: rest, size: size)
    }
    try catalog.split(run, lease, at: bound, middle: middle == bound ? nil : middle, sizes: size)
  }
}
