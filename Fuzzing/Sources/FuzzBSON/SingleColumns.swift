internal import Codec
internal import FuzzSupport

/// Every value of a document into every type, alone in its row, so that one refusal hides nothing else.
enum SingleColumns {
  private struct Column {
    let encoder: RecordEncoder
    let type: TargetType
  }

  /// Beyond this many, a document's values are left to other inputs.
  private static let valueLimit = 6

  static func encode(_ document: UnsafeRawBufferPointer) {
    do throws(Refusal) {
      var reader = try BSONReader(document)
      var key = UnsafeRawBufferPointer(start: nil, count: 0)
      var value = RawValue.missing
      var count = 0
      let columns = makeColumns()
      while count < valueLimit, try reader.next(key: &key, value: &value) {
        count += 1
        for column in columns {
          column.encoder.slots[0] = value
          _ = Trial.encode(column.encoder, .none, types: [[column.type]])
        }
      }
    } catch {
      return
    }
  }

  private static func makeColumns() -> [Column] {
    plans.map { (type, transforms) in
      let column = ColumnPlan(name: "c", slots: [0], type: type, transforms: transforms)
      let shape = ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: 1)
      return Column(
        encoder: RecordEncoder(plan: RecordPlan(shape: shape, columns: [column], key: [])), type: type)
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
    (.array(.varchar(2)), []), (.array(.numeric(precision: 6, scale: 2)), []),
  ]
}
