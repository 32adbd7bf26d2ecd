import CommandLine
import Testing

@Suite struct HelpPageTests {
  static let paths = [
    [], ["load"], ["manifest"], ["manifest", "list"], ["manifest", "show"], ["log"], ["log", "show"],
    ["engine"], ["help"],
  ]

  @Test(arguments: paths)
  func pageOfEachCommand(_ path: [String]) throws {
    let name = (["help"] + path).joined(separator: "-")
    try expectGolden(ferry.helpPage(for: path, width: 80, color: false), name)
  }

  @Test func narrowPage() throws {
    try expectGolden(ferry.helpPage(for: ["load"], width: 50, color: false), "help-load-narrow")
  }

  @Test(arguments: paths, [60, 80, 120])
  func noLineIsWiderThanThePage(_ path: [String], _ width: Int) {
    let page = ferry.helpPage(for: path, width: width, color: false)
    for line in page.split(separator: "\n") where !line.hasPrefix("  ferry") {
      #expect(line.count <= width, "\(line)")
    }
    #expect(!page.contains("\u{1B}"))
    #expect(!page.split(separator: "\n").contains { $0.hasSuffix(" ") })
  }

  @Test(arguments: paths)
  func colorChangesNothingButColor(_ path: [String]) {
    let colored = ferry.helpPage(for: path, width: 80, color: true)
    #expect(colored.contains("\u{1B}[1m"))
    #expect(
      colored.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == ferry.helpPage(for: path, width: 80, color: false))
  }
}
