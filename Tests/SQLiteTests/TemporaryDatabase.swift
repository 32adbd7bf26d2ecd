import Foundation
import SQLite

/// A folder of its own for a test's databases, removed afterwards.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "kedge-sqlite-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      print("left behind: \(url.path): \(error)")
    }
  }

  func path(_ name: String) -> String { url.path + "/" + name }

  /// Makes a database by running statements, and closes it.
  @discardableResult
  func database(_ name: String, _ sql: String) throws -> String {
    let connection = try SQLiteConnection(path: path(name), mode: .create)
    try connection.execute(sql)
    return path(name)
  }

  var names: Set<String> {
    get throws { Set(try FileManager.default.contentsOfDirectory(atPath: url.path)) }
  }
}
