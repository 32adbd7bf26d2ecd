import Foundation
import Mapping
import Testing

@testable import Inference

@Suite("Writing inferred mapping sets")
struct InferenceWritingTests {
  let folder: InferenceFolder
  let set: MappingSet

  init() throws {
    folder = try InferenceFolder()
    let path = try folder.database(
      "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY)")
    set = Inference.infer(try SourceScan.run(.sqlite(path: path))).set
  }

  private func names(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(directory)).sorted()
  }

  @Test("a folder that holds something is left alone unless told otherwise; then stale files go")
  func force() throws {
    let target = folder.path("deep/set")
    #expect(
      try InferredSet.write(set, comments: MappingComments(), to: target) == ["set.yaml", "a.yaml", "b.yaml"])
    #expect(throws: InferredSetError.self) {
      try InferredSet.write(set, comments: MappingComments(), to: target)
    }
    try Data("x".utf8).write(to: URL(filePath: target + "/README.md"))
    var smaller = set
    smaller.entities.removeLast()
    try InferredSet.write(smaller, comments: MappingComments(), to: target, force: true)
    #expect(try names("deep/set") == ["README.md", "a.yaml", "set.yaml"])
  }

  @Test("YAML files that are no mapping set are never removed")
  func foreign() throws {
    let target = folder.path("other")
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    try Data("services: {}".utf8).write(to: URL(filePath: target + "/compose.yaml"))
    #expect(throws: InferredSetError.self) {
      try InferredSet.write(set, comments: MappingComments(), to: target, force: true)
    }
    #expect(try names("other") == ["compose.yaml"])
  }

  @Test("a file in the folder's place is said")
  func file() throws {
    try Data().write(to: folder.url.appending(path: "f"))
    #expect(throws: InferredSetError(directory: folder.path("f"), reason: "it is a file; name a folder")) {
      try InferredSet.write(set, comments: MappingComments(), to: folder.path("f"))
    }
  }
}
