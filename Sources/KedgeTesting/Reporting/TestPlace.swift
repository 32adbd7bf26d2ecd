internal import Foundation

/// Where something stands in source code.
public struct TestPlace: Sendable, Hashable, CustomStringConvertible {
  /// As `#fileID` says it: `Module/File.swift`.
  public var fileID: String
  /// As `#filePath` says it.
  public var filePath: String
  /// 1-based.
  public var line: Int
  /// 1-based.
  public var column: Int

  public init(fileID: String, filePath: String, line: Int, column: Int) {
    self.fileID = fileID
    self.filePath = filePath
    self.line = line
    self.column = column
  }

  /// A place in a file that was read, not compiled.
  init(file path: String, line: Int, column: Int) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    self.init(fileID: "Scanned/" + name, filePath: path, line: line, column: column)
  }

  /// `Module/File.swift:12`.
  public var description: String { "\(fileID):\(line)" }

  /// The folder of the package that the file belongs to; that of the file where there is no package.
  var packageFolder: String {
    let file = filePath.split(separator: "/", omittingEmptySubsequences: true).dropLast()
    var parts = Array(file)
    while !parts.isEmpty {
      let folder = "/" + parts.joined(separator: "/")
      if FileManager.default.fileExists(atPath: folder + "/Package.swift") { return folder }
      parts.removeLast()
    }
    return "/" + file.joined(separator: "/")
  }

  /// A path as it is written in this file: from the package's folder, unless it is absolute.
  func resolve(_ path: String) -> String { path.hasPrefix("/") ? path : packageFolder + "/" + path }

  /// The file's path from a folder, for what is kept with the code.
  func path(from folder: String) -> String {
    filePath.hasPrefix(folder + "/") ? String(filePath.dropFirst(folder.count + 1)) : fileID
  }
}
