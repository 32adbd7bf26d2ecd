import Foundation
import Testing

/// The folder of the checkout that the tests were built from, and its pages.
enum Checkout {
  static let root = URL(filePath: Program.root, directoryHint: .isDirectory)

  /// Every Markdown page of the project, as a path from the root.
  static let pages: [String] = {
    let fixed = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    let folders = ["docs", "runbooks", "mappings", "migrations"]
    return fixed + folders.flatMap { markdown(in: $0) }
  }()

  private static func markdown(in folder: String) -> [String] {
    guard
      let found = FileManager.default.enumerator(
        at: root.appending(path: folder), includingPropertiesForKeys: nil)
    else { return [] }
    return found.compactMap { ($0 as? URL)?.path() }.filter { $0.hasSuffix(".md") }
      .map { String($0.dropFirst(root.path().count)).trimmingPrefix("/") }.map(String.init).sorted()
  }

  /// The text of every Swift file in a folder.
  static func swiftSources(in folder: String) throws -> [String] {
    let files = FileManager.default.enumerator(
      at: root.appending(path: folder), includingPropertiesForKeys: nil)
    return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }

  static func text(of page: String) throws -> String {
    try String(contentsOf: root.appending(path: page), encoding: .utf8)
  }

  /// Whether there is a file or a folder at this path from the root.
  static func holds(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path())
  }
}
