import Testing

@testable import Codec

/// Every text is compared with what the server's `jsonb` prints.
@Suite struct JSONTextTests {
  static func canonical(_ bytes: [UInt8]) -> String {
    bytes.withBytes { raw in
      appendedText { (out) throws(Refusal) in
        var scratch = ByteBuffer(capacity: 16)
        scratch.append(1)
        try CanonicalJSON.append(jsonText: raw, scratch: &scratch, to: &out)
        // What lies in the scratch buffer before belongs to the caller.
        guard scratch.count == 1 else { throw Refusal(.wrongType, found: .string) }
      }
    }
  }

  static func canonical(_ text: String) -> String { canonical(Array(text.utf8)) }

  static let edges = [
    "{}", "[]", "null", "true", "false", "0", "-0", "-0.0", "-0.00e5", "0e10", "1E5", "1e+5", "1.0e-3",
    "1.50", "-1.5e1",
    "123e-2", "100e-2", "1e-10", "12345678901234567890.12345678901234567890", "\"\"", "\"a\"", " [ 1 , 2 ] ",
    "{\"a\":1,\"b\":2}", "{\"bb\":1,\"a\":2,\"ab\":3,\"\":4}", "{\"a\":1,\"a\":2}",
    "{\"b\":{\"z\":1,\"y\":[{\"d\":1,\"c\":2}]},\"a\":0}",
    #""\"\\\/\b\f\n\r\t""#, #""\u00e9\u20ac\ud83d\ude00""#, #""\u0001\u001f\u007f\u0022\u005c\u002f""#,
    "\"é€😀\"",
    #"{"\u0061":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0062\n":1,"aa":2,"\\":3,"b":4}"#,
    "[[[[[[[[[[]]]]]]]]]]", "\t\n\r {\"a\"\t:\n1\r}",
    "{\"abcdefgh\":1,\"abcdefgg\":2,\"abcdefghi\":3,\"abcdefgha\":4}",
    "\"" + String(repeating: "x", count: 3000) + "\\n\"", "1e131071", "1e-16383", "\"\u{7f}\u{80}\u{2028}\"",
    "\"/\"",
    "{\"é\":1,\"ee\":2,\"e\":3}", #"["\ud834\udd1e"]"#,
  ]
  static let invalid = [
    "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
    "{a:1}", "{'a':1}",
    "{\"a\" 1}", "[1 2]", "01", "-", "-a", "+1", ".5", "1.", "1.e5", "1e", "1e+", "1.2.3", "0x10", "00",
    "-01", "NaN",
    "Infinity", "tru", "truee", "True", "nul", "nullnull", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\u\"",
    "\"a\tb\"", "\"a\nb\"", "1 1",
    "{} {}", "[] x", "\"a\" \"b\"", "//", "/**/1", "{1:2}", "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "[1]]",
    "{\"a\":1}}", "--1", "1-",
    "\u{feff}1", "1\u{a0}", "\u{b}1", "\"\\u00g0\"", "\"\\U0041\"", "\"\\ud83d\\u0041\"", "\"\u{1f}\"",
  ]

  @Test func textIsWhatTheServerPrints() throws {
    var random = SeededGenerator(17)
    let texts = Self.edges + (0..<3000).map { _ in RandomJSON.text(depth: 4, &random) }
    let answers = try PostgresOracle.answers(to: "t::jsonb", for: texts)
    for (text, answer) in zip(texts, answers) {
      let ours = Self.canonical(text)
      if ours != answer {
        Issue.record("\(text.prefix(300)) became \(ours.prefix(300)), not \(answer.prefix(300))")
      }
      // The canonical form is its own canonical form.
      if Self.canonical(ours) != ours { Issue.record("\(ours.prefix(300)) changed again") }
    }
  }

  @Test func invalidTextIsRefusedAsByTheServer() throws {
    let answers = try PostgresOracle.answers(to: "t::jsonb", for: Self.invalid)
    for (text, answer) in zip(Self.invalid, answers) {
      #expect(Self.canonical(text) == "!invalid_json", "\(text)")
      #expect(answer.hasPrefix("!"), "\(text): the server takes it")
    }
  }

  @Test func brokenTextIsTakenOrRefusedAsByTheServer() throws {
    var random = SeededGenerator(18)
    var texts: [String] = []
    while texts.count < 4000 {
      var scalars = Array(RandomJSON.text(depth: 3, &random).unicodeScalars)
      for _ in 0..<Int.random(in: 1...2, using: &random) where !scalars.isEmpty {
        let place = Int.random(in: 0..<scalars.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: scalars.remove(at: place)
        case 1: scalars.insert(scalars.randomElement(using: &random)!, at: place)
        case 2: scalars[place] = Array("{}[]\",:\\0-e.+tfnu19 ".unicodeScalars).randomElement(using: &random)!
        default: scalars.removeSubrange(place...)
        }
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      texts.append(text)
    }
    let answers = try PostgresOracle.answers(to: "t::jsonb", for: texts)
    var refused = 0
    for (text, answer) in zip(texts, answers) {
      let ours = Self.canonical(text)
      if answer.hasPrefix("!") {
        refused += 1
        if !ours.hasPrefix("!") { Issue.record("\(text) became \(ours), but the server says \(answer)") }
      } else if ours != answer {
        Issue.record("\(text) became \(ours), not \(answer)")
      }
    }
    #expect(refused > 500 && refused < 3900)
  }

  @Test func reasons() {
    #expect(Self.canonical(#""a\u0000""#) == "!contains_nul")
    #expect(Self.canonical(#"{"\u0000":1}"#) == "!contains_nul")
    #expect(Self.canonical([0x22, 0xFF, 0x22]) == "!invalid_utf8")
    #expect(Self.canonical([0x22, 0xC3, 0x22]) == "!invalid_utf8")
    #expect(Self.canonical([0x22, 0xC3, 0x5C, 0x6E, 0x22]) == "!invalid_utf8")
    #expect(Self.canonical([0x22, 0, 0x22]) == "!invalid_json")
    #expect(Self.canonical("1e131072") == "!out_of_range")
    #expect(Self.canonical("1e-16384") == "!out_of_range")
    #expect(Self.canonical("1e99999999999999999999") == "!out_of_range")
    #expect(Self.canonical(String(repeating: "1", count: 131_073)) == "!out_of_range")
    #expect(Self.canonical("0." + String(repeating: "1", count: 16_384)) == "!out_of_range")
    #expect(
      Self.canonical(String(repeating: "[", count: 200) + String(repeating: "]", count: 200)).count == 400)
    #expect(
      Self.canonical(String(repeating: "[", count: 201) + String(repeating: "]", count: 201)) == "!too_deep")
    #expect(Self.canonical(String(repeating: "{\"a\":", count: 100_000)) == "!too_deep")
  }

  @Test func anObjectOfManyKeysIsSortedInTime() throws {
    let count = 100_000
    var random = SeededGenerator(19)
    let keys = (0..<count).map { _ in String(random.next() % 50_000) }
    let text = "{" + keys.enumerated().map { "\"\($0.element)\":\($0.offset)" }.joined(separator: ",") + "}"
    let ours = Self.canonical(text)
    #expect(
      try PostgresOracle.answers(to: "md5(t::jsonb::text) = '\(Self.md5(of: ours))'", for: [text]) == ["true"]
    )
  }

  private static func md5(of text: String) throws -> String {
    try PostgresOracle.answers(to: "md5(t)", for: [text])[0]
  }

  @Test func aRefusalLeavesBothBuffersAsTheyWere() {
    var scratch = ByteBuffer()
    var out = ByteBuffer()
    scratch.append(1)
    out.append(2)
    #"{"b":1,"\n":[{"x":1,"a":"\u00e9"}],"a":tru}"#.withBytes { bytes -> Void in
      #expect(throws: Refusal(.invalidJSON, found: .string)) {
        try CanonicalJSON.append(jsonText: bytes, scratch: &scratch, to: &out)
      }
    }
    #expect(scratch.count == 1 && out.count == 1)
  }
}

