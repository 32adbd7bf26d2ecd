internal import Foundation
internal import Synchronization

/// The files behind `#fileID`s, which name a module and a file, and not its folder.
enum SourceFiles {
  private static let known = Mutex<[String: [String: [String]]]>([:])

  /// A place with the path of its file, if there is one such file in the package; else with the file's ID for a path.
  static func place(fileID: String, line: Int, below folder: String) -> TestPlace {
    let parts = fileID.split(separator: "/")
    let name = parts.last.map(String.init) ?? ""
    let candidates = files(below: folder)[name] ?? []
    let module = parts.first.map { "/\($0)/" } ?? "/"
    let path = candidates.first { $0.contains(module) } ?? (candidates.count == 1 ? candidates[0] : fileID)
    return TestPlace(
      fileID: parts.count > 1 ? fileID : "Unknown/" + (name.isEmpty ? "Unknown.swift" : name), filePath: path,
      line: line, column: 1)
  }

  /// Swift files by their names, looked up once.
  private static func files(below folder: String) -> [String: [String]] {
    known.withLock { known in
      if let files = known[folder] { return files }
      var files: [String: [String]] = [:]
      for part in ["Sources", "Tests"] {
        let start = folder + "/" + part + "/."
        guard let walk = FileManager.default.enumerator(atPath: start) else { continue }
        for case let path as String in walk where path.hasSuffix(".swift") {
          files[(path as NSString).lastPathComponent, default: []].append(folder + "/" + part + "/" + path)
        }
      }
      known[folder] = files
      return files
    }
  }
}
