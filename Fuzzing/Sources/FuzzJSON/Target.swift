internal import Codec
internal import FuzzSupport

/// libFuzzer's entry: the input first chooses a mapping with its rules, and then is a text that holds JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var source = ByteSource(UnsafeRawBufferPointer(start: start, count: count))
  let plans = Plans.choose(from: &source)
  let text = HeapCopy(source.remainder())
  withExtendedLifetime(text) { tryAll(text.bytes, plans) }
  return 0
}

private func tryAll(_ text: UnsafeRawBufferPointer, _ plans: Plans) {
  let record = HeapCopy(NativeDocument.record(text: text))
  let encoder = RecordEncoder(plan: plans.document)
  let outcome = encode(record, encoder, plans)
  expect(
    encodeRow(text, plans) == outcome, "JSON text in a row lands as the same text in a document does")
  // An empty text is a value of its own, which no JSON is.
  if !text.isEmpty { compare(outcome, text, plans) }
  expect(encode(record, encoder, plans) == outcome, "a record encodes alike whatever came before it")
}

/// Compares with what an independent reader finds in the text.
private func compare(_ outcome: Trial.Outcome, _ text: UnsafeRawBufferPointer, _ plans: Plans) {
  let tree: Tree
  do throws(Fault) { tree = try TreeReader.read(text) } catch {
    guard case .refused(let refusal) = outcome else { finding("a text is refused that is \(error)") }
    expect(refusal.reason == error.reason, "a text that is \(error) isn't refused as \(refusal.reason.code)")
    return
  }
  Landed.check(outcome, tree, plans.document)
  // Where a field holds JSON text, JSON that is an empty text is as empty as no JSON at all.
  if case .string(let bytes) = tree, bytes.isEmpty { return }
  let native = HeapCopy(NativeDocument.record(tree))
  let other = encode(native, RecordEncoder(plan: plans.native), plans)
  expect(other == outcome, "JSON text lands as what it says does: \(outcome) and \(other)")
}

extension Fault {
  fileprivate var reason: Refusal.Reason {
    switch self {
    case .invalid: .invalidJSON
    case .tooDeep: .tooDeep
    case .keyWithNUL: .containsNUL
    case .notExact: .notExact
    }
  }
}

private func encode(_ record: HeapCopy, _ encoder: RecordEncoder, _ plans: Plans) -> Trial.Outcome {
  withExtendedLifetime(record) {
    encode(encoder, plans) { () throws(Refusal) in try encoder.fill(document: record.bytes) }
  }
}

private func encodeRow(_ text: UnsafeRawBufferPointer, _ plans: Plans) -> Trial.Outcome {
  let encoder = RecordEncoder(plan: plans.row)
  let none = UnsafeBufferPointer<UnsafeRawBufferPointer>(start: nil, count: 0)
  return encode(encoder, plans) { () throws(Refusal) in
    // A source with columns fills the first slots, in the order in which the mapping names them.
    encoder.slots[0] = .int64(1)
    encoder.slots[1] = .string(text)
    try encoder.begin(others: none, UnsafeBufferPointer(start: nil, count: 0))
  }
}

private func encode(
  _ encoder: RecordEncoder, _ plans: Plans, fill: () throws(Refusal) -> Void
) -> Trial.Outcome {
  var isFilled = false
  let outcome = Trial.encodeForBoth(encoder, types: plans.types) { () throws(Refusal) in
    try fill()
    isFilled = true
  }
  guard isFilled else { return outcome }
  Trial.encodeKey(encoder)
  expect(encoder.unmapped.allSatisfy { $0.count > 0 }, "an unmapped field was met")
  return outcome
}
