public import Codec
public import SQLite

/// Many records of one plain shape, for measuring speed and memory: a key, three numbers, a flag, a date, four texts, a nested
/// document with an array. About 400 bytes each.
public struct WideRows: MeasuredRecords {
  public let name = "rows"
  let seed: UInt64
  /// How many there are.
  public let count: Int

  /// - Throws: `SampleError` if the count is below 1.
  public init(count: Int, seed: UInt64 = 1) throws(SampleError) {
    guard count > 0 else { throw SampleError("\(count) rows can't be made: ask for at least 1.") }
    self.count = count
    self.seed = seed
  }

  /// One record as a document; its `_id` is the index as an int64.
  public func document(_ index: Int) -> BSONDocument {
    var random = SplitMix64(seed: seed, collection: "rows", index: index)
    var document = DocumentBuilder()
    document.int64("_id", Int64(index))
    document.int32("small", random.below(1_000_000))
    document.int64("large", Int64(random.below(1 << 60)))
    document.double("ratio", Double(random.below(1 << 40)) / 4096)
    document.bool("flag", random.chance(50))
    document.date("at", Moment.creation(index, of: count))
    document.text("code", random.hex(24))
    document.text("name", Vocabulary.personName(&random))
    document.text("city", random.pick(Vocabulary.cities))
    document.text("note", Vocabulary.text(words: random.within(5...20), &random))
    document.nested("detail") { detail in
      detail.int32("level", random.below(10))
      detail.texts("tags", [random.pick(Vocabulary.tags), random.pick(Vocabulary.tags)])
    }
    return document.finished()
  }

  /// The table for the same records in SQLite.
  public let definition = """
    CREATE TABLE rows (id INTEGER PRIMARY KEY, small INTEGER, large INTEGER, ratio REAL, flag BOOLEAN, at INTEGER,
      code TEXT, name TEXT, city TEXT, note TEXT, detail TEXT)
    """

  public let columnCount = 11

  /// One record as a row, in the order of the table's columns; `at` is in milliseconds, `detail` is JSON text.
  public func row(_ index: Int) -> [SQLiteValue] {
    var random = SplitMix64(seed: seed, collection: "rows", index: index)
    return [
      .number(index), .number(random.below(1_000_000)), .number(random.below(1 << 60)),
      .real(Double(random.below(1 << 40)) / 4096), .number(random.below(2)),
      .integer(Moment.creation(index, of: count).milliseconds), .text(random.hex(24)),
      .text(Vocabulary.personName(&random)), .text(random.pick(Vocabulary.cities)),
      .text(Vocabulary.text(words: random.within(5...20), &random)),
      .text("{\"level\": \(random.below(10)), \"tags\": [\"vip\", \"größe\"]}"),
    ]
  }
}
