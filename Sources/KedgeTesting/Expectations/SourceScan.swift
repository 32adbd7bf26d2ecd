internal import Foundation

/// Names that stand in source files.
enum SourceScan {
  struct Name {
    var name: String
    var place: TestPlace
  }

  /// Every name that the pattern's first group is met with, by file and line.
  static func names(
    in paths: [String], matching pattern: some RegexComponent<(Substring, Substring)>,
    extensions: Set<String>
  ) throws -> [Name] {
    let regex = pattern.regex
    return try files(in: paths, extensions: extensions).flatMap { path -> [Name] in
      let text = try String(contentsOfFile: path, encoding: .utf8)
      return text.matches(of: regex).map { match in
        let before = text[..<match.output.1.startIndex]
        let lineStart = before.lastIndex(of: "\n").map(before.index(after:)) ?? before.startIndex
        let line = before.utf8.count { $0 == UInt8(ascii: "\n") } + 1
        let column = before[lineStart...].count + 1
        return Name(
          name: String(match.output.1), place: TestPlace(file: path, line: line, column: column))
      }
    }
  }

  private static func files(in paths: [String], extensions: Set<String>) throws -> [String] {
    var found: [String] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: path])
      }
      if !isFolder.boolValue {
        found.append(path)
        continue
      }
      for name in try FileManager.default.subpathsOfDirectory(atPath: path)
      where !name.split(separator: "/").contains(where: { $0.hasPrefix(".") })
        && extensions.contains((name as NSString).pathExtension)
      {
        found.append(path + "/" + name)
      }
    }
    return found.sorted()
  }
}
