internal import Codec
internal import FuzzSupport

/// A chain of transforms does what its steps do one after another, each in an encoder of its own.
enum ChainTrial {
  /// Checks it for chains in which every step makes text.
  static func check(_ transforms: [Transform], _ value: RawValue) {
    guard value.kind != .null, transforms.count > 1, transforms.allSatisfy(makesText) else { return }
    var single: [UInt8]?
    for (index, transform) in transforms.enumerated() {
      if index == 0 {
        single = encode([transform], value)
      } else if let text = single {
        let copy = HeapCopy(text)
        single = withExtendedLifetime(copy) { encode([transform], .string(copy.bytes)) }
      }
    }
    expect(encode(transforms, value) == single, "a chain does what its steps do one after another")
  }

  private static func makesText(_ transform: Transform) -> Bool {
    switch transform {
    case .trim, .lower, .upper, .text, .enumMap, .base64, .hex, .truncate: true
    default: false
    }
  }

  /// The text that a column of this chain gets; nil where the value is refused.
  private static func encode(_ transforms: [Transform], _ value: RawValue) -> [UInt8]? {
    let column = ColumnPlan(name: "c", slots: [0], type: .text, transforms: transforms)
    let shape = ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: 1)
    let encoder = RecordEncoder(plan: RecordPlan(shape: shape, columns: [column], key: []))
    let rows = RowBuffer(capacity: 64)
    encoder.slots[0] = value
    do throws(Refusal) { try encoder.encode(prefix: .none, into: [rows]) } catch { return nil }
    // The row's count of fields and the field's length come first.
    return Array(rows.bytes.bytes.dropFirst(6))
  }
}
