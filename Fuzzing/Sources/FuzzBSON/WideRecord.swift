internal import Codec
internal import FuzzSupport

/// One plan with all that a plan can have: nested paths, alternatives, children, filters, the rest in a jsonb.
final class WideRecord {
  private let encoder = RecordEncoder(plan: WideRecord.plan)
  private static let main = columns.map { TargetType?.some($0.type) }
  private static let child = [TargetType?.some(.text), .integer] + childColumns.map { .some($0.type) }
  private static let scalars = [TargetType?.some(.text), .integer] + scalarColumns.map { .some($0.type) }

  private static let columns: [ColumnPlan] = [
    ColumnPlan(name: "id", slots: [0], type: .text, transforms: [.text], missing: .refuse, null: .refuse),
    ColumnPlan(name: "a", slots: [1], type: .bigint, missing: .value(Array("7".utf8))),
    ColumnPlan(name: "b", slots: [2, 3], type: .text, transforms: [.trim, .lower], empty: .null),
    ColumnPlan(name: "c", slots: [4], type: .numeric(precision: 12, scale: 2), transforms: [.number]),
    ColumnPlan(name: "d", slots: [5], type: .timestamptz, transforms: [.parseDate(.iso)]),
    ColumnPlan(name: "e", slots: [6], type: .jsonb),
    ColumnPlan(name: "f", slots: [7], type: .array(.text)),
    ColumnPlan(name: "g", slots: [8], type: .uuid, transforms: [.uuid(.java)]),
    ColumnPlan(name: "rest", slots: [], type: .jsonb),
  ]

  private static let childColumns: [ColumnPlan] = [
    ColumnPlan(name: "x", slots: [0], type: .integer, null: .refuse),
    ColumnPlan(name: "y", slots: [1], type: .text, transforms: [.text, .trim, .upper]),
    ColumnPlan(name: "z", slots: [2], type: .boolean, transforms: [.boolean(trueWords: [], falseWords: [])]),
  ]

  private static let scalarColumns: [ColumnPlan] = [
    ColumnPlan(name: "@", slots: [0], type: .jsonb, transforms: [.ejson])
  ]

  private static func key(_ name: String, slot: Int? = nil, child: Int? = nil) -> ShapePlan.FieldPlan {
    ShapePlan.FieldPlan(key: Array(name.utf8), slot: slot, child: child)
  }

  private static let plan = RecordPlan(
    shape: ShapePlan(
      levels: [
        .init(
          kind: .document, path: "",
          fields: [
            key("_id", slot: 0), key("a", slot: 1), key("b", slot: 2), key("p", child: 1), key("c", slot: 4),
            key("d", slot: 5), key("e", slot: 6), key("f", slot: 7, child: 2), key("k", slot: 9),
            key("l", slot: 10),
          ]),
        .init(kind: .document, path: "p", fields: [key("b", slot: 3)]),
        .init(kind: .array, path: "f", fields: [key("0", slot: 8)]),
      ], slotCount: 11),
    columns: columns, key: [0], hasRest: true,
    children: [
      ChildPlan(
        table: 1, slot: 9,
        shape: ShapePlan(
          levels: [
            .init(
              kind: .document, path: "", fields: [key("x", slot: 0), key("y", slot: 1), key("q", child: 1)]),
            .init(kind: .document, path: "q", fields: [key("z", slot: 2)]),
          ], slotCount: 3),
        columns: childColumns),
      ChildPlan(
        table: 2, slot: 10,
        shape: ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: 1, wholeSlot: 0),
        columns: scalarColumns),
    ],
    filters: [
      FilterPlan(slot: 1, test: .noneOf([Array("13".utf8)])), FilterPlan(slot: 0, test: .exists(true)),
    ])

  func encode(_ document: UnsafeRawBufferPointer) -> Trial.Outcome {
    var isFilled = false
    let plain = Trial.encodeForBoth(encoder, types: [Self.main, Self.child, Self.scalars]) {
      () throws(Refusal) in
      try encoder.fill(document: document)
      _ = encoder.matchesFilters()
      isFilled = true
    }
    guard isFilled else { return plain }
    Trial.encodeKey(encoder)
    expect(encoder.unmapped.allSatisfy { $0.count > 0 }, "an unmapped field was met")
    return plain
  }
}
