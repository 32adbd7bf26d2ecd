import Foundation
import Testing

@testable import SQLite

/// Databases of real applications, where the environment says that they lie.
enum RealFiles {
  static var folder: URL? {
    ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].map { URL(filePath: $0).appending(path: "sqlite") }
  }
}

@Suite("Real SQLite files", .enabled(if: RealFiles.folder != nil, "KEDGE_DATA_DIR isn't set"))
struct RealFileTests {
  @Test("every table of every file is listed, and read to its end")
  func everyFile() throws {
    let folder = try #require(RealFiles.folder)
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { name in
      let handle = try? FileHandle(forReadingFrom: folder.appending(path: name))
      return (try? handle?.read(upToCount: 15)) == Data("SQLite format 3".utf8)
    }
    #expect(files.count > 30)
    // Copies, because SQLite puts files beside a database in WAL mode even for a reader.
    let copies = try TemporaryFolder()
    var rows = 0
    for (index, name) in files.sorted().enumerated() {
      let copy = copies.path("\(index).db")
      try FileManager.default.copyItem(atPath: folder.appending(path: name).path, toPath: copy)
      let connection = try SQLiteConnection(path: copy, mode: .readOnly)
      try connection.beginSnapshot()
      for table in try connection.tables() where table.isReadable {
        let columns = table.columns.filter { $0.kind != .hidden }.map { SQLiteConnection.quoted($0.name) }
        let quoted = SQLiteConnection.quoted(table.name)
        let count = try connection.query("SELECT count(*) FROM \(quoted)")[0][0].integer
        let statement = try connection.prepare("SELECT \(columns.joined(separator: ", ")) FROM \(quoted)")
        var read = 0
        while try statement.step() {
          for column in 0..<statement.columnCount { _ = statement.value(column) }
          read += 1
        }
        #expect(read == count, "\(name) \(table.name)")
        rows += read
      }
      try connection.endSnapshot()
    }
    #expect(rows > 15_000)
  }
}
