import Testing

@testable import Codec

@Suite("BSON documents")
struct BSONDocumentTests {
  static let id = ObjectID(high: 0x0123_4567_89AB_CDEF, low: 0x0011_2233)

  /// One value of every type, nested too.
  static let sample: BSONDocument = [
    "_id": .objectID(id), "double": 1.5, "string": "Grüße", "document": ["a": 1, "b": ["c": nil]],
    "array": [1, "two", [3.5]], "binary": .binary(subtype: 0, [1, 2, 3]),
    "old binary": .binary(subtype: 2, [9]),
    "uuid": .binary(subtype: 4, Array(repeating: 7, count: 16)), "undefined": .undefined, "true": true,
    "date": .date(-1), "null": nil, "regex": .regex(pattern: "^a", options: "i"),
    "pointer": .dbPointer("db.c", id),
    "code": .code("f()"), "symbol": .symbol("s"), "scope": .codeWithScope("g()", ["x": 1]), "int32": 42,
    "timestamp": .timestamp(0x5_0000_0001), "int64": 5_000_000_000,
    "decimal": .decimal128(low: 1, high: 0x3040 << 48),
    "min": .minKey, "max": .maxKey, "": "empty name", "a longer name than eight bytes": false,
  ]

  @Test("literals and subscripts give back what was put in, in its order")
  func literals() {
    let document = Self.sample
    #expect(document["int32"] == .int32(42))
    #expect(document["int64"] == .int64(5_000_000_000))
    #expect(document["document"]?.document?["b"]?.document?["c"] == .null)
    #expect(document["array"]?.elements?.count == 3)
    #expect(document["nothing"] == nil)
    #expect(document["undefined"] == .undefined)
    #expect(document.keys.prefix(3) == ["_id", "double", "string"])
    #expect(BSONDocument(document.pairs.map { ($0.key, $0.value) }) == document)
    #expect(document.keys.count == 25)
  }

  @Test("setting replaces in place, appends, and removes")
  func setting() {
    var document: BSONDocument = ["a": 1, "b": 2, "c": 3]
    document["b"] = "two"
    document["d"] = 4
    document["a"] = nil
    #expect(document == ["b": "two", "c": 3, "d": 4])
    document["nothing"] = nil
    #expect(document.keys == ["b", "c", "d"])
  }

  @Test("text that isn't UTF-8 is kept byte for byte")
  func invalidText() throws {
    let value = BSONValue.invalidUTF8(.string, [0xFF, 0x00, 0x41])
    let document = BSONDocument([("a", value)])
    #expect(document["a"] == value)
    #expect(throws: Refusal(.invalidUTF8, found: .string)) {
      try document.withRaw { try BSONReader.validate($0, checkUTF8: true) }
    }
  }

  @Test("an ObjectId is read from 24 digits and nothing else")
  func objectID() {
    #expect(ObjectID("0123456789abcdef00112233") == Self.id)
    #expect(Self.id.description == "0123456789abcdef00112233")
    #expect(ObjectID(high: 1, low: 2).description == "000000000000000100000002")
    #expect(ObjectID("+123456789abcdef00112233") == nil)
    #expect(ObjectID("0123456789abcdef0011223") == nil)
    #expect(ObjectID(high: 1, low: 5) < ObjectID(high: 2, low: 0))
  }

  @Test("setting changes one element and leaves every byte of the others")
  func settingBytes() throws {
    let pairs: [(String, BSONValue)] = [
      ("a", 1), ("b", .invalidUTF8(.string, [0xFF])), ("a", 2), ("c", .binary(subtype: 2, [1, 2])),
    ]
    var document = BSONDocument(pairs)
    document["a"] = "longer than before"
    #expect(document == BSONDocument([("a", "longer than before")] + pairs[1...]))
    document["a"] = nil
    #expect(document == BSONDocument(Array(pairs[1...])))
    document["d"] = .null
    #expect(document == BSONDocument(pairs[1...] + [("d", .null)]))
    document["none"] = nil
    #expect(document == BSONDocument(pairs[1...] + [("d", .null)]))
    let copy = try BSONDocument(bytes: document.bytes)
    #expect(copy == document)
  }

  @Test("a key that holds a NUL is refused by the builder")
  func nulInKey() {
    var buffer = ByteBuffer()
    #expect(throws: Refusal(.containsNUL, found: .document)) {
      try BSONBuilder.append(key: "a\0b", .null, to: &buffer)
    }
  }
}
