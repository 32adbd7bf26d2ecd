import AuditReports
import Foundation
import Testing

@Suite("Files of reports")
struct ReportFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kedge-reports-\(UUID().uuidString)")
      .path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("a file is written whole, over the old one, readable for others, with nothing left beside it")
  func whole() throws {
    try withFolder { folder in
      let file = ReportFile(option: "--metrics", path: folder + "/kedge.prom")
      for text in ["first", String(repeating: "ü", count: 300_000), ""] {
        try file.check()
        try file.write(text)
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == text)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["kedge.prom"])
      let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
      #expect((mode ?? 0) & 0o444 == 0o444)
    }
  }

  @Test("what can't be written is said before the work, with the option and the path")
  func checks() throws {
    try withFolder { folder in
      try Data().write(to: URL(filePath: folder + "/plain"))
      for (path, reason) in [
        (folder + "/none/a.html", "there is no folder"), (folder + "/plain/a.html", "is no folder"),
        (folder, "it is a folder"),
      ] {
        let error = #expect(throws: ReportFileError.self) {
          try ReportFile(option: "--html", path: path).check()
        }
        #expect(error?.description.hasPrefix("--html \(path) can't be written: ") == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
      }
      for path in ["a.html", "a", "./a", folder + "/a"] {
        try ReportFile(option: "--html", path: path).check()
      }
    }
  }

  @Test("where it can't be written, the old file stays and nothing is left beside it")
  func keeps() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/taken", withIntermediateDirectories: true)
      try Data("x".utf8).write(to: URL(filePath: folder + "/taken/old"))
      let file = ReportFile(option: "--html", path: folder + "/taken")
      #expect(throws: ReportFileError.self) { try file.write("new") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/taken") == ["old"])
    }
  }
}
