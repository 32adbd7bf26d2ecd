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

  static func isDue(since begun: ContinuousClock.Instant, isHungry: Bool, bytes: Int) -> Bool {
    if bytes >= mostBytes { return true }
    let elapsed = ContinuousClock.now - begun
    return elapsed > longest || (isHungry && elapsed > shortest)
  }

  /// Puts the rest of a chunk's range back, in two parts of the same size where that is known.
  static func split(
    _ lease: ChunkLease, at bound: BSONDocument, read: Int, _ loader: ChunkLoader, _ catalog: Catalog,
    _ run: Run
  ) throws {
    let rest = ChunkRange(lower: bound, upper: lease.chunk.upper)
    let half = lease.chunk.size.map { max(0, $0 - read) / 2 } ?? 0
    let middle = half > 0 ? try loader.boundary(in: rest, size: half) : nil
    try catalog.split(
      run, lease, at: bound, middle: middle == bound ? nil : middle, sizes: middle == nil ? half * 2 : half)
  }
}
