import Foundation
import Testing

@testable import Mapping

/// The examples of `docs/mapping-reference.md`. Each is a fenced `yaml` block whose first line says `# file: name`; one that is
/// called `set.yaml` begins a set, and those after it belong to that set.
struct ReferencePage {
  let text: String
  private(set) var sets: [[(name: String, text: String)]] = []

  init() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/mapping-reference.md")
    text = try String(contentsOf: url, encoding: .utf8)
    for block in text.components(separatedBy: "```yaml\n").dropFirst() {
      let example = try #require(block.components(separatedBy: "```").first)
      let first = try #require(example.split(separator: "\n").first)
      try #require(first.hasPrefix("# file: "), "an example must name its file: \(example)")
      let name = String(first.dropFirst("# file: ".count))
      if name == "set.yaml" { sets.append([]) }
      try #require(!sets.isEmpty, "the first example must be a set.yaml")
      sets[sets.count - 1].append((name, example))
    }
  }
}

@Suite("The reference page")
struct ReferencePageTests {
  @Test("every example is valid, without a warning")
  func examples() throws {
    let page = try ReferencePage()
    #expect(page.sets.count >= 2)
    #expect(page.sets.flatMap { $0 }.count == page.text.components(separatedBy: "```yaml").count - 1)
    for set in page.sets {
      do {
        let load = try MappingLoad.parse(files: set, directory: "docs")
        #expect(load.warnings.isEmpty, "\(load.warnings)")
      } catch { Issue.record("\(error)") }
    }
  }

  @Test("every key and every transform is explained")
  func keys() throws {
    let text = try ReferencePage().text
    let words =
      SetKey.words + StoreKey.words + EntityKey.words + SourceKey.words + TargetKey.words + FieldKey.words
      + ChildKey.words + ReferenceKey.words
      + FilterKey.words + SetGuardKey.words + GuardKey.words + CrossingKey.words
      + GuardMode.allCases.map(\.rawValue) + TransformWord.allCases.map(\.rawValue) + [
        "ignore", "tolerance", "keep", "limit",
      ]
    for word in Set(words) {
      #expect(
        text.contains("`\(word)`") || text.contains("`\(word):") || text.contains("{ \(word):"), "\(word)")
    }
  }
}
