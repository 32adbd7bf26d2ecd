internal import Codec
internal import Mapping
internal import SQLite

extension SQLiteSession {
  /// Rows that are looked at to see how close together rowids are.
  private static let probe = 256
  /// Chunks of fewer rows are counted: there is little to be saved.
  private static let leastSize = 1000
  /// Where rowids are further apart than this, rows are counted.
  private static let largestGap = 4

  /// Counting the rows up to a bound reads every page of the table that lies before it. But rowids are numbers, mostly one
  /// after the other, so that the bound of about so many rows is found in one step from how close they are at the beginning.
  /// At worst, where they lie closer further on, the chunk has ``largestGap`` times the rows that were asked for.
  func chunkBoundary(of plan: EntityPlan, from lower: BSONDocument?, size: Int) throws -> BSONDocument? {
    let table = try table(plan.entity)
    if size >= Self.leastSize, let name = table.rowIDName,
      let wanted = try jump(from: lower, by: size, table.name, quotedIdentifier(name))
    {
      let found = try connection.prepare(
        "SELECT \(quotedIdentifier(name)) FROM \(quotedIdentifier(table.name))"
          + " WHERE \(quotedIdentifier(name)) >= ? ORDER BY 1 LIMIT 1")
      try found.bind([.integer(wanted)])
      guard try found.step() else { return nil }
      var out = ByteBuffer(capacity: 64)
      SQLiteRecordCursor.appendLocator(found, from: 0, count: 1, to: &out)
      return try BSONDocument(bytes: Array(out.bytes))
    }
    return try boundary(of: plan, in: ChunkRange(lower: lower), size: size)
  }

  /// The rowid that should have about `size` rows between `lower` and itself; nil where that can't be told.
  private func jump(
    from lower: BSONDocument?, by size: Int, _ table: String, _ rowID: String
  ) throws -> Int64? {
    var start = Int64.min
    if let lower {
      guard case .integer(let number)? = bindings(lower, [rowID]).first else { return nil }
      start = number
    }
    let statement = try connection.prepare(
      """
      SELECT min(r), max(r), count(*) FROM (
        SELECT \(rowID) AS r FROM \(quotedIdentifier(table)) WHERE \(rowID) >= ? ORDER BY 1 LIMIT \(Self.probe))
      """)
    try statement.bind([.integer(start)])
    guard try statement.step(), case .integer(let first) = statement.value(0),
      case .integer(let last) = statement.value(1), case .integer(Int64(Self.probe)) = statement.value(2)
    else { return nil }
    let (span, isTooWide) = last.subtractingReportingOverflow(first)
    guard !isTooWide, span < Self.probe * Self.largestGap else { return nil }
    let (distance, isTooFar) = Int64(size).multipliedReportingOverflow(by: span + 1)
    guard !isTooFar else { return nil }
    let (wanted, isBeyond) = first.addingReportingOverflow(distance / Int64(Self.probe))
    return isBeyond ? nil : wanted
  }
}
