import Codec
import Testing

@testable import Mapping

@Suite("Paths")
struct ValuePathTests {
  @Test("paths read as their descriptions", arguments: [
    ("email", [.field("email")]), ("profile.locale", [.field("profile"), .field("locale")]),
    ("a[0].b", [.field("a"), .index(0), .field("b")]), ("a[].b[]", [.field("a"), .each, .field("b"), .each]),
    ("\"a.b\".c", [.field("a.b"), .field("c")]), ("\"\"", [.field("")]), ("@", []), ("\"@\"", [.field("@")]),
    ("[1][2]", [.index(1), .index(2)]), ("$ref.0", [.field("$ref"), .field("0")]), ("größe", [.field("größe")]),
  ] as [(String, [ValuePath.Step])])
  func both(_ text: String, _ steps: [ValuePath.Step]) throws {
    #expect(try ValuePath.parse(text) == ValuePath(steps))
    #expect(ValuePath(steps).description == text)
  }

  @Test("escapes of JSON", arguments: [("\"\\u00e9\\ud83d\\ude00\\/\\b\\f\"", "é😀/\u{8}\u{C}"), ("\"\\\"\\\\\\n\\t\\r\"", "\"\\\n\t\r")])
  func escapes(_ text: String, _ name: String) throws {
    #expect(try ValuePath.parse(text) == ValuePath(field: name))
  }

  @Test("errors name the character", arguments: [
    ("", 0), (".a", 0), ("a.", 2), ("a..b", 2), ("a b", 1), ("a[", 2), ("a[x]", 2), ("a[-1]", 2), ("a]", 1), ("a[0]b", 4), ("\"a", 0), ("a.\"b", 2),
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

@Suite("Names of types")
struct TypeNameTests {
  @Test("every type reads back from its DDL name", arguments: [
    .smallint, .integer, .bigint, .numeric(precision: nil, scale: nil), .numeric(precision: 5, scale: nil), .numeric(precision: 12, scale: 2),
    .real, .doublePrecision, .boolean, .text, .varchar(16), .char(3), .citext, .bytea, .uuid, .date, .time, .timestamp, .timestamptz, .json, .jsonb,
    .array(.text), .array(.numeric(precision: 4, scale: 1)), .array(.timestamptz),
  ] as [TargetType])
  func ddl(_ type: TargetType) throws { #expect(try TypeName.parse(type.sql) == type) }

  @Test("aliases", arguments: [
    ("INT8", .bigint), ("decimal( 12 , 2 )", .numeric(precision: 12, scale: 2)), ("Character  Varying (7)", .varchar(7)), ("char", .char(1)),
    ("timestamp with time zone", .timestamptz), ("timestamp without time zone", .timestamp), ("float8[]", .array(.doublePrecision)), ("bool", .boolean),
  ] as [(String, TargetType)])
  func alias(_ text: String, _ type: TargetType) throws { #expect(try TypeName.parse(text) == type) }

  @Test("refused", arguments: ["", "varchar(0)", "varchar(x)", "numeric(0)", "numeric(2,3)", "numeric(1,2,3)", "int(4)", "time with time zone", "text[3]", "txt()", "enum"])
  func refused(_ text: String) { #expect(throws: TypeNameError.self) { try TypeName.parse(text) } }
}

@Suite("Nearest words and masks")
struct NearestWordTests {
  @Test("near words are found, far ones aren't", arguments: [
    ("triim", "trim"), ("lowr", "lower"), ("LOWER", "lower"), ("eopch", "epoch"), ("set_null", "set-null"), ("milisecond", "milliseconds"),
    ("xyz", nil), ("a", nil), ("", nil), ("un", nil),
  ] as [(String, String?)])
  func near(_ word: String, _ expected: String?) {
    #expect(NearestWord.nearest(to: word, among: ["trim", "lower", "epoch", "set-null", "milliseconds", "b"]) == expected)
  }

  @Test("passwords are found and masked", arguments: [
    ("mongodb://u:p@h", "mongodb://u:***@h"), ("x: \"postgres://u:p@ss/w@h/d\"", "x: \"postgres://u:***@h/d\""),
    ("postgres://h/d?sslmode=x&password=abc&y=1", "postgres://h/d?sslmode=x&password=***&y=1"), ("mongodb://u@h:27017", "mongodb://u@h:27017"),
    ("mongodb://h:1,h:2/d", "mongodb://h:1,h:2/d"), ("a://u:p@h b://v:q@i", "a://u:***@h b://v:***@i"), ("PASSWORD=x", "PASSWORD=***"),
  ])
  func mask(_ text: String, _ masked: String) {
    #expect(PasswordMask.line(text, column: 1).text == masked)
    #expect(PasswordMask.findsPassword(in: text) == (text != masked))
  }

  @Test("the caret moves with the mask")
  func caret() {
    #expect(PasswordMask.line("a://u:hunter2@h x", column: 17).caretColumn == 13)
    #expect(PasswordMask.line("a://u:hunter2@h x", column: 9).caretColumn == 7)
    #expect(PasswordMask.line("a://u:hunter2@h x", column: 3).caretColumn == 3)
  }

  @Test("an accent can't hide a quote")
  func identifiers() {
    #expect(quotedIdentifier("a\"\u{301}b") == "\"a\"\"\u{301}b\"")
  }
}
