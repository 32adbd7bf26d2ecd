internal import Codec
internal import FuzzSupport

/// libFuzzer's entry: the input first chooses columns, then values of SQLite's five storage classes for them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSQLite(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var source = ByteSource(UnsafeRawBufferPointer(start: start, count: count))
  let columnCount = 1 + source.below(2)
  let hasRest = source.below(4) == 0
  var columns = [ColumnChoice.column(slots: [0], from: &source)]
  if columnCount == 2 { columns.append(ColumnChoice.column(slots: [1, 0], from: &source)) }
  var types = columns.map { TargetType?.some($0.type) }
  if hasRest {
    columns.append(ColumnPlan(name: "rest", slots: [], type: .jsonb))
    types.append(.jsonb)
  }
  let shape = ShapePlan(levels: [.init(kind: .document, path: "")], slotCount: columnCount)
  let encoder = RecordEncoder(plan: RecordPlan(shape: shape, columns: columns, key: [0], hasRest: hasRest))
  let names = [HeapCopy("a".utf8), HeapCopy("b".utf8)]

  var rows: [Row] = []
  repeat {
    rows.append(Row(slots: columnCount, rest: hasRest ? 2 : 0, from: &source))
  } while !source.isAtEnd && rows.count < 4

  withExtendedLifetime((rows, names)) { tryAll(rows, names.map(\.bytes), encoder, types) }
  return 0
}

private func tryAll(
  _ rows: [Row], _ names: [UnsafeRawBufferPointer], _ encoder: RecordEncoder, _ types: [TargetType?]
) {
  var first: Trial.Outcome?
  for value in rows.flatMap(\.slots) {
    StatementTrial.read(value.raw)
    for column in encoder.plan.columns { ChainTrial.check(column.transforms, value.raw) }
  }
  for row in rows + [rows[0]] {
    for (slot, value) in row.slots.enumerated() { encoder.slots[slot] = value.raw }
    let others = encoder.plan.hasRest ? names : []
    others.withUnsafeBufferPointer { keys in
      row.rest.map(\.raw).withUnsafeBufferPointer {
        do throws(Refusal) { try encoder.begin(others: keys, $0) } catch {
          expect(false, "a record without JSON text is begun without a refusal")
        }
      }
    }
    let outcome = Trial.encode(encoder, .none, types: [types])
    Trial.encodeKey(encoder)
    // The first row comes again at the end: what the others left behind in the encoder must not show.
    guard let before = first else {
      first = outcome
      continue
    }
    if row === rows[0] { expect(outcome == before, "a record encodes alike whatever came before it") }
  }
}

/// The values of one row of a table.
private final class Row {
  let slots: [Value]
  let rest: [Value]

  init(slots: Int, rest: Int, from source: inout ByteSource) {
    var values: [Value] = []
    for _ in 0..<slots + rest { values.append(Value(from: &source)) }
    self.slots = Array(values.prefix(slots))
    self.rest = Array(values.dropFirst(slots))
  }
}

/// A value as `SQLiteStatement.rawValue` hands it out, in memory of its own.
private struct Value {
  let raw: RawValue
  private let storage: HeapCopy?

  private static let integers: [Int64] = [0, 1, -1, .max, .min, 32767, -32768, 2_147_483_648, 1_700_000_000]
  private static let reals: [Double] = [
    0, -0.0, .nan, .infinity, -.infinity, 9.007199254740993e15, .leastNonzeroMagnitude,
    1.7976931348623157e308, 2460000.5, 0.1,
  ]

  init(from source: inout ByteSource) {
    var storage: HeapCopy?
    switch source.below(8) {
    case 0: raw = .null
    case 1: raw = .int64(Int64(bitPattern: source.word()))
    case 2: raw = .int64(source.one(of: Self.integers))
    case 3: raw = .double(Double(bitPattern: source.word()))
    case 4: raw = .double(source.one(of: Self.reals))
    case 5:
      let copy = HeapCopy(source.run())
      storage = copy
      raw = RawValue(kind: .binary, bytes: copy.bytes)
    case 6:
      // A long text, to make every buffer grow.
      let unit = source.run()
      let copy = HeapCopy([[UInt8]](repeating: unit, count: 1 + source.below(64)).joined().map { $0 })
      storage = copy
      raw = .string(copy.bytes)
    default:
      let copy = HeapCopy(source.run())
      storage = copy
      raw = .string(copy.bytes)
    }
    self.storage = storage
  }
}
