import Testing

@testable import Codec

/// Ordinary values go a short way into their rows; the long way is there for all, and says what is right.
@Suite("The short way of ordinary values")
struct PlainValueTests {
  private static let types: [(TargetType, [Transform])] = [
    (.text, []), (.text, [.text]), (.varchar(4), []), (.citext, []), (.smallint, []), (.integer, []),
    (.bigint, []), (.doublePrecision, []), (.real, []), (.boolean, []),
    (.boolean, [.boolean(trueWords: [], falseWords: [])]),
    (.boolean, [.boolean(trueWords: ["Y"], falseWords: ["N"])]),
    (.timestamptz, []), (.timestamp, []), (.timestamptz, [.epoch(.milliseconds)]),
    (.timestamptz, [.epoch(.seconds)]), (.date, []), (.jsonb, []), (.array(.text), []), (.text, [.trim]),
  ]

  private static let integers: [Int64] = [
    0, 1, -1, 2, 41, 127, 32_768, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649, .max, .min,
    253_402_300_799_999, 253_402_300_800_000, 1_700_000_000_000, -62_135_596_800_000, 9_224_318_015_999_999,
  ]

  /// Texts of every length around a word's, with a byte of interest at every place.
  private static func texts() -> [[UInt8]] {
    var texts: [[UInt8]] = [[], Array("größe".utf8), Array("日本".utf8), Array("ä".utf8), Array("€".utf8)]
    for length in 1...19 {
      let plain = (0..<length).map { UInt8(0x61 + $0) }
      texts.append(plain)
      for place in 0..<length {
        for byte: UInt8 in [0, 0x01, 0x7F, 0x80, 0x81, 0xC3, 0xFF] {
          var text = plain
          text[place] = byte
          texts.append(text)
        }
        if place + 1 < length {
          var text = plain
          (text[place], text[place + 1]) = (0xC3, 0xB6)
          texts.append(text)
        }
      }
    }
    return texts
  }

  /// Where a value is encoded, one way or the other.
  private final class Column {
    private let encoder: UnsafeMutablePointer<ValueEncoder>
    private let slots: UnsafeMutablePointer<RawValue>
    private let offsets: UnsafeMutablePointer<Int>
    private var out = ByteBuffer(capacity: 16)

    init(_ plan: ColumnPlan, isShort: Bool) {
      encoder = .allocate(capacity: 1)
      encoder.initialize(to: ValueEncoder([plan]))
      if !isShort { encoder.pointee.codes[0].plain = .no }
      slots = .allocate(capacity: 1)
      slots.initialize(to: .missing)
      offsets = .allocate(capacity: 1)
      offsets.initialize(to: 0)
    }

    deinit {
      encoder.deinitialize(count: 1)
      encoder.deallocate()
      slots.deallocate()
      offsets.deallocate()
    }

    func outcome(_ value: RawValue) -> Result<[UInt8], Refusal> {
      slots[0] = value
      out.removeAll()
      do throws(Refusal) {
        try encoder.pointee.append(columns: 1, slots: slots, offsets: offsets, to: &out)
        return .success(Array(out.bytes))
      } catch {
        return .failure(error)
      }
    }
  }

  /// Compares both ways for all these values in every kind of column.
  private func check(_ values: [RawValue]) {
    let rules: [(missing: AbsencePlan, null: AbsencePlan, empty: AbsencePlan)] = [
      (.null, .null, .keep), (.refuse, .refuse, .refuse), (.keep, .keep, .null),
    ]
    for (type, transforms) in Self.types {
      for rule in rules {
        let plan = ColumnPlan(
          name: "c", slots: [0], type: type, transforms: transforms, missing: rule.missing, null: rule.null,
          empty: rule.empty)
        let (short, long) = (Column(plan, isShort: true), Column(plan, isShort: false))
        for value in values where short.outcome(value) != long.outcome(value) {
          Issue.record("\(type) \(transforms) of a \(value.kind), \(Array(value.bytes)) \(value.bits)")
        }
      }
    }
  }

  @Test("ends with the same bytes, or the same refusal, for texts of every length and content")
  func texts() {
    // All in one piece of memory, each with other bytes around it.
    let texts = Self.texts()
    Array(texts.joined()).withUnsafeBytes { bytes in
      var values: [RawValue] = []
      var offset = 0
      for text in texts {
        values.append(.string(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + text.count])))
        offset += text.count
      }
      check(values)
    }
  }

  @Test("ends with the same bytes, or the same refusal, for numbers, dates, flags and absent values")
  func others() {
    var values: [RawValue] = [.missing, .null, RawValue(kind: .undefined)]
    for integer in Self.integers {
      let bits = UInt64(bitPattern: integer)
      for kind in [ValueKind.int64, .date, .timestamp] { values.append(RawValue(kind: kind, bits: bits)) }
      if Int32(exactly: integer) != nil { values.append(RawValue(kind: .int32, bits: bits)) }
      values.append(.double(Double(integer)))
    }
    for double in [0.1, -0.0, .nan, .infinity, 1e300] { values.append(.double(double)) }
    values += [RawValue(kind: .bool, bits: 0), RawValue(kind: .bool, bits: 1)]
    let id: [UInt8] = [0x5F, 0x00, 0x09, 0x0A, 0x9F, 0xFF, 0x90, 0xA9, 0x10, 0xF0, 0x0F, 0x99]
    id.withUnsafeBytes { check(values + [RawValue(kind: .objectID, bytes: $0)]) }
  }

  @Test("is the one that plain columns take")
  func isTaken() {
    let plain = Self.types.map { type, transforms in
      let encoder = ValueEncoder([ColumnPlan(name: "c", slots: [0], type: type, transforms: transforms)])
      return encoder.codes[0].plain
    }
    #expect(
      plain == [
        .text, .canonicalText, .no, .text, .no, .integer, .bigint, .double, .no, .boolean, .booleanNumber,
        .no, .instant, .instant, .milliseconds, .no, .no, .no, .no, .no,
      ])
  }
}
