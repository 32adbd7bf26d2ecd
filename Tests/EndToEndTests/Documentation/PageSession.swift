import Foundation
import Testing

/// The command blocks of one page, run in order in one shell, as a reader would type them.
struct PageSession {
  let page: Page
  private let mark = "kedge-docs-block"

  /// Runs them and records what goes wrong: a block that fails, output that isn't as the page shows it.
  func run() async throws {
    let blocks = page.commands
    try await ScratchFolder.with { folder in
      let script = blocks.map { "echo '\(mark) \($0.line)'\n\($0.text)\n" }.joined()
      try Data(("set -euo pipefail\nexec 2>&1\n" + script).utf8).write(
        to: folder.url.appending(path: ".page.sh"))
      let outcome = try await folder.run(
        "bash", [".page.sh"], environment: try BuiltPrograms.environment(), seconds: 300)
      let printed = sections(outcome.output)
      if outcome.status != 0 {
        let last = printed.last
        Issue.record(
          """
          \(page.name): the block at line \(last?.line ?? 0) ended with exit code \(outcome.status). It printed:
          \(last?.text ?? outcome.errors)
          """)
        return
      }
      for section in printed {
        if let expected = page.outputs[section.line] { compare(section.text, with: expected) }
      }
      #expect(
        !FileManager.default.fileExists(
          atPath: folder.url.appending(path: ".kedge/postgres/data/postmaster.pid").path()),
        "\(page.name) leaves a server running: end it with kedge dev down")
    }
  }

  private func sections(_ output: String) -> [(line: Int, text: String)] {
    output.components(separatedBy: "\(mark) ").dropFirst().map { part in
      let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return (Int(lines[0]) ?? 0, lines.count > 1 ? String(lines[1]) : "")
    }
  }

  /// Each line that the page shows must come, in that order; `…` stands for anything. Spaces and seconds may differ.
  private func compare(_ printed: String, with expected: Page.Block) {
    var rest = printed.components(separatedBy: "\n").map(normalized)[...]
    for line in expected.lines.map(normalized) where !line.isEmpty && line != "…" {
      let pieces = line.components(separatedBy: "…")
      guard let found = rest.firstIndex(where: { matches($0, pieces) }) else {
        Issue.record(
          "\(page.name):\(expected.line): this line doesn't come: \(line)\nWhat was printed:\n\(printed)")
        return
      }
      rest = rest[(found + 1)...]
    }
  }

  private func matches(_ line: String, _ pieces: [String]) -> Bool {
    guard pieces.count > 1 else { return line == pieces[0] }
    guard line.hasPrefix(pieces[0]), line.hasSuffix(pieces[pieces.count - 1]) else { return false }
    var rest = Substring(line)
    for piece in pieces where !piece.isEmpty {
      guard let found = rest.range(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }

  private func normalized(_ line: String) -> String {
    line.replacing(#/\b\d+\.\d\b/#, with: "#").split(separator: " ", omittingEmptySubsequences: true)
      .joined(separator: " ")
  }
}
