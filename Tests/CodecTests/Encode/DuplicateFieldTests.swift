import Codec
import Testing

@Suite("A field name that stands twice")
struct DuplicateFieldTests {
  private let plan = RecordPlan(
    shape: ShapePlan(
      levels: [
        .init(
          kind: .document, path: "",
          fields: [.init(key: Array("id".utf8), slot: 0), .init(key: Array("profile".utf8), child: 1)]),
        .init(
          kind: .document, path: "profile",
          fields: [.init(key: Array("city".utf8), slot: 1), .init(key: Array("name".utf8), slot: 2)]),
      ], slotCount: 3),
    columns: [
      ColumnPlan(name: "id", slots: [0], type: .integer), ColumnPlan(name: "city", slots: [1], type: .text),
      ColumnPlan(name: "name", slots: [2], type: .text),
    ], key: [0])

  private func refusal(_ document: BSONDocument, _ encoder: RecordEncoder) -> Refusal? {
    document.withRaw {
      do throws(Refusal) {
        try encoder.fill(document: $0)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test("refuses the record, whether a value stands twice or a sub-document that paths go through")
  func twice() {
    let encoder = RecordEncoder(plan: plan)
    let profile = BSONValue.document(["city": "Graz"])
    let sound: BSONDocument = ["id": 1, "profile": profile]
    let refused: [(BSONDocument, ValueKind)] = [
      (["id": 1, "id": 1, "profile": profile], .int32),
      (["id": 1, "profile": profile, "profile": .document(["name": "Ada"])], .document),
      (["id": 1, "profile": profile, "profile": .null], .null),
      (["id": 1, "profile": .null, "profile": profile], .document),
      (["id": 1, "profile": .document(["city": "Graz", "city": "Linz"])], .string),
    ]
    for (document, kind) in refused {
      #expect(refusal(sound, encoder) == nil)
      #expect(refusal(document, encoder) == Refusal(.duplicateField, found: kind))
      #expect(refusal(sound, encoder) == nil)
    }
  }
}
