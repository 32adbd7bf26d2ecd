import Foundation
import Testing

@Suite("The documentation")
struct DocumentationTests {
  /// Blocks that can't be run here: they install, build, or run the tests themselves.
  private static let exemptions = [
    "README.md: it builds and tours", "README.md: it runs the tests", "README.md: it builds",
    "README.md: it builds, and moves five applications",
    "CONTRIBUTING.md: it runs the tests", "CONTRIBUTING.md: it builds and lints",
  ]

  @Test("every command block runs as it stands, in the page's order", arguments: Checkout.pages)
  func commands(page: String) async throws {
    let page = try Page(page)
    guard !page.commands.isEmpty else { return }
    try await PageTurns.shared.take { try await PageSession(page: page).run() }
  }

  @Test("only the named blocks aren't run, and no block hides behind another language")
  func exemptions() throws {
    var found: [String] = []
    for name in Checkout.pages {
      for block in try Page(name).blocks {
        #expect(
          ["sh", "swift", "text", "yaml", "sql", "json"].contains(block.language),
          "\(name):\(block.line): a block is sh (and run), swift (and compiled), text, yaml, sql or json, not \"\(block.language)\""
        )
        if let exemption = block.exemption { found.append("\(name): \(exemption)") }
      }
    }
    #expect(found.sorted() == Self.exemptions.sorted())
  }

  @Test("every block of Swift is part of a source that the tests compile", arguments: Checkout.pages)
  func swift(page name: String) throws {
    let blocks = try Page(name).blocks.filter { $0.language == "swift" }
    guard !blocks.isEmpty else { return }
    let sources =
      try Checkout.swiftSources(in: "Tests") + Checkout.swiftSources(in: "Examples/OwnershipTests/Tests")
    for block in blocks {
      #expect(
        sources.contains { $0.contains(block.text) },
        "\(name):\(block.line): no source under Tests/ has this code as it stands")
    }
  }

  @Test("the pages that an operator needs are there and have commands")
  func pages() throws {
    for name in [
      "README.md", "runbooks/first-backfill.md", "runbooks/quarantine-triage.md",
      "runbooks/resume-after-a-crash.md", "runbooks/workers.md", "runbooks/scheduled-audit.md",
      "runbooks/drift-found.md", "runbooks/guardrails-on.md", "runbooks/factory-reset.md",
      "runbooks/sendfx.md",
      "runbooks/omnihub.md", "runbooks/i2i.md", "runbooks/spirits.md", "runbooks/motiv8.md",
      "docs/engine.md",
    ] {
      #expect(try !Page(name).commands.isEmpty, "\(name)")
    }
  }

  @Test("every path that a page names is there", arguments: Checkout.pages)
  func paths(page name: String) throws {
    let page = try Page(name)
    for word in page.quoted where Self.isPath(word) {
      #expect(Checkout.holds(word), "\(name) names \(word), which isn't there")
    }
    let folder = (name as NSString).deletingLastPathComponent
    for link in page.links where !link.contains("://") && !link.hasPrefix("#") {
      let target = link.split(separator: "#").first.map(String.init) ?? ""
      let path = folder.isEmpty ? target : folder + "/" + target
      #expect(Checkout.holds(path), "\(name) links to \(link), which isn't there")
    }
  }

  @Test("every link to a heading finds it", arguments: Checkout.pages)
  func headings(page name: String) throws {
    let page = try Page(name)
    let anchors = page.prose.filter { $0.hasPrefix("#") }.map(Self.anchor)
    for link in page.links where link.hasPrefix("#") {
      #expect(anchors.contains(String(link.dropFirst())), "\(name) has no heading for \(link)")
    }
  }

  /// Whether a word in backquotes names something in the repository.
  private static func isPath(_ word: String) -> Bool {
    let roots = [
      "Sources/", "Tests/", "docs/", "runbooks/", "scripts/", "schema/", "mappings/", "migrations/",
      "deploy/", ".ci/",
    ]
    let files = ["Package.swift", "LICENSE", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".swift-format"]
    if word.contains(where: { " <*…\n".contains($0) }) { return false }
    return roots.contains { word.hasPrefix($0) } || files.contains(word)
  }

  /// As the usual renderers make them.
  private static func anchor(_ heading: String) -> String {
    heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
      .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }.replacing(" ", with: "-")
  }
}
