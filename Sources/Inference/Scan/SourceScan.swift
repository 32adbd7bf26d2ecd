internal import Codec
internal import Mapping

/// Reads a whole source once and counts what is really there. Memory depends on the number of different paths, which is
/// bounded, not on the number of records.
///
/// For example:
/// ```swift
/// let result = try SourceScan.run(.sqlite(path: "shop.db"))
/// print(result.textReport())
/// ```
public struct SourceScan {
  /// How many different paths of one collection are told apart. Beyond, values are counted with their parent alone.
  public static let pathsPerCollection = 5_000

  /// Scans all collections or tables.
  ///
  /// - Parameters:
  ///   - source: It is only read; a SQLite file in one snapshot.
  ///   - progress: Called now and then from the same thread; what it throws ends the scan.
  /// - Throws: `MongoError` or `SQLiteError` where the source can't be read, and what `progress` throws.
  public static func run(_ source: ScanSource, progress: (ScanProgress) throws -> Void = { _ in }) throws
    -> ScanResult
  {
    switch source {
    case .mongo(let settings): try MongoScan(settings).run(progress)
    case .sqlite(let path): try SQLiteScan(path: path).run(progress)
    }
  }
}

/// Tells the caller how far a scan is.
struct ProgressTicker {
  private let report: (ScanProgress) throws -> Void
  private var progress: ScanProgress
  private var next = interval
  private static let interval = 1_000

  init(collections: Int, _ report: @escaping (ScanProgress) throws -> Void) {
    self.report = report
    progress = ScanProgress(
      collection: "", records: 0, expected: nil, collectionsDone: 0, collections: collections)
  }

  mutating func begin(_ collection: String, expected: Int?) throws {
    progress.collection = collection
    progress.records = 0
    progress.expected = expected
    next = Self.interval
    try report(progress)
  }

  mutating func count(_ records: Int) throws {
    guard records >= next else { return }
    next = records + Self.interval
    progress.records = records
    try report(progress)
  }

  /// Counts a collection as done that wasn't read.
  mutating func leaveOut() { progress.collectionsDone += 1 }

  mutating func end(_ records: Int) throws {
    progress.records = records
    progress.collectionsDone += 1
    try report(progress)
  }
}
