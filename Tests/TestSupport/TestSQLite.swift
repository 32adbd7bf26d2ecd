internal import Foundation
public import SQLite

/// A SQLite file of its own for one test, removed with the last reference to it.
public final class TestSQLite {
  /// The file.
  public let path: String
  private let folder: TemporaryFolder
  /// A connection that writes.
  public let connection: SQLiteConnection

  /// - Parameter sql: statements that fill it.
  public init(_ sql: String = "") throws {
    folder = try TemporaryFolder()
    path = folder.path + "/source.db"
    connection = try SQLiteConnection(path: path, mode: .create)
    try connection.execute(sql)
  }

  /// Runs statements.
  public func execute(_ sql: String) throws { try connection.execute(sql) }
}

/// A folder of its own for one test, removed with the last reference to it.
public final class TemporaryFolder {
  /// Where it is.
  public let path: String

  /// Makes the folder.
  public init() throws {
    path = NSTemporaryDirectory() + uniqueName()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("The test's folder \(path) is left behind: \(error)")
    }
  }

  /// Writes a file in it and returns the file's path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    let parent = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }
}
