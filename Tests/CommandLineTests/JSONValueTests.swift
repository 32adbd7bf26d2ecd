import CommandLine
import Foundation
import Testing

@Suite struct JSONValueTests {
  private let document: JSONValue = [
    "zeta": 1, "alpha": [true, nil, -2.5, "x"], "empty": [], "none": [:], "nested": ["b": 1, "a": "é😀"],
  ]

  @Test func compactKeepsTheOrder() {
    #expect(
      document.text(.compact)
        == #"{"zeta":1,"alpha":[true,null,-2.5,"x"],"empty":[],"none":{},"nested":{"b":1,"a":"é😀"}}"#)
  }

  @Test func prettyIsIndented() throws {
    try expectGolden(document.text() + "\n", "json-pretty")
  }

  @Test func everyScalarSurvives() throws {
    let scalars =
      (0...0x3FF).compactMap(UnicodeScalar.init) + (0x1FFF...0x2100).compactMap(UnicodeScalar.init)
      + [0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF].compactMap(UnicodeScalar.init)
    for scalar in scalars {
      let text = "a\(Character(scalar))\u{301}b"
      for layout in [JSONValue.Layout.compact, .pretty] {
        let data = Data(JSONValue.object([(text, .string(text))]).text(layout).utf8)
        let parsed = try #require(try JSONSerialization.jsonObject(with: data) as? [String: String])
        let pair = try #require(parsed.first)
        #expect(Array(pair.value.unicodeScalars) == Array(text.unicodeScalars), "U+\(scalar.value)")
        #expect(Array(pair.key.unicodeScalars) == Array(text.unicodeScalars), "U+\(scalar.value)")
      }
    }
  }

  @Test func noControlCharacterIsPrinted() {
    let all = String(String.UnicodeScalarView((0...0xFF).compactMap(UnicodeScalar.init)))
    let text = JSONValue.string(all + "\u{2028}\u{2029}").text(.compact)
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    #expect(text.contains(#"\u0000\u0001"#))
    #expect(text.contains(#"\b\t\n\u000b\f\r"#))
    #expect(text.hasSuffix(#"\u2028\u2029""#))
  }

  @Test(arguments: [0.0, 1.5, -0.1, 1e300, Double.leastNonzeroMagnitude, 0.1 + 0.2, 123_456_789.125, 1e16])
  func doublesSurvive(_ number: Double) throws {
    let data = Data(JSONValue.array([.double(number)]).text(.compact).utf8)
    #expect(try JSONDecoder().decode([Double].self, from: data) == [number])
  }

  @Test func numbersAtTheEdge() {
    #expect(JSONValue.integer(.min).text() == "-9223372036854775808")
    #expect(JSONValue.integer(.max).text() == "9223372036854775807")
    #expect(JSONValue.double(.nan).text() == "null")
    #expect(JSONValue.double(-.infinity).text() == "null")
    #expect(JSONValue.seconds(.milliseconds(1_234)).text() == "1.234")
  }
}
