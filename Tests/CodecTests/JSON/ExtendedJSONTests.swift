import Testing

@testable import Codec

@Suite struct ExtendedJSONTests {
  static func json(_ value: RawValue) -> String {
    appendedText { (out) throws(Refusal) in
      var scratch = ByteBuffer(capacity: 16)
      try CanonicalJSON.append(value, scratch: &scratch, to: &out)
      guard scratch.count == 0 else { throw Refusal(.wrongType, found: .string) }
    }
  }

  static func json(document: [UInt8]) -> String {
    document.withBytes { json(RawValue(kind: .document, bytes: $0)) }
  }

  static func json(text: [UInt8]) -> String { text.withBytes { json(.string($0)) } }

  @Test(
    .enabled(if: ExtendedJSONCorpus.isThere, "Set KEDGE_DATA_DIR to the folder that has suites/bson-corpus."))
  func corpusIsWhatTheSpecificationSays() throws {
    var ours: [String] = []
    var theirs: [String] = []
    for file in try ExtendedJSONCorpus.files() {
      for sample in file.valid {
        let text = Self.json(document: sample.bytes)
        var expected = sample.relaxedJSON ?? Self.relaxed(sample.canonicalJSON)
        // A jsonb has no negative zero, so that ours keeps the canonical form.
        if file.name == "double.json" { expected.replace("-0.0", with: "{\"$numberDouble\": \"-0.0\"}") }
        if text.hasPrefix("!") {
          // A NUL inside a text or a code is valid BSON, but not valid jsonb.
          #expect(
            text == "!contains_nul" && expected.contains("\\u0000"),
            "\(file.name) \(sample.description): \(text)")
          continue
        }
        ours.append(text)
        theirs.append(expected)
      }
    }
    #expect(ours.count > 600)
    let canonical = try PostgresOracle.answers(to: "t::jsonb", for: ours)
    for (text, answer) in zip(ours, canonical) { #expect(text == answer) }
    let pairs = zip(ours, theirs).map { "[\($0), \($1)]" }
    let equal = try PostgresOracle.answers(to: "t::jsonb -> 0 = t::jsonb -> 1", for: pairs)
    for (pair, answer) in zip(zip(ours, theirs), equal) where answer != "true" {
      Issue.record("\(pair.0) isn't \(pair.1)")
    }
  }

  /// Where the suite gives the canonical form alone: the relaxed form, made of it without our code.
  private static func relaxed(_ canonical: String) -> String {
    let dates = ["0": "1970-01-01T00:00:00Z", "2147483647": "1970-01-25T20:31:23.647Z"]
    return canonical.replacing(/("\$date": )?{"\$number(Int|Long|Double)": "(-?[0-9.]+)"}/) { match in
      let number = String(match.output.3)
      guard let key = match.output.1 else { return number }
      return dates[number].map { "\(key)\"\($0)\"" } ?? String(match.output.0)
    }
  }

