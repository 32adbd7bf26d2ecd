import Testing

@testable import Mapping

@Suite("Nearest words and masks")
struct NearestWordTests {
  @Test(
    "near words are found, far ones aren't",
    arguments: [
      ("triim", "trim"), ("lowr", "lower"), ("LOWER", "lower"), ("eopch", "epoch"), ("set_null", "set-null"),
      ("milisecond", "milliseconds"),
      ("xyz", nil), ("a", nil), ("", nil), ("un", nil),
    ] as [(String, String?)])
  func near(_ word: String, _ expected: String?) {
    #expect(
      NearestWord.nearest(to: word, among: ["trim", "lower", "epoch", "set-null", "milliseconds", "b"])
        == expected)
  }

  @Test(
    "passwords are found and masked",
    arguments: [
      ("mongodb://u:p@h", "mongodb://u:***@h"),
      ("x: \"postgres://u:p@ss/w@h/d\"", "x: \"postgres://u:***@h/d\""),
      ("postgres://h/d?sslmode=x&password=abc&y=1", "postgres://h/d?sslmode=x&password=***&y=1"),
      ("mongodb://u@h:27017", "mongodb://u@h:27017"),
      ("mongodb://h:1,h:2/d", "mongodb://h:1,h:2/d"), ("a://u:p@h b://v:q@i", "a://u:***@h b://v:***@i"),
      ("PASSWORD=x", "PASSWORD=***"),
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
