/// The sample data of i2i: people, their pictures, and the jobs that make new pictures of old ones. It goes into the tables that
/// `migrations/i2i` makes, once `seeds/i2i` has put the workflows there, and keeps every rule of theirs. The same
/// settings give the same rows.
public struct I2ISample: Sendable {
  let seed: UInt64
  private let userCount: Int
  private let jobCount: Int
  let originalCount: Int

  /// - Parameter rows: how many rows the three tables have together, at least 20.
  /// - Throws: `SampleError` where a number makes no sense.
  public init(rows: Int, seed: UInt64 = 1) throws(SampleError) {
    guard (20...1_000_000_000).contains(rows) else {
      throw SampleError("\(rows) rows can't be made: ask for 20 to 1000000000.")
    }
    self.seed = seed
    userCount = max(2, rows / 20)
    jobCount = (rows - userCount) * 2 / 5
    originalCount = rows - userCount - jobCount - I2IJobStatus.completed.count(among: jobCount)
  }

  /// How many rows a table has.
  public func count(_ table: I2ITable) -> Int {
    switch table {
    case .users: userCount
    // Each job that is completed has made one.
    case .images: originalCount + I2IJobStatus.completed.count(among: jobCount)
    case .processingJobs: jobCount
    }
  }

  /// How many rows of a table have each status; of users, whether they are on the whitelist.
  public func statuses(_ table: I2ITable) -> [String: Int] {
    switch table {
    case .users:
      let whitelisted = (userCount + 3) / 4
      return ["whitelisted": whitelisted, "waiting": userCount - whitelisted]
    case .images:
      let uploading = (originalCount - readyCount + 1) / 2
      return [
        "ready": count(.images) - originalCount + readyCount, "uploading": uploading,
        "failed": originalCount - readyCount - uploading,
      ]
    case .processingJobs:
      return Dictionary(
        uniqueKeysWithValues: I2IJobStatus.allCases.map { ($0.rawValue, $0.count(among: jobCount)) })
    }
  }

  /// What the tables hold: all rows of each, and those of each status.
  public func truth() -> [SampleCount] {
    I2ITable.allCases.flatMap { table in
      [SampleCount(table.rawValue, "rows", count(table))]
        + statuses(table).sorted { $0.key < $1.key }.map { SampleCount(table.rawValue, $0.key, $0.value) }
    }
  }

  /// The originals that arrived: all but the latest, of which half are on their way and half have failed.
  var readyCount: Int { max(1, originalCount - originalCount / 20) }

  /// One row: the columns' values as Postgres reads them, in the table's order; nil is null.
  public func row(_ table: I2ITable, _ index: Int) -> [String?] {
    var random = SplitMix64(seed: seed, collection: "i2i." + table.rawValue, index: index)
    return switch table {
    case .users: user(index, &random)
    case .images:
      index < originalCount
        ? original(index, &random) : result(ofCompleted: index - originalCount, index, &random)
    case .processingJobs: job(index, &random)
    }
  }

  /// The identifier of row `index`, the same each time, so that other rows can refer to it without having seen it.
  func identifier(_ table: I2ITable, _ index: Int) -> String {
    var random = SplitMix64(seed: seed, collection: "i2i.id." + table.rawValue, index: index)
    return random.uuid()
  }
}
