import Foundation
import Testing

@Suite struct ExamplePageTests {
  private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The page's code is the example's, which is compiled and run by scripts/examples.
  @Test func thePageShowsTheExampleAsItIs() throws {
    let page = try String(contentsOfFile: Self.checkout + "/docs/testing-ownership.md", encoding: .utf8)
    let blocks = page.components(separatedBy: "```swift\n").dropFirst()
    #expect(blocks.count == 1)
    let shown = try #require(blocks.first?.components(separatedBy: "```").first)
    let example = try String(
      contentsOfFile: Self.checkout + "/Examples/OwnershipTests/Tests/ShopDataTests/OwnershipTests.swift",
      encoding: .utf8)
    #expect(shown == example)
  }
}
