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

  private func outcome(
    _ encoder: inout ValueEncoder, _ value: RawValue
  ) -> Result<[UInt8], Refusal> {
    let slots = UnsafeMutablePointer<RawValue>.allocate(capacity: 1)
    let offsets = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer {
      slots.deallocate()
      offsets.deallocate()
    }
    slots.initialize(to: value)
    var out = ByteBuffer(capacity: 16)
    do throws(Refusal) {
      try encoder.append(columns: 1, slots: slots, offsets: offsets, to: &out)
      return .success(Array(out.bytes))
    } catch {
      return .failure(error)
    }
  }

  /// Compares both ways for one value in every kind of column.
  private func check(_ value: RawValue) {
    for (type, transforms) in Self.types {
      for (missing, null, empty) in [
        (AbsencePlan.null, AbsencePlan.null, AbsencePlan.keep), (.refuse, .refuse, .refuse),
        (.keep, .keep, .null),
      ] {
        let plan = ColumnPlan(
          name: "c", slots: [0], type: type, transforms: transforms, missing: missing, null: null,
          empty: empty)
        var short = ValueEncoder([plan])
        var long = ValueEncoder([plan])
        long.codes[0].plain = .no
        let (made, right) = (outcome(&short, value), outcome(&long, value))
        #expect(
          made == right, "\(type) \(transforms) of a \(value.kind), \(Array(value.bytes)) \(value.bits)")
      }
    }
  }

  @Test("ends with the same bytes, or the same refusal, for texts of every length and content")
  func texts() {
    for text in Self.texts() { text.withUnsafeBytes { check(.string($0)) } }
  }

  @Test("ends with the same bytes, or the same refusal, for numbers, dates, flags and absent values")
  func others() {
    check(.missing)
    check(.null)
    check(RawValue(kind: .undefined))
    for integer in Self.integers {
      let bits = UInt64(bitPattern: integer)
      for kind in [ValueKind.int64, .date, .timestamp] { check(RawValue(kind: kind, bits: bits)) }
      if Int32(exactly: integer) != nil { check(RawValue(kind: .int32, bits: bits)) }
      check(.double(Double(integer)))
    }
    for double in [0.1, -0.0, .nan, .infinity, 1e300] { check(.double(double)) }
    check(RawValue(kind: .bool, bits: 0))
    check(RawValue(kind: .bool, bits: 1))
    let id: [UInt8] = [0x5F, 0x00, 0x09, 0x0A, 0x9F, 0xFF, 0x90, 0xA9, 0x10, 0xF0, 0x0F, 0x99]
    id.withUnsafeBytes { check(RawValue(kind: .objectID, bytes: $0)) }
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
