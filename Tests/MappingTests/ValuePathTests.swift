import Testing

@testable import Mapping

@Suite("Paths")
struct ValuePathTests {
  @Test(
    "paths read as their descriptions",
    arguments: [
      ("email", [.field("email")]), ("profile.locale", [.field("profile"), .field("locale")]),
      ("a[0].b", [.field("a"), .index(0), .field("b")]),
      ("a[].b[]", [.field("a"), .each, .field("b"), .each]),
      ("\"a.b\".c", [.field("a.b"), .field("c")]), ("\"\"", [.field("")]), ("@", []),
      ("\"@\"", [.field("@")]),
      ("[1][2]", [.index(1), .index(2)]), ("$ref.0", [.field("$ref"), .field("0")]),
      ("größe", [.field("größe")]),
    ] as [(String, [ValuePath.Step])])
  func both(_ text: String, _ steps: [ValuePath.Step]) throws {
    #expect(try ValuePath.parse(text) == ValuePath(steps))
    #expect(ValuePath(steps).description == text)
  }

  @Test(
    "escapes of JSON",
    arguments: [
      ("\"\\u00e9\\ud83d\\ude00\\/\\b\\f\"", "é😀/\u{8}\u{C}"), ("\"\\\"\\\\\\n\\t\\r\"", "\"\\\n\t\r"),
    ])
  func escapes(_ text: String, _ name: String) throws {
    #expect(try ValuePath.parse(text) == ValuePath(field: name))
  }

  @Test(
    "errors name the character",
    arguments: [
      ("", 0), (".a", 0), ("a.", 2), ("a..b", 2), ("a b", 1), ("a[", 2), ("a[x]", 2), ("a[-1]", 2), ("a]", 1),
      ("a[0]b", 4), ("\"a", 0), ("a.\"b", 2),
      ("\"\\x\"", 1), ("\"\\u12\"", 1), ("\"\\ud800\"", 1), ("a[99999999999]", 2), ("\"a\"b", 3), ("a@", 1),
    ])
  func refused(_ text: String, _ offset: Int) {
    let error = #expect(throws: ValuePathError.self) { try ValuePath.parse(text) }
    #expect(error?.offset == offset)
  }

  @Test("any steps come back from their description")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<3000 {
      let steps = (0..<Int.random(in: 0...4, using: &random)).map { _ -> ValuePath.Step in
        switch Int.random(in: 0...4, using: &random) {
        case 0: .index(Int.random(in: 0...9999, using: &random))
        case 1: .each
        default: .field(OddNames.random(using: &random, mayBeEmpty: true))
        }
      }
      let path = ValuePath(steps)
      #expect(try ValuePath.parse(path.description) == path)
    }
  }
}
