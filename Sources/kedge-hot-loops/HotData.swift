internal import Codec
internal import Foundation
internal import SQLite
internal import SampleData

/// The records of every kind in a folder: documents one behind the other in a file, rows in a SQLite file.
struct HotData: Sendable {
  let folder: String

  static let kinds: [MeasuredKind] = [.users, .usageEvents]

  func documents(_ kind: MeasuredKind) -> String { "\(folder)/\(kind.rawValue).bson" }
  func rows(_ kind: MeasuredKind) -> String { "\(folder)/\(kind.rawValue).db" }

  /// Makes `count` records of each kind by the project's own generator.
  func prepare(_ count: Int) throws {
    for kind in Self.kinds {
      let records = try kind.records(count)
      var bytes = Data()
      for index in 0..<count { bytes.append(contentsOf: records.document(index).bytes) }
      try bytes.write(to: URL(fileURLWithPath: documents(kind)))
      let database = try SQLiteConnection(path: rows(kind), mode: .create)
      try database.execute(records.definition)
      try database.execute("BEGIN")
      let places = Array(repeating: "?", count: records.columnCount).joined(separator: ", ")
      let insert = try database.prepare("INSERT INTO \(records.name) VALUES (\(places))")
      for index in 0..<count {
        try insert.bind(records.row(index))
        _ = try insert.step()
      }
      try database.execute("COMMIT")
    }
  }

  /// Hands out the first `count` documents, each where it lies in memory.
  func readDocuments(
    _ kind: MeasuredKind, _ count: Int, _ body: ([UnsafeRawBufferPointer]) throws -> Void
  ) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: documents(kind)))
    try bytes.withUnsafeBytes { bytes in
      var found: [UnsafeRawBufferPointer] = []
      var offset = 0
      while found.count < count {
        guard offset + 4 <= bytes.count else { throw HotLoopError("there are fewer than \(count) records") }
        let length = Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        found.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
        offset += length
      }
      try body(found)
    }
  }
}
