internal import Codec
internal import FuzzSupport

/// Every value of a document into every type, alone in its row, so that one refusal hides nothing else.
enum SingleColumns {
  private struct Column {
    let encoder: RecordEncoder
    let rows = RowBuffer(capacity: 64)
    let type: TargetType
  }

  // SAFETY: libFuzzer calls its target from one thread.
  nonisolated(unsafe) private static let columns = (plain + arrays).map { column in
    let shape = ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: 1)
    return Column(
      encoder: RecordEncoder(plan: RecordPlan(shape: shape, columns: [column], key: [])), type: column.type)
  }

  private static let plain = plans.map { ColumnPlan(name: "c", slots: [0], type: $0, transforms: $1) }

  /// Beyond this many, a document's values are left to other inputs.
  private static let valueLimit = 6

  static func encode(_ document: UnsafeRawBufferPointer) {
    var values: [RawValue] = []
    do throws(Refusal) {
      var reader = try BSONReader(document)
      var key = UnsafeRawBufferPointer(start: nil, count: 0)
      var value = RawValue.missing
      while values.count < valueLimit, try reader.next(key: &key, value: &value) { values.append(value) }
    } catch {
      // What stands before the fault is tried all the same.
    }
    for column in columns {
      for value in values { encode(value, column) }
      CopyRows.check(column.rows, [column.type])
      column.rows.removeAll()
    }
  }

  private static func encode(_ value: RawValue, _ column: Column) {
    let (bytes, count) = (column.rows.bytes.count, column.rows.count)
    column.encoder.slots[0] = value
    do throws(Refusal) {
      try column.encoder.encode(prefix: .none, into: [column.rows])
      expect(column.rows.count == count + 1, "a record makes one row of the main table")
    } catch {
      expect(
        column.rows.bytes.count == bytes && column.rows.count == count,
        "what is refused leaves nothing in any buffer")
    }
  }

  private static let numeric = TargetType.numeric(precision: nil, scale: nil)

  private static let plans: [(TargetType, [Transform])] = [
    (.smallint, []), (.integer, []), (.bigint, []), (.bigint, [.number]), (numeric, []), (numeric, [.number]),
    (.numeric(precision: 10, scale: 2), []), (.numeric(precision: 5, scale: nil), [.cents(digits: 0)]),
    (.numeric(precision: 12, scale: 3), [.cents(digits: 3)]), (.real, []), (.doublePrecision, []),
    (.doublePrecision, [.number]), (.boolean, []), (.boolean, [.boolean(trueWords: [], falseWords: [])]),
    (.text, []), (.text, [.text]), (.text, [.text, .trim, .upper]), (.text, [.lower]), (.text, [.hash]),
    (.text, [.base64]), (.text, [.hex]), (.varchar(5), [.text]), (.char(3), []), (.bytea, []),
    (.bytea, [.hash]), (.uuid, []), (.uuid, [.uuid(.csharp)]), (.date, []), (.date, [.parseDate(.iso)]),
    (.date, [.parseDate(.pattern("%d.%m.%Y"))]), (.time, [.parseDate(.iso)]), (.timestamp, []),
    (.timestamptz, [.epoch(.seconds)]), (.timestamptz, [.epoch(.julian)]), (.timestamptz, [.parseDate(.iso)]),
    (.json, [.json]), (.jsonb, []), (.jsonb, [.ejson]), (.jsonb, [.json]), (.array(.text), []),
    (.array(.bigint), []), (.array(numeric), []), (.array(.jsonb), []), (.array(.timestamptz), []),
    (.array(.varchar(2)), []), (.array(.text), [.text, .trim, .upper]), (.interval, [.interval(nil)]),
    (.interval, [.interval(.minutes)]), (.inet, [.inet]), (.cidr, [.inet]), (.text, [.stripNUL]),
    (.jsonb, [.escapeNUL]), (.jsonb, [.json, .stripNUL]), (numeric, [.round(digits: 2)]),
    (.bigint, [.clamp(from: "-5", to: "5.5")]), (.varchar(4), [.text, .truncate(length: 4)]),
    (.text, [.escapeNUL, .trim, .lower]), (.array(.numeric(precision: 6, scale: 2)), []),
  ]

  /// Array columns with rules for their elements.
  private static let arrays: [ColumnPlan] = [
    array(.text, [.trim], null: .skip, empty: .skip),
    array(.text, [.text, .truncate(length: 2)], null: .value(Array("none".utf8)), empty: .null),
    array(.bigint, [.number], null: .value(Array("7".utf8)), empty: .refuse),
    array(.jsonb, [], null: .skip, empty: .value(Array("[0]".utf8))),
    array(numeric, [.number], null: .refuse, empty: .skip),
    array(.timestamptz, [.parseDate(.iso)], null: .skip, empty: .value(Array("2024-02-29".utf8))),
  ]

  private static func array(
    _ type: TargetType, _ transforms: [Transform], null: ElementPlan, empty: ElementPlan
  ) -> ColumnPlan {
    ColumnPlan(
      name: "c", slots: [0], type: .array(type), transforms: transforms, empty: .null, nullElement: null,
      emptyElement: empty)
  }
}
