public import Codec
public import SQLite

/// Many records of one kind, for measuring: each can be made alone, as a document or as a row.
public protocol MeasuredRecords: Sendable {
  /// Their collection's or table's name.
  var name: String { get }
  /// How many there are.
  var count: Int { get }
  /// The table for them in SQLite.
  var definition: String { get }
  /// How many columns it has.
  var columnCount: Int { get }
  /// One record as a document.
  func document(_ index: Int) -> BSONDocument
  /// One record as a row, in the order of the table's columns.
  func row(_ index: Int) -> [SQLiteValue]
}

/// The kinds of records that are measured with.
public enum MeasuredKind: String, Sendable, CaseIterable {
  /// About 400 bytes, keys that are numbers.
  case rows
  /// Wide documents of about 550 bytes: ObjectIds, an array, sub-documents, Decimal128 or doubles, missing and null fields.
  case users
  /// Small ones of about 140 bytes, as an application writes them with every call.
  case usageEvents = "usage_events"

  /// - Throws: `SampleError` if the count is below 1.
  public func records(_ count: Int, seed: UInt64 = 1) throws(SampleError) -> any MeasuredRecords {
    guard count > 0 else { throw SampleError("\(count) records can't be made: ask for at least 1.") }
    switch self {
    case .rows: return try WideRows(count: count, seed: seed)
    case .users: return MeasuredUsers(count: count, seed: seed)
    case .usageEvents: return MeasuredEvents(count: count, seed: seed)
    }
  }
}
