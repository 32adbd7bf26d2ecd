internal import Codec
internal import Comparison
internal import Mapping
internal import SampleData

/// Keys of two sides that are walked in step, as an audit and a second backfill do: each key is found in its row, and compared
/// with the other side's.
struct KeyLoop {
  private let order: KeyOrder
  private let count: Int

  init() throws {
    let set = try MappingSet.parse(files: [
      ("set.yaml", MeasuredKind.mappingSet(isDocument: true, variable: "KEDGE_NO_SUCH_VARIABLE")),
      ("users.yaml", MeasuredKind.users.mapping(isDocument: true)),
    ])
    let plan = try EntityPlan(set.entities[0], source: .mongo)
    guard let order = KeyOrder(plan, live: LiveKey(bytewise: ["id"])) else {
      throw HotLoopError("the keys can't be compared in order")
    }
    self.order = order
    count = plan.key.count
  }

  /// Compares `runs` keys, each with one that differs in its last digits and with itself.
  func run(_ runs: Int) throws -> HotLoop.Made {
    let (left, right) = (KeyFields(count: count), KeyFields(count: count))
    var bytes = ByteBuffer()
    for text in ["5f5e1000015e6d7a3c000001", "5f5e1000015e6d7a3c000002"] {
      bytes.appendBigEndian(Int32(text.utf8.count))
      bytes.append(text)
    }
    let first = UnsafeRawBufferPointer(rebasing: bytes.bytes[..<28])
    let second = UnsafeRawBufferPointer(rebasing: bytes.bytes[28...])
    right.set(consecutive: second)
    var made = HotLoop.Made()
    try HotLoop.measure {
      for index in 0..<runs {
        let isLess = index & 1 == 0
        left.set(consecutive: isLess ? first : second)
        if (order.compare(left, right) < 0) == isLess { made.made += 1 }
        made.runs += 1
      }
    }
    return made
  }
}
