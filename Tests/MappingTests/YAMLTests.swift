import Foundation
import Testing

@testable import Mapping

@Suite("YAML")
struct YAMLTests {
  private func said(_ bytes: [UInt8]) -> [String] {
    let log = DiagnosticLog()
    _ = YAMLDocument.read(SourceText(file: "f.yaml", bytes: bytes), log: log)
    return log.diagnostics.map(oneLine)
  }
  private func said(_ text: String) -> [String] { said(Array(text.utf8)) }

  @Test(
    "what isn't YAML is refused at its place",
    arguments: [
      ("", "1:1: error: the file is empty"),
      ("# nothing\n", "1:1: error: the file is empty"),
      ("---\n", "1:1: error: the file is empty"),
      ("~", "1:1: error: the file is empty"),
      (
        "a: 1\n---\nb: 2\n",
        "3:1: error: the file holds several documents | one file describes one entity; remove the \"---\" or make two files"
      ),
      (
        "a:\n\tb: 1\n",
        "2:1: error: a text can't start with this character | if it is a tab, use spaces; if it belongs to a text, put the text in quotes"
      ),
      (
        "a:\n  b: 1\n c: 2\n",
        "3:2: error: expected a key of the mapping that starts at line 1, column 1 | keys of one mapping start in one column; check the indentation and the quotes before it"
      ),
      (
        "a: b: c\n",
        "1:5: error: this \":\" can't stand here | check the indentation, or put a text that holds \": \" in quotes"
      ),
      ("a: \"b\n", "1:4: error: the text that starts here isn't closed | it ends with a quote"),
      ("a: [1\n", "1:4: error: the list that starts here isn't closed | it ends with \"]\""),
      (
        "a: @b\n",
        "1:4: error: a text can't start with this character | if it is a tab, use spaces; if it belongs to a text, put the text in quotes"
      ),
      ("a: 1\na: 2\n\"a\": 3\n", "2:1: error: duplicate key \"a\"; it is already given at line 1, column 1"),
      ("a: *b\n", "1:4: error: no anchor &b stands before this alias"),
      ("a: &a [*a]\n", "1:8: error: the alias *a stands inside what it stands for"),
      ("%YAML 1.2\n---\na: 1\n", "1:1: error: mapping files have no directives such as %YAML"),
      ("a: [1]#b\n", "1:7: error: a comment needs a space before its \"#\""),
      (
        "a: [1,\n2]\n",
        "2:1: error: this line belongs to a value that starts at line 1, so it must be indented deeper"
      ),
      ("a: \"b\n\tc\"\n", "2:1: error: a tab can't indent a line | use spaces"),
      (
        "a: b\u{7}c\n",
        "1:5: error: the character U+0007 can't stand in YAML | write it as an escape inside double quotes"
      ),
      ("\u{FEFF}a: 1\n", "1:1: error: the file starts with a byte order mark | save it as UTF-8 without one"),
      (
        "ä: é\u{FEFF}\n",
        "1:5: error: the character U+FEFF can't stand in YAML | write it as an escape inside double quotes"
      ),
    ])
  func refused(_ text: String, _ message: String) {
    #expect(said(text).first == "f.yaml:" + message)
  }

  @Test("bytes that aren't UTF-8 are named by line and column")
  func encoding() {
    #expect(
      said(Array("a: 1\nbé: ".utf8) + [0xC3, 0x28]) == [
        "f.yaml:2:5: error: the bytes here aren't UTF-8 | save the file as UTF-8"
      ])
    #expect(said([0xFF, 0xFE, 0x61, 0x00]) == ["f.yaml:1:1: error: the file is UTF-16 | save it as UTF-8"])
    #expect(
      said([UInt8](repeating: 0x20, count: YAMLDocument.byteLimit + 1)).first?.contains("more than") == true)
  }

  @Test("nesting and aliases have bounds")
  func bounds() {
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(said(deep) == ["f.yaml:1:65: error: more than 64 levels of nesting"])
    #expect(said(String(repeating: "[", count: 100_000)).count == 1)
    var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      laughs +=
        "a\(level): &a\(level) [" + (0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", ") + "]\n"
    }
    #expect(said(laughs).first?.contains("aliases expand to more than") == true)
  }

  @Test("a closing bracket may stand as deep as its key; scalars keep their style and their bytes")
  func tree() throws {
    let log = DiagnosticLog()
    let text = "list: [\n  a,\n]\nplain: null\nquoted: \"null\"\n\"a\\0b\": |\n  x\n  y\n"
    let root = try #require(YAMLDocument.read(SourceText(file: "f", text: text), log: log))
    #expect(log.diagnostics.isEmpty)
    let pairs = try #require(root.pairs)
    #expect(pairs[0].value.items?.count == 1)
    #expect(pairs[1].value.isNull && !pairs[2].value.isNull)
    #expect(pairs[3].key.scalarText == "a\0b" && pairs[3].value.scalarText == "x\ny\n")
    #expect(pairs[2].value.location == SourceLocation(file: "f", line: 5, column: 9))
  }

  @Test("lines are counted as libyaml counts them")
  func lines() {
    let source = SourceText(file: "f", text: "a\r\nb\rc\u{85}d\u{2028}e\nf")
    #expect((1...6).map(source.line) == ["a", "b", "c", "d", "e", "f"])
    #expect(source.location(offset: 3) == SourceLocation(file: "f", line: 2, column: 1))
    #expect(source.line(0) == "" && source.line(7) == "")
  }
}
