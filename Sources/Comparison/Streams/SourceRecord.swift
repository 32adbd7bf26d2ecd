public import Codec
public import Mapping
public import RecordSources

/// One source record after another, as the rows that it should have in the target, in memory that is reused.
public final class SourceRecord {
  /// What can be said of a record.
  public enum State: Sendable {
    /// It can land: its rows and its key are at hand.
    case rows
    /// It can't land, but its key is known: its row, if there is one from earlier, isn't extra.
    case keyAlone
    /// It can't land, and nobody knows its key.
    case unreadable
    /// A declared filter leaves it out.
    case filtered
  }

  /// What cursors fill.
  public let encoder: RecordEncoder
  /// The main table's row, then the rows of each child table.
  public let rows: [RowBuffer]
  /// The key, where it is known.
  public let key: KeyFields
  private let indexes: [Int]
  private let keyBytes = KeptBuffer(capacity: 256)

  /// A place for the records of one entity.
  public init(_ plan: EntityPlan) {
    encoder = RecordEncoder(plan: plan.record)
    rows = (0...plan.children.count).map { _ in RowBuffer() }
    key = KeyFields(count: plan.key.count)
    indexes = plan.key
  }

  /// Takes the record that the cursor is at.
  public func load(_ cursor: any RecordCursor) -> State {
    for row in rows { row.removeAll() }
    do throws(Refusal) {
      try cursor.fill()
      guard encoder.matchesFilters() else { return .filtered }
      try encoder.encode(prefix: .none, into: rows)
      key.set(row: rows[0].bytes.bytes, offsets: encoder.fieldOffsets, indexes: indexes)
      return .rows
    } catch {
      return loadKey() ? .keyAlone : .unreadable
    }
  }

  /// Takes the key alone of the record whose values fill the slots.
  public func loadKey() -> Bool {
    keyBytes.buffer.removeAll()
    do throws(Refusal) { try encoder.encodeKey(to: &keyBytes.buffer) } catch { return false }
    key.set(consecutive: keyBytes.bytes)
    return !key.hasNull
  }

  /// The key as bytes that outlive the record.
  public var keyCopy: [UInt8] {
    var out = ByteBuffer(capacity: 64)
    key.append(to: &out)
    return Array(out.bytes)
  }
}
