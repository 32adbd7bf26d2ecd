import Codec
import Testing

/// Transforms write to buffers that are used again from step to step and from record to record.
@Suite("Transforms' buffers")
struct StepBufferTests {
  private func encoder(_ type: TargetType, _ transforms: [Transform]) -> RecordEncoder {
    let column = ColumnPlan(name: "c", slots: [0], type: type, transforms: transforms)
    let shape = ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: 1)
    return RecordEncoder(plan: RecordPlan(shape: shape, columns: [column], key: [0]))
  }

  /// The only field's bytes, as text.
  private func encode(_ text: String, _ encoder: RecordEncoder) throws -> String {
    let rows = RowBuffer()
    var text = text
    try text.withUTF8 {
      encoder.slots[0] = .string(UnsafeRawBufferPointer($0))
      try encoder.encode(prefix: .none, into: [rows])
    }
    return String(decoding: rows.bytes.bytes.dropFirst(6), as: UTF8.self)
  }

  @Test("a step that hands on a part of a text leaves the buffer alone in which the text lies")
  func partOfText() throws {
    // In capitals this letter has three bytes instead of two, so writing overtakes reading.
    let letters = String(repeating: "ŉ", count: 600)
    let capitals = String(repeating: "ʼN", count: 600)
    #expect(try encode("  \(letters) ", encoder(.text, [.text, .trim, .upper])) == capitals)
    #expect(try encode(letters, encoder(.text, [.lower, .trim, .upper])) == capitals)
    #expect(try encode("  \(letters) ", encoder(.text, [.text, .trim, .trim, .upper, .trim])) == capitals)
  }

  @Test("the memory that a huge text needed is given back before the next one is written, not after")
  func hugeText() throws {
    for transforms: [Transform] in [[.lower], [.trim, .lower], [.lower, .text], [.text, .lower, .trim]] {
      let encoder = encoder(.text, transforms)
      let huge = String(repeating: "A", count: 5 << 18)
      #expect(try encode(huge, encoder) == huge.lowercased())
      for word in ["FIRST", "SECOND", "THIRD"] { #expect(try encode(word, encoder) == word.lowercased()) }
    }
  }

  @Test("a key of which one part is refused leaves nothing in the buffer")
  func refusedKey() throws {
    let columns = [
      ColumnPlan(name: "a", slots: [0], type: .bigint), ColumnPlan(name: "b", slots: [1], type: .bigint),
    ]
    let shape = ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: 2)
    let encoder = RecordEncoder(plan: RecordPlan(shape: shape, columns: columns, key: [0, 1]))
    encoder.slots[0] = .int64(1)
    encoder.slots[1] = .double(0.5)
    var key = ByteBuffer()
    key.append(7)
    var refusal: Refusal?
    do throws(Refusal) { try encoder.encodeKey(to: &key) } catch { refusal = error }
    #expect(refusal == Refusal(.notExact, found: .double))
    #expect(Array(key.bytes) == [7])
  }
}