/// JSON texts of every form, with odd spaces, escapes, numbers and repeated keys.
enum RandomJSON {
  static func text(depth: Int, _ random: inout SeededGenerator) -> String {
    let space = [" ", "", "", "\n", "\t "].randomElement(using: &random)!
    let value =
      switch Int.random(in: 0...(depth > 0 ? 9 : 5), using: &random) {
      case 0: ["null", "true", "false"].randomElement(using: &random)!
      case 1, 2: number(&random)
      case 3, 4, 5: string(&random)
      case 6, 7: list("[", "]", depth, &random) { text(depth: depth - 1, &$0) }
      default:
        list("{", "}", depth, &random) { "\(string(&$0))\(space):\(text(depth: depth - 1, &$0))" }
      }
    return space + value + space
  }

  private static func list(
    _ start: String, _ end: String, _ depth: Int, _ random: inout SeededGenerator,
    _ element: (inout SeededGenerator) -> String
  ) -> String {
    start + (0..<Int.random(in: 0...6, using: &random)).map { _ in element(&random) }.joined(separator: ",")
      + end
  }

  static func number(_ random: inout SeededGenerator) -> String {
    var text = Bool.random(using: &random) ? "-" : ""
    text += ["0", "0", "7", "12", "100", "12345678901234567890"].randomElement(using: &random)!
    if Bool.random(using: &random) {
      text += ["." + "0", ".50", ".123", ".0001", ".000"].randomElement(using: &random)!
    }
    if Int.random(in: 0...3, using: &random) == 0 {
      text +=
        ["e", "E", "e+", "e-", "E-"].randomElement(using: &random)!
        + "\(Int.random(in: 0...40, using: &random))"
    }
    return text
  }

  static func string(_ random: inout SeededGenerator) -> String {
    let parts = [
      "a", "b", "ab", "key", "é", "€", "😀", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u0041"#, #"\u00e9"#,
      #"\ud83d\ude00"#,
      #"\u001b"#, #"\t"#, "longer text without escapes", "\u{7f}", "'", "/", #"\b\f\r"#,
    ]
    return "\""
      + (0..<Int.random(in: 0...4, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
      + "\""
  }
}
