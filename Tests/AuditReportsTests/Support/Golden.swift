import Foundation
import Testing

/// Compares a text with a file under `Golden/`. With `KEDGE_RECORD_GOLDEN=1` the file is written anew instead.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let file = Checkout.root.appending(path: "Tests/AuditReportsTests/Golden/\(name)")
  if ProcessInfo.processInfo.environment["KEDGE_RECORD_GOLDEN"] == "1" {
    try Data(text.utf8).write(to: file)
    return
  }
  let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  #expect(text == expected, "It differs from Golden/\(name).", sourceLocation: sourceLocation)
}

enum Checkout {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}
