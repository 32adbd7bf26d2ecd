import Audit
import Foundation
import Testing

@testable import AuditReports

@Suite("Reports as HTML")
struct HTMLTests {
  static let pages: [(name: String, html: String)] = [
    ("drift", AuditPage(Samples.drift, past: Samples.past).html()),
    ("clean", AuditPage(Samples.clean, past: Samples.past + [Samples.drift]).html()),
    ("sample", AuditPage(Samples.sample, past: []).html()),
  ]

  @Test("the pages are the recorded ones", arguments: 0..<3)
  func golden(_ index: Int) throws {
    try expectGolden(Self.pages[index].html, "\(Self.pages[index].name).html")
  }

  @Test("a page is well-formed, and needs nothing from elsewhere", arguments: 0..<3)
  func selfContained(_ index: Int) throws {
    let reader = try MarkupReader(Self.pages[index].html)
    #expect(reader.all("script").isEmpty)
    let loading = Set([
      "img", "link", "iframe", "object", "embed", "audio", "video", "source", "use", "image", "form", "base",
    ])
    for element in reader.elements {
      #expect(!loading.contains(element.name), "\(element.name)")
      for (name, value) in element.attributes where name != "xmlns" {
        #expect(!name.hasPrefix("on") && !["src", "href", "style", "action"].contains(name), "\(name)")
        #expect(!value.contains("://"), "\(name)=\(value)")
      }
    }
    #expect(!AuditPage.style.contains("url(") && !AuditPage.style.contains("@import"))
    let policy = reader.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
    #expect(policy?.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'")
  }

  @Test("headings descend one by one, tables name rows and columns, sections have names", arguments: 0..<3)
  func accessible(_ index: Int) throws {
    let reader = try MarkupReader(Self.pages[index].html)
    #expect(reader.all("html").first?.attributes["lang"] == "en")
    #expect(reader.all("title").count { $0.path == ["html", "head"] } == 1)
    #expect(reader.all("h1").count == 1)
    var level = 0
    for heading in reader.elements.compactMap({ Int($0.name.wholeMatch(of: #/h([1-6])/#)?.1 ?? "") }) {
      #expect(heading <= level + 1)
      level = heading
    }
    for header in reader.all("th") { #expect(["col", "row"].contains(header.attributes["scope"])) }
    for section in reader.all("section") {
      let name = section.attributes["aria-labelledby"]
      #expect(reader.elements.contains { $0.name == "h2" && $0.attributes["id"] == name })
    }
    for frame in reader.all("div") where frame.attributes["class"] == "frame" {
      #expect(frame.attributes["role"] == "region" && frame.attributes["tabindex"] == "0")
      #expect(frame.attributes["aria-label"]?.isEmpty == false)
    }
    for chart in reader.all("svg") {
      #expect(chart.attributes["role"] == "img" && chart.attributes["aria-label"]?.isEmpty == false)
    }
    let identifiers = reader.elements.compactMap { $0.attributes["id"] }
    #expect(Set(identifiers).count == identifiers.count)
  }

  @Test("what was found stands on the page: counts, evidence, trend, commands")
  func content() throws {
    let reader = try MarkupReader(Self.pages[0].html)
    let codes = reader.all("code").map(\.text)
    for text in [
      "0.30000000000000004", "\"Ada \"", "sha256:5e884898da28", "users.workspace_id → workspaces.id",
      "kedge audit show 12 --all", "kedge clean", "tolerance ratio 0.001",
    ] { #expect(codes.contains(text), "\(text)") }
    let fresh = try MarkupReader(AuditPage(Samples.fresh, past: []).html()).all("code").map(\.text)
    for text in ["kedge audit --plan repair.jsonl", "kedge audit --apply repair.jsonl"] {
      #expect(fresh.contains(text) && !codes.contains(text), "\(text)")
    }
    #expect(
      reader.all("li").contains {
        $0.text.contains("64f0beef: not repaired (update): its row has changed since")
      })
    #expect(reader.all("rect").count == Samples.past.count + 1)
    #expect(reader.all("rect").count { $0.attributes["class"] == "bar bad this" } == 1)
    let verdict = try #require(reader.all("p").first { $0.attributes["role"] == "status" })
    #expect(
      verdict.text.contains(
        "Drift: 36 differences and 1 ownership finding in 2 entities, 22,345 records compared so far"))
    #expect(
      try MarkupReader(Self.pages[1].html).all("p").contains { $0.text.contains("No drift: 2 entities") })
  }

  @Test("no value of a record becomes markup")
  func hostile() throws {
    let calm = try MarkupReader(AuditPage(Self.report(of: "calm"), past: []).html())
    for text in Samples.hostile where text.count < 500 {
      let html = AuditPage(Self.report(of: text), past: []).html()
      let reader = try MarkupReader(html)
      #expect(reader.elements.map(\.name) == calm.elements.map(\.name), "\(text)")
      #expect(!html.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" }, "\(text)")
    }
    let long = AuditPage(Self.report(of: String(repeating: "x", count: 10_000)), past: []).html()
    #expect(!long.contains(String(repeating: "x", count: 1001)))
    #expect(long.contains("(10,000 characters)"))
  }

  private static func report(of text: String) -> AuditReport {
    var report = Samples.clean
    report.set = text
    report.entities = [
      .init(
        entity: text, tally: report.entities[0].tally, seconds: 1,
        differences: [
          AuditDifference(
            entity: text, verdict: .different, key: [text, text],
            columns: [ColumnEvidence(column: text, source: text, target: "t"), ColumnEvidence(column: text)],
            rule: text, reference: text, firstSeen: Samples.time(0), lastSeen: Samples.time(0))
        ])
    ]
    report.references = [
      ReferenceFinding(
        name: text, entity: text, refersTo: text, isAcrossStores: true, checked: 1, orphans: 1,
        isEnforced: true)
    ]
    report.ownership = [
      OwnershipFinding(kind: .undeclared, store: text, object: text, message: text, isDrift: true)
    ]
    return report
  }

  @Test("every ink is readable on its paper, by day and by night")
  func contrast() throws {
    let schemes = Self.schemes()
    #expect(schemes.count == 3)
    for scheme in schemes {
      for (ink, papers) in [
        "--ink": ["--paper", "--card"], "--faint": ["--paper", "--card"],
        "--bad": ["--paper", "--bad-paper", "--card"],
        "--good": ["--paper", "--good-paper"], "--warn": ["--warn-paper"],
      ] {
        for paper in papers {
          let contrast = Self.contrast(try #require(scheme[ink]), try #require(scheme[paper]))
          #expect(contrast >= 4.5, "\(ink) on \(paper): \(contrast)")
        }
      }
    }
  }

  /// The colours of each `:root` rule.
  private static func schemes() -> [[String: Int]] {
    AuditPage.style.matches(of: #/:root \{([^}]*)\}/#).map { rule in
      Dictionary(
        rule.1.matches(of: #/(--[a-z-]+): #([0-9a-f]{6})/#).map { (String($0.1), Int($0.2, radix: 16) ?? 0) },
        uniquingKeysWith: { $1 })
    }
  }

  /// The contrast of WCAG 2.2.
  private static func contrast(_ one: Int, _ other: Int) -> Double {
    func luminance(_ colour: Int) -> Double {
      let parts = [16, 8, 0].map { shift -> Double in
        let value = Double(colour >> shift & 255) / 255
        return value <= 0.040_45 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    let (first, second) = (luminance(one), luminance(other))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }
}
