/// Whether reading the target's rows saves more than it costs, judged by what it found so far.
///
/// A row that is read in vain (its record has changed, or is gone) costs its reading; one that is alike saves staging its
/// record, looking for its key in the table and locking its row. So nothing is given up unless most rows are read in vain.
struct ComparisonWorth {
  /// Rows after which the share is looked at.
  static let window = 1000
  /// Rows of a window that may be read in vain.
  static let limit = 600
  /// Chunks that aren't compared after one that was given up, at first, and at most: what has changed is mostly
  /// together.
  static let mostSkipped = 16

  private var alike = 0
  private var vain = 0
  private var skipping = 0
  private var skipNext = 1

  /// Counts a row that was alike.
  mutating func found() { alike += 1 }

  /// Counts a row that was read in vain.
  mutating func passed() { vain += 1 }

  /// Whether the last window was mostly read in vain. Begins the next one at its end.
  var isLost: Bool {
    mutating get {
      guard alike + vain >= Self.window else { return false }
      defer { (alike, vain) = (0, 0) }
      guard vain > Self.limit else {
        skipNext = 1
        return false
      }
      return true
    }
  }

  /// The chunk isn't compared any further, nor are the next ones.
  mutating func giveUp() {
    skipping = skipNext
    skipNext = min(Self.mostSkipped, skipNext * 2)
  }

  /// The next chunks aren't compared, for another reason.
  mutating func rest() { skipping = Self.mostSkipped }

  /// Whether the next chunk is compared.
  mutating func isNextWorthReading() -> Bool {
    (alike, vain) = (0, 0)
    guard skipping > 0 else { return true }
    skipping -= 1
    return false
  }
}