  @Test func scalars() {
    #expect(Self.json(.null) == "null")
    #expect(Self.json(RawValue(kind: .bool, bits: 1)) == "true")
    #expect(Self.json(RawValue(kind: .bool, bits: 0)) == "false")
    #expect(Self.json(RawValue(kind: .int32, bits: UInt64(bitPattern: -5))) == "-5")
    #expect(Self.json(.int64(.min)) == "-9223372036854775808")
    #expect(Self.json(.double(1)) == "1.0")
    #expect(Self.json(.double(-1.5)) == "-1.5")
    #expect(Self.json(.double(1e20)) == "100000000000000000000.0")
    #expect(Self.json(.double(-0.0)) == "{\"$numberDouble\": \"-0.0\"}")
    #expect(Self.json(.double(.nan)) == "{\"$numberDouble\": \"NaN\"}")
    #expect(Self.json(.double(-.infinity)) == "{\"$numberDouble\": \"-Infinity\"}")
    #expect(Self.json(RawValue(kind: .date, bits: 0)) == "{\"$date\": \"1970-01-01T00:00:00Z\"}")
    #expect(Self.json(RawValue(kind: .date, bits: 1)) == "{\"$date\": \"1970-01-01T00:00:00.001Z\"}")
    #expect(
      Self.json(RawValue(kind: .date, bits: UInt64(bitPattern: -1)))
        == "{\"$date\": {\"$numberLong\": \"-1\"}}")
    #expect(
      Self.json(RawValue(kind: .date, bits: 253_402_300_800_000))
        == "{\"$date\": {\"$numberLong\": \"253402300800000\"}}")
    #expect(
      Self.json(RawValue(kind: .timestamp, bits: 7 << 32 | 3)) == "{\"$timestamp\": {\"i\": 3, \"t\": 7}}")
    #expect(Self.json(RawValue(kind: .minKey)) == "{\"$minKey\": 1}")
    #expect(Self.json(.missing) == "!missing")
    [UInt8(0xFF), 0x00].withBytes { bytes in
      #expect(
        Self.json(RawValue(kind: .binary, bytes: bytes, subtype: 0x80))
          == "{\"$binary\": {\"base64\": \"/wA=\", \"subType\": \"80\"}}")
    }
  }

  @Test func textsThatNoJSONBHolds() {
    #expect(Self.json(text: Array("a\u{0}".utf8)) == "!contains_nul")
    #expect(Self.json(text: [0x61, 0xFF]) == "!invalid_utf8")
    #expect(Self.json(text: Array("12345678".utf8) + [0xED, 0xA0, 0x80]) == "!invalid_utf8")
    #expect(Self.json(text: Array("1234567\u{0}".utf8)) == "!contains_nul")
    #expect(Self.json(text: []) == "\"\"")
  }

  @Test func stringsAreEscapedAsTheServerEscapesThem() throws {
    var random = SeededGenerator(20)
    let pieces =
      (1...0x30).map { String(Unicode.Scalar(UInt8($0))) } + [
        "\\", "é", "€", "😀", "\u{7f}", "plain", "\u{2028}",
      ]
    let texts = (0..<2000).map { _ in
      (0..<Int.random(in: 0...20, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
    }
    let answers = try PostgresOracle.answers(to: "to_jsonb(t)", for: texts)
    for (text, answer) in zip(texts, answers) {
      let ours = Self.json(text: Array(text.utf8))
      if ours != answer { Issue.record("\(Array(text.utf8)) became \(ours), not \(answer)") }
    }
  }

  @Test func keysAreSortedAndDuplicatesRefused() throws {
    func document(_ keys: [String]) -> [UInt8] {
      var buffer = ByteBuffer()
      buffer.appendLittleEndian(Int32(0))
      for (index, key) in keys.enumerated() {
        buffer.append(0x10)
        buffer.append(key)
        buffer.append(0)
        buffer.appendLittleEndian(Int32(index))
      }
      buffer.append(0)
      buffer.patchLittleEndian(Int32(buffer.count), at: 0)
      return Array(buffer.bytes)
    }
    #expect(
      Self.json(document: document(["b", "aa", "a", ""])) == "{\"\": 3, \"a\": 2, \"b\": 0, \"aa\": 1}")
    #expect(Self.json(document: document(["a", "a"])) == "!duplicate_field")
    #expect(Self.json(document: document(["a", "b", "cc", "b"])) == "!duplicate_field")
    #expect(Self.json(document: document([])) == "{}")
    var random = SeededGenerator(21)
    var texts: [String] = []
    var ours: [String] = []
    for count in 0..<200 {
      let keys = Set((0..<count).map { _ in String(repeating: "k", count: 7) + String(random.next() % 5000) })
      ours.append(Self.json(document: document(Array(keys))))
      texts.append(ours[count])
    }
    #expect(try PostgresOracle.answers(to: "t::jsonb", for: texts) == ours)
  }

  @Test func anObjectOfChosenFields() {
    let keys = ["b", "a", "c"]
    let result = appendedText { (out) throws(Refusal) in
      var scratch = ByteBuffer(capacity: 16)
      let names = UnsafeMutablePointer<UnsafeRawBufferPointer>.allocate(capacity: 3)
      let values = UnsafeMutablePointer<RawValue>.allocate(capacity: 3)
      defer {
        names.deallocate()
        values.deallocate()
      }
      let text = Array(keys.joined().utf8)
      try text.withBytes { (raw) throws(Refusal) in
        for index in 0..<3 {
          (names + index).initialize(to: UnsafeRawBufferPointer(rebasing: raw[index..<index + 1]))
          (values + index).initialize(to: .int64(Int64(index)))
        }
        try CanonicalJSON.appendObject(keys: names, values: values, count: 3, scratch: &scratch, to: &out)
        try CanonicalJSON.appendObject(keys: names, values: values, count: 0, scratch: &scratch, to: &out)
      }
    }
    #expect(result == "{\"a\": 1, \"b\": 0, \"c\": 2}{}")
  }

  @Test func nestingIsBounded() {
    func nested(_ depth: Int) -> [UInt8] {
      var document: [UInt8] = [5, 0, 0, 0, 0]
      for _ in 1..<depth {
        let length = UInt32(document.count + 8)
        document =
          withUnsafeBytes(of: length.littleEndian) { Array($0) } + [3, 0x61, 0] + document + [0]
      }
      return document
    }
    #expect(Self.json(document: nested(200)).hasSuffix(String(repeating: "}", count: 200)))
    #expect(Self.json(document: nested(201)) == "!too_deep")
  }

  @Test func brokenDocumentsAreReadWithoutHarm() throws {
    var random = SeededGenerator(22)
    var samples: [[UInt8]] = [[5, 0, 0, 0, 0], [12, 0, 0, 0, 0x10, 0x61, 0, 1, 0, 0, 0, 0]]
    if ExtendedJSONCorpus.isThere {
      samples = try ExtendedJSONCorpus.files().flatMap { $0.valid.map(\.bytes) }
    }
    for sample in samples {
      for _ in 0..<40 {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          bytes[place] = [0, 1, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(
            using: &random)!
        }
        if Bool.random(using: &random) {
          bytes.removeLast(Int.random(in: 0...min(5, bytes.count), using: &random))
        }
        _ = Self.json(document: bytes)
      }
    }
    // Payloads that no reader hands out, but a caller may.
    for kind in ValueKind.allCases {
      for count in 0..<20 {
        for fill in [0, 1, 2, 0xFF] as [UInt8] {
          _ = [UInt8](repeating: fill, count: count).withBytes { Self.json(RawValue(kind: kind, bytes: $0)) }
        }
      }
    }
  }
}
