import CommandLine
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("1500ms", Duration.milliseconds(1_500)), ("30s", .seconds(30)), ("5m", .seconds(300)),
    ("5min", .seconds(300)), ("1h", .seconds(3_600)), ("2d", .seconds(172_800)), ("1h30m", .seconds(5_400)),
    ("0s", .zero),
  ])
  func durationsAreRead(_ text: String, _ expected: Duration) {
    #expect(DurationText.parse(text) == expected)
  }

  @Test(arguments: [
    "", "5", "s", "-5s", "1.5h", "5 s", "5s ", "1h30", "5x", "99999999999999999999s", "9999999999999d",
  ])
  func otherTextsAreNoDurations(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test(arguments: [
    (0.0, "0 ms"), (0.085, "85 ms"), (0.9996, "1.0 s"), (3.21, "3.2 s"), (59.94, "59.9 s"),
    (59.96, "1 min 00 s"), (65, "1 min 05 s"), (3_599.6, "1 h 00 min"), (7_630, "2 h 07 min"),
    (86_399, "1 d 00 h"), (273_600, "3 d 04 h"), (-65, "-1 min 05 s"),
  ])
  func durationsArePrinted(_ seconds: Double, _ expected: String) {
    #expect(DurationText.text(.seconds(seconds)) == expected)
  }

  @Test(arguments: [(0.2, "1 s"), (9, "9 s"), (59.5, "1 min 00 s"), (3_700, "1 h 02 min")])
  func estimatesAreCoarse(_ seconds: Double, _ expected: String) {
    #expect(DurationText.estimate(.seconds(seconds)) == expected)
  }

  @Test(arguments: [
    (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
    (12_884_901_888, "12.0 GiB"), (Int.max, "8.0 EiB"), (-2_048, "-2.0 KiB"),
  ])
  func bytes(_ count: Int, _ expected: String) {
    #expect(ByteText.text(count) == expected)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (100_000, "100,000"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func groupedNumbers(_ number: Int, _ expected: String) {
    #expect(NumberText.grouped(number) == expected)
  }

  @Test(arguments: [
    ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한", 2), ("😀", 2), ("👩‍👩‍👧", 2), ("🇨🇭", 2),
    ("❤️", 2), ("\u{200B}", 0), ("Ω≈ç", 3),
  ])
  func widths(_ text: String, _ expected: Int) {
    #expect(DisplayText.width(text) == expected)
  }

  @Test func textsAreCutToWidth() {
    #expect(DisplayText.truncated("abcdef", to: 6) == "abcdef")
    #expect(DisplayText.truncated("abcdef", to: 4) == "abc…")
    #expect(DisplayText.truncated("日本語", to: 4) == "日…")
    #expect(DisplayText.truncated("abc", to: 0) == "")
  }

  @Test func tables() throws {
    var table = TableText(["entity", "read", "time", "note"])
    table.add(["users", 1_234_567, .measure("3.2 s"), "a\u{1B}[31m\nb"])
    table.add(["日本", 12, .measure("1 min 05 s")])
    table.add(["billing_accounts", .empty, .empty, "x", "beyond"])
    table.setFooter(["sum", 1_234_579])
    try expectGolden(table.text(), "table")
    #expect(TableText(["a", "b"]).text(indent: 2) == "  a  b\n")
  }

  @Test func styleIsDecidedByStreamAndEnvironment() {
    func isOn(_ isTerminal: Bool, _ environment: [String: String] = [:], noColor: Bool = false) -> Bool {
      ANSIStyle(isTerminal: isTerminal, environment: environment, noColor: noColor).isEnabled
    }
    #expect(isOn(true))
    #expect(isOn(true, ["NO_COLOR": ""]))
    #expect(!isOn(true, ["NO_COLOR": "1"]))
    #expect(!isOn(true, ["TERM": "dumb"]))
    #expect(!isOn(true, noColor: true))
    #expect(!isOn(false))
    #expect(ANSIStyle(isEnabled: true).red("x") == "\u{1B}[31mx\u{1B}[0m")
    #expect(ANSIStyle(isEnabled: false).red("x") == "x")
  }
}
