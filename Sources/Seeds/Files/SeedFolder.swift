internal import Foundation
internal import Mapping

/// A folder of seeds, read: files in YAML and SQL, in the order of their names.
public struct SeedFolder {
  /// The folder's path.
  public let path: String
  /// The folder's own name: the set's, where there is no mapping set.
  public let name: String
  let files: [SeedFile]
  /// Every file's text, so that what is found later can show its line.
  let sources: [SourceText]
  /// What is wrong with the files by themselves.
  let problems: [Diagnostic]

  /// Reads a folder, and every file of it. What is wrong with them is said by ``check()``, and by a runner together with whatever
  /// doesn't fit the mapping and the tables.
  ///
  /// - Throws: what the file system says.
  public init(path: String) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    name = URL(filePath: path).standardizedFileURL.lastPathComponent
    let log = DiagnosticLog()
    var files: [SeedFile] = []
    var sources: [SourceText] = []
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let file = path + "/" + name
      let start = SourceLocation(file: file, line: 1, column: 1)
      if name.lowercased().hasSuffix(".yml") {
        log.error(
          "files of seeds end in .yaml or .sql", at: start, help: "rename it to \(name.dropLast(4)).yaml")
        continue
      }
      guard name.hasSuffix(".yaml") || name.hasSuffix(".sql") else { continue }
      let source = SourceText(file: file, bytes: [UInt8](try Data(contentsOf: URL(filePath: file))))
      sources.append(source)
      let read =
        name.hasSuffix(".sql")
        ? SeedQueryReader(log: log).read(source, name: name) : SeedReader(log: log).read(source, name: name)
      if let read { files.append(read) }
    }
    self.files = files
    self.sources = sources
    problems = log.diagnostics
  }

  /// Looks at the files alone, without a database.
  ///
  /// - Throws: ``SeedErrors`` with everything that is wrong.
  public func check() throws {
    if !problems.isEmpty { throw SeedErrors(diagnostics: problems) }
  }
}
