internal import Codec
internal import SQLite

/// Small records, as an application writes one with every call.
struct MeasuredEvents: MeasuredRecords {
  let name = "usage_events"
  let count: Int
  let seed: UInt64

  func document(_ index: Int) -> BSONDocument {
    var random = SplitMix64(seed: seed, collection: name, index: index)
    var document = DocumentBuilder()
    document.identifier("_id", MeasuredKey.objectID(index, salt: 3))
    document.identifier("workspaceId", MeasuredKey.objectID(random.below(max(1, count / 100)), salt: 2))
    document.text("kind", random.pick(Self.kinds))
    document.int32("tokens", random.skewed(8000))
    document.double("cost", Double(random.below(1_000_000)) / 1_000_000)
    document.date("at", Moment.creation(index, of: count))
    return document.finished()
  }

  private static let kinds = ["reply", "agent", "assistant", "embedding"]

  let definition = """
    CREATE TABLE usage_events (id TEXT PRIMARY KEY, workspace_id TEXT, kind TEXT, tokens INTEGER, cost REAL, at INTEGER)
      WITHOUT ROWID
    """
  let columnCount = 6

  func row(_ index: Int) -> [SQLiteValue] {
    var random = SplitMix64(seed: seed, collection: name, index: index)
    return [
      .text(MeasuredKey.text(index, salt: 3)),
      .text(MeasuredKey.text(random.below(max(1, count / 100)), salt: 2)),
      .text(random.pick(Self.kinds)), .number(random.skewed(8000)),
      .real(Double(random.below(1_000_000)) / 1_000_000),
      .integer(Moment.creation(index, of: count).milliseconds),
    ]
  }
}
