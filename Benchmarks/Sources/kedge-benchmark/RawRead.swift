import Codec
import Executors
import Foundation
import Mongo
import Postgres
import SQLite

/// The limit of an audit, and of a backfill with nothing to do: each side read once, as quickly as its library hands it out, both at the same time, and nothing
/// done with it but to count it.
struct RawRead: Sendable {
  /// What one side gave.
  struct Side: Sendable {
    var records = 0
    var bytes = 0
    var seconds = 0.0
  }

  let source: Request.Source
  let sourceURL: String
  let target: String
  /// The collection or table, and the table in schema core.
  let name: String
  /// In the order of the key, as an audit that compares by merging has to read.
  var isOrdered = false

  /// Both sides, each on a thread of its own.
  func run() throws -> (source: Side, target: Side) {
    let sides = try parallel(2, name: "raw-read", stop: StopFlag()) { index in
      let (taken, side) = try seconds {
        index == 1 ? try readTarget() : try readSource()
      }
      return Side(records: side.records, bytes: side.bytes, seconds: taken)
    }
    return (sides[0], sides[1])
  }

  /// - Throws: if either side has another number of records.
  @discardableResult
  func run(expecting count: Int) throws -> (source: Side, target: Side) {
    let sides = try run()
    guard sides.source.records == count, sides.target.records == count else {
      throw BenchmarkError("the raw read saw \(sides.source.records) and \(sides.target.records) records")
    }
    return sides
  }

  func readSource() throws -> Side { source == .mongo ? try readMongo() : try readSQLite() }

  private func readMongo() throws -> Side {
    let connection = try MongoConnection(try MongoSettings(url: sourceURL))
    let options: BSONDocument = isOrdered ? ["sort": ["_id": 1], "hint": ["_id": 1]] : [:]
    let cursor = try connection.find(name, options: options)
    var side = Side()
    while let document = try cursor.next() {
      side.records += 1
      side.bytes += document.count
    }
    return side
  }

  private func readSQLite() throws -> Side {
    let path = String(sourceURL.dropFirst("sqlite:".count))
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    let statement = try connection.prepare("SELECT * FROM \(name)" + (isOrdered ? " ORDER BY id" : ""))
    let count = statement.columnCount
    let slots = UnsafeMutablePointer<RawValue>.allocate(capacity: count)
    slots.initialize(repeating: .missing, count: count)
    defer { slots.deallocate() }
    var side = Side()
    while try statement.step() {
      statement.fill(slots, count: count)
      side.records += 1
      for column in 0..<count { side.bytes += slots[column].bytes.count }
    }
    return side
  }

  private func readTarget() throws -> Side {
    let connection = try PostgresConnection(try PostgresSettings(url: target))
    defer { connection.close() }
    let rows = isOrdered ? "(SELECT * FROM core.\(name) ORDER BY id)" : "core.\(name)"
    let cursor = try connection.openCopyOut("COPY \(rows) TO STDOUT (FORMAT binary)")
    defer { cursor.close() }
    var side = Side()
    while let row = try cursor.nextBinaryRow() {
      side.records += 1
      side.bytes += row.count
    }
    return side
  }
}
