import Testing

@testable import Codec

/// Objects of few members are put in order before they are written, others afterwards: to the same text.
@Suite("Objects of few members")
struct FewMembersTests {
  private let keys = [
    "a", "b", "aa", "ab", "ba", "name", "size", "theme", "locale", "pageSize", "pageSizf", "newsletter",
    "newsletteq", "a longer key than a word", "a longer key than a worm", "größe", "größf", "",
  ]

  /// As an object whose members are written as they come, and put in order then.
  private func long(_ document: BSONDocument) -> Result<[UInt8], Refusal> {
    document.withRaw { raw in
      appended { (out) throws(Refusal) in
        var scratch = ByteBuffer()
        var reader = try BSONReader(raw)
        var key = UnsafeRawBufferPointer(start: nil, count: 0)
        var value = RawValue.missing
        let keys = UnsafeMutablePointer<UnsafeRawBufferPointer>.allocate(capacity: 64)
        let values = UnsafeMutablePointer<RawValue>.allocate(capacity: 64)
        defer {
          keys.deallocate()
          values.deallocate()
        }
        var count = 0
        while try reader.next(key: &key, value: &value) {
          (keys + count).initialize(to: key)
          (values + count).initialize(to: value)
          count += 1
        }
        try CanonicalJSON.appendObject(
          keys: keys, values: values, count: count, scratch: &scratch, to: &out)
      }
    }
  }

  private func short(_ document: BSONDocument) -> Result<[UInt8], Refusal> {
    document.withRaw { raw in
      appended { (out) throws(Refusal) in
        var scratch = ByteBuffer()
        try CanonicalJSON.append(RawValue(kind: .document, bytes: raw), scratch: &scratch, to: &out)
      }
    }
  }

  @Test("are the same text as others, in whatever order their members come", arguments: 0..<17)
  func sameText(count: Int) {
    var random = SeededGenerator(UInt64(count))
    for _ in 0..<200 {
      let chosen = keys.shuffled(using: &random).prefix(count)
      let inner = BSONDocument(chosen.reversed().map { ($0, .bool(true)) })
      let members = chosen.enumerated().map { place, key in
        (key, place % 3 == 0 ? BSONValue.document(inner) : .int32(Int32(place)))
      }
      let document = BSONDocument(Array(members))
      #expect(short(document) == long(document), "\(Array(chosen))")
    }
  }

  @Test("are refused for a key that stands twice, a text that isn't one, and nesting without end")
  func refused() {
    let twice: BSONDocument = ["b": 1, "a": 2, "b": 3]
    #expect(short(twice) == .failure(Refusal(.duplicateField, found: .document)))
    let broken = BSONDocument([("a", .invalidUTF8(.string, [0xFF]))])
    #expect(short(broken) == .failure(Refusal(.invalidUTF8, found: .string)))
    var deep: BSONDocument = ["a": 1]
    for _ in 0..<199 { deep = BSONDocument([("a", .document(deep))]) }
    #expect(short(deep) == long(deep))
    deep = BSONDocument([("a", .document(deep))])
    #expect(short(deep) == .failure(Refusal(.tooDeep, found: .document)))
  }
}
