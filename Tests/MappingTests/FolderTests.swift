import Foundation
import Mapping
import Testing

@Suite("Folders")
struct FolderTests {
  /// A folder of its own, removed afterwards.
  private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "kedge-mapping-\(UUID().uuidString)")
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }
    for (name, text) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    try body(folder.path)
  }

  private func said(_ directory: String) -> [String] {
    do {
      _ = try MappingSet.load(directory: directory)
      return []
    } catch { return error.diagnostics.map(oneLine).map { $0.replacing(directory, with: "DIR") } }
  }

  @Test("a folder is read in the order of its files' names; other files don't matter")
  func load() throws {
    let files = [
      "set.yaml": "set: x\nstores: { app: { kind: mongo } }", "b.yaml": users("a: text"),
      "a.yaml": users("a: text").replacing("users", with: "people"), "notes.md": "{", ".hidden.yaml": "{",
      "sub/x.yaml": "{",
    ]
    try withFolder(files) { directory in
      let set = try MappingSet.load(directory: directory)
      #expect(set.entities.map(\.name) == ["people", "users"])
      #expect(set.directory == directory)
      #expect(set.entities[0].location.file == directory + "/a.yaml")
    }
  }

  @Test("a folder without set.yaml, a folder above, and no folder are errors that help")
  func wrongFolders() throws {
    try withFolder(["sets.yaml": "set: x\nstores: {}"]) { directory in
      #expect(
        said(directory).first
          == "DIR/set.yaml:1:1: error: the mapping set has no set.yaml | rename sets.yaml to set.yaml")
    }
    try withFolder(["shop/set.yaml": "set: x\nstores: {}"]) { directory in
      #expect(
        said(directory) == [
          "DIR/set.yaml:1:1: error: the mapping set has no set.yaml | did you mean \"DIR/shop\"?"
        ])
      #expect(
        said(directory + "/none") == [
          "DIR:1:1: error: there is no such folder | name the folder that holds set.yaml"
        ])
    }
  }
}
