import Codec
import Testing

/// Fields are found by the order of the documents before, which no document needs to keep.
@Suite("The order of fields")
struct FieldOrderTests {
  private let names =
    ["_id", "a", "ab", "abc", "abcdefg", "abcdefgh", "abcdefghi", "größe"]
    + (0..<20).map { "field number \($0)" }

  @Test("doesn't matter: each slot has its own field's value, and each unmapped field is counted")
  func anyOrder() {
    let shape = ShapePlan(
      levels: [
        .init(
          kind: .document, path: "",
          fields: names.enumerated().map { .init(key: Array($0.element.utf8), slot: $0.offset) })
      ], slotCount: names.count)
    let columns = [ColumnPlan(name: "id", slots: [0], type: .integer)]
    let encoder = RecordEncoder(plan: RecordPlan(shape: shape, columns: columns, key: [0]))
    var random = SeededGenerator(7)
    var counts: [String: Int] = [:]
    for trial in 0..<2000 {
      // Mostly as before, with fields left out, others between, and now and then another order altogether.
      var fields = names.filter { _ in UInt8.random(in: 0..<10, using: &random) > 0 }
      if trial % 3 == 0 { fields.append("new \(UInt8.random(in: 0..<30, using: &random))") }
      if trial % 5 == 0 { fields.insert("more", at: fields.count / 2) }
      if trial % 7 == 0 { fields.shuffle(using: &random) }
      let document = BSONDocument(fields.map { ($0, .int64(Int64(trial * 100 + $0.utf8.count))) })
      document.withRaw { raw in
        #expect(throws: Never.self) { try encoder.fill(document: raw) }
      }
      for (slot, name) in names.enumerated() {
        let value = encoder.slots[slot]
        #expect(value.kind == (fields.contains(name) ? .int64 : .missing))
        if fields.contains(name) { #expect(value.integer == Int64(trial * 100 + name.utf8.count)) }
      }
      for name in fields where !names.contains(name) { counts[name, default: 0] += 1 }
    }
    var found: [String: Int] = [:]
    for field in encoder.unmapped { found[field.path] = field.count }
    #expect(found.count == counts.count)
    #expect(found.values.sorted() == counts.values.sorted())
  }
}
