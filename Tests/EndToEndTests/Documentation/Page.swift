import Foundation

/// A Markdown page, as far as the tests read it: its fenced blocks, its words in backquotes, its links.
struct Page {
  struct Block {
    /// The first word after the fence.
    var language: String
    var lines: [String]
    /// 1-based: where its fence stands.
    var line: Int

    var text: String { lines.joined(separator: "\n") }
    /// The name that follows `# Not run by the tests:` in the block's first line, if it says so.
    var exemption: String? {
      guard let first = lines.first, first.hasPrefix(Self.exemptionMark) else { return nil }
      return first.dropFirst(Self.exemptionMark.count).trimmingCharacters(in: .whitespaces)
    }
    private static let exemptionMark = "# Not run by the tests:"
  }

  let name: String
  /// In the order of the page.
  private(set) var blocks: [Block] = []
  /// Everything outside the blocks.
  private(set) var prose: [String] = []

  init(_ name: String) throws {
    self.name = name
    var open: Block?
    for (index, line) in try Checkout.text(of: name).components(separatedBy: "\n").enumerated() {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          let language = line.dropFirst(3).split(separator: " ").first.map(String.init) ?? ""
          open = Block(language: language, lines: [], line: index + 1)
        }
      } else if open != nil {
        open?.lines.append(line)
      } else {
        prose.append(line)
      }
    }
    if let open { throw Unclosed(page: name, line: open.line) }
  }

  struct Unclosed: Error {
    var page: String
    var line: Int
  }

  /// The blocks that a reader types, but for those that say that they aren't run here.
  var commands: [Block] { blocks.filter { $0.language == "sh" && $0.exemption == nil } }

  /// For each block of commands, by its line: the output that the page shows right after it.
  var outputs: [Int: Block] {
    var found: [Int: Block] = [:]
    for (block, next) in zip(blocks, blocks.dropFirst())
    where block.language == "sh" && next.language == "text" {
      // The fences, the commands, and one empty line: nothing else stands between them.
      if next.line == block.line + block.lines.count + 3 { found[block.line] = next }
    }
    return found
  }

  /// What stands in backquotes in the prose.
  var quoted: [String] {
    prose.joined(separator: "\n").components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }
      .map(\.element)
  }

  /// Targets of links.
  var links: [String] {
    prose.joined(separator: "\n").components(separatedBy: "](").dropFirst()
      .compactMap { $0.split(separator: ")", maxSplits: 1, omittingEmptySubsequences: false).first }
      .map(String.init)
  }
}
