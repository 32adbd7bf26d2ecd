import Testing

@testable import Codec

@Suite struct TextFoldTests {
  static func trimmed(_ bytes: [UInt8]) -> [UInt8] { bytes.withBytes { Array(TextFold.trimmed($0)) } }

  static func folded(_ text: String, upper: Bool) -> String {
    text.withBytes { bytes in
      appendedText { (out) throws(Refusal) in
        if upper {
          try TextFold.appendUppercased(bytes, to: &out)
        } else {
          try TextFold.appendLowercased(bytes, to: &out)
        }
      }
    }
  }

  @Test func allWhiteSpaceAndNothingElseIsTrimmed() {
    for value in UInt32(0)...0x3100 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "\(scalar)\(scalar)a \(scalar)b\(scalar)"
      let expected = scalar.properties.isWhitespace ? "a \(scalar)b" : text
      if Self.trimmed(Array(text.utf8)) != Array(expected.utf8) {
        Issue.record("U+\(String(value, radix: 16))")
      }
    }
    #expect(Self.trimmed(Array(" \t\n\u{3000}\u{A0}".utf8)) == [])
    #expect(Self.trimmed([]) == [])
    #expect(TextFold.trimmed(UnsafeRawBufferPointer(start: nil, count: 0)).isEmpty)
  }

  @Test func brokenBytesAreTrimmedWithoutHarm() {
    var random = SeededGenerator(14)
    for _ in 0..<20_000 {
      let alphabet: [UInt8] = [0x20, 0xC2, 0x85, 0xA0, 0xE1, 0x9A, 0x80, 0xE2, 0x81, 0x9F, 0xE3, 0x61, 0xAF]
      let bytes = (0..<Int.random(in: 0...9, using: &random)).map { _ in
        alphabet.randomElement(using: &random)!
      }
      _ = Self.trimmed(bytes)
    }
  }

  @Test func casesAreTheStandardLibrarys() {
    let texts = [
      "", "Ada@Example.COM", "ÄÖÜ ß", "İstanbul", "ΑΣ", "ﬁ", "ǅ", "Привет МИР", "𐐀𐐨", "İıI", "a\u{0}B", "日本",
      String(repeating: "Äa", count: 500),
    ]
    for text in texts {
      #expect(Self.folded(text, upper: false) == text.lowercased())
      #expect(Self.folded(text, upper: true) == text.uppercased())
    }
    for value in UInt32(0)...0x1FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = String(Character(scalar))
      if Self.folded(text, upper: false) != scalar.properties.lowercaseMapping { Issue.record("\(value)") }
      if Self.folded(text, upper: true) != scalar.properties.uppercaseMapping { Issue.record("\(value)") }
    }
  }

  @Test func brokenBytesAreRefused() {
    for broken in [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80]] as [[UInt8]] {
      let result = broken.withBytes { raw in
        appendedText { (out) throws(Refusal) in try TextFold.appendLowercased(raw, to: &out) }
      }
      #expect(result == "!invalid_utf8")
    }
  }
}
