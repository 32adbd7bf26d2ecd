internal import Codec
internal import Mapping
internal import SQLite

/// Which fields name a record for good.
struct KeyChoice {
  private(set) var fields: [FieldScan]
  /// Whether the key is SQLite's rowid, which is no column.
  private(set) var isRowID = false
  private(set) var remarks: [String] = []

  init(_ scan: CollectionScan) {
    guard let table = scan.table else {
      fields = [scan.field("_id") ?? Self.absent("_id", kind: nil, records: scan.records)]
      if scan.kind == .timeseries {
        remarks = [
          "a time series doesn't keep \"_id\" unique: of documents that share one, only one could land"
        ]
      }
      return
    }
    fields = table.primaryKey.compactMap { scan.field($0) }
    let nulls = fields.reduce(0) { $0 + $1.nulls }
    if !fields.isEmpty, fields.count == table.primaryKey.count, nulls == 0 || table.rowIDName == nil {
      return
    }
    if nulls > 0 {
      remarks.append("the primary key (\(table.primaryKey.joined(separator: ", "))) holds \(nulls) NULLs")
    }
    let rowID = table.rowIDName ?? "rowid"
    isRowID = true
    fields = [Self.absent(rowID, kind: .int64, records: scan.records)]
    let unique = table.uniqueIndexes.first { index in
      !index.isPartial && !index.columns.contains(nil)
        && index.columns.allSatisfy { name in name.flatMap { scan.field($0) }.map { $0.nulls == 0 } ?? false }
    }
    remarks.append(
      "its rows are named by \(rowID), which VACUUM may change: compare before a vacuum, or choose a key of your own"
        + (unique.map { "; (\($0.columns.compactMap { $0 }.joined(separator: ", "))) is unique, too" } ?? ""))
  }

  /// A field that the scan didn't meet, as if all its values were of this kind.
  private static func absent(_ name: String, kind: ValueKind?, records: Int) -> FieldScan {
    FieldScan(
      name: name, path: ValuePath(field: name), hasValidName: true,
      kinds: kind.map { [$0: max(1, records)] } ?? [:],
      missing: kind == nil ? records : 0, booleans: BooleanCounts(), integers: IntegerCounts(),
      doubles: DoubleCounts(), decimals: DecimalCounts(), texts: TextCounts(), binaries: BinaryCounts(),
      dates: DateCounts(), documents: DocumentCounts(), arrays: ArrayCounts(), fields: [], elements: [])
  }

  func holds(_ field: FieldScan) -> Bool {
    fields.contains { key in key.path.steps.count == field.path.steps.count && field.path.isField(key.name) }
  }

  /// The name that a key's column should have where its field's own won't do.
  func wishedName(of field: FieldScan, in scan: CollectionScan) -> String? {
    guard holds(field) else { return nil }
    if isRowID { return "source_rowid" }
    guard scan.table == nil else { return nil }
    let isTaken = scan.fields.contains { SafeName.of($0.name, fallback: "") == "id" && $0.name != "_id" }
    return isTaken ? "mongo_id" : "id"
  }
}
