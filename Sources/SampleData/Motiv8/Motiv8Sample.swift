public import SQLite

/// The sample data of motiv8: a Python application on SQLite and local folders, with integers and words for booleans, times as
/// milliseconds, as seconds with a fraction and as two kinds of text, numbers as texts, money as reals, JSON in texts. Every row
/// lands with the mapping set `mappings/motiv8` once its programs are seeded, or is left out by a declared filter, but for those
/// that `broken` and `dirt` ask for. The same settings give the same rows and files.
public struct Motiv8Sample: Sendable {
  let seed: UInt64
  private let rows: Int
  let broken: Int
  let dirt: Int

  /// - Parameters:
  ///   - rows: how many rows all tables have together, at least 50.
  ///   - broken: how many more rows there are that can't land.
  ///   - dirt: how many more pieces of dirt there are (`Motiv8Dirt`).
  /// - Throws: `SampleError` where a number makes no sense.
  public init(rows: Int, seed: UInt64 = 1, broken: Int = 0, dirt: Int = 0) throws(SampleError) {
    guard (50...1_000_000_000).contains(rows) else {
      throw SampleError("\(rows) rows can't be made: ask for 50 to 1000000000.")
    }
    guard (0...100_000).contains(broken), (0...100_000).contains(dirt) else {
      throw SampleError("\(max(broken, dirt)) of these rows can't be made: ask for 0 to 100000.")
    }
    self.seed = seed
    self.rows = rows
    self.broken = broken
    self.dirt = dirt
  }

  /// How many rows a table has, without the broken and the dirty ones.
  public func count(_ table: Motiv8Table) -> Int {
    func share(_ percent: Int) -> Int { max(1, rows * percent / 100) }
    return switch table {
    case .users: share(12)
    case .goals: share(20)
    // Four at least: one for each store, and another upload.
    case .mediaFiles: max(4, share(22))
    case .generatedItems: share(20)
    case .embeddings: share(10)
    case .sessions: share(8)
    case .settings:
      rows - share(12) - share(20) - max(4, share(22)) - share(20) - share(10) - share(8)
    }
  }

  /// One row, in the order of the table's columns.
  public func row(_ table: Motiv8Table, _ index: Int) -> [SQLiteValue] {
    var random = SplitMix64(seed: seed, collection: "motiv8." + table.rawValue, index: index)
    let created = Moment.creation(index, of: count(table))
    return switch table {
    case .users: user(index, created, &random)
    case .goals: goal(index, created, &random)
    case .mediaFiles: mediaFile(index, created, &random)
    case .generatedItems: generatedItem(index, created, &random)
    case .embeddings: embedding(index, created, &random)
    case .sessions: session(created, &random)
    case .settings: setting(index, created, &random)
    }
  }

  // MARK: What rows refer to

  /// The id of media file `index`: what Python's `uuid4().hex` writes.
  func mediaIdentifier(_ index: Int) -> String {
    var random = SplitMix64(seed: seed, collection: "motiv8.media", index: index)
    return random.uuid().filter { $0 != "-" }
  }

  /// The store of media file `index`: of four in a row two are uploads.
  func store(ofMedia index: Int) -> Motiv8Store {
    switch index % 4 {
    case 0, 1: .uploads
    case 2: .generated
    default: .embeddings
    }
  }

  /// The index of some media file with this remainder modulo 4.
  func someMedia(_ remainder: Int, _ random: inout SplitMix64) -> Int {
    let fours = (count(.mediaFiles) - 1 - remainder) / 4 + 1
    return random.below(fours) * 4 + remainder
  }

  /// Whether goal `index` is deleted by its flag, and so is left out.
  func isDeleted(goal index: Int) -> Bool { index % 50 == 49 }

  func someUser(_ random: inout SplitMix64) -> SQLiteValue { .number(1 + random.below(count(.users))) }
}

extension Moment {
  /// `2024-02-29 12:30:00.500000`, as Python writes a `datetime` in UTC.
  var pythonText: String { sqliteFractionText + "000" }

  /// `2024/02`, as a folder.
  var monthFolder: String { monthText.replacing("-", with: "/") }
}
