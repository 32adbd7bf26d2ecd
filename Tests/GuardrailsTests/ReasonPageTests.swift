import Foundation
import Guardrails
import Testing

@Suite("The page about guardrails")
struct ReasonPageTests {
  @Test("it explains every reason, and no other")
  func reasons() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/guardrails.md"), encoding: .utf8)
    for reason in GuardReason.allCases {
      #expect(page.contains("`\(reason.rawValue)`"), "\(reason.rawValue)")
    }
    let words = page.matches(of: #/`([a-z]+_[a-z_]+)`/#).map { String($0.output.1) }
    for word in words { #expect(GuardReason(rawValue: word) != nil, "\(word)") }
  }
}
