internal import Codec
public import Mapping
internal import SQLite

/// Writes a scan as plain text, one line for each field: what is there, and what the mapping will do with it.
struct ScanReport {
  private let result: ScanResult
  private let set: MappingSet

  init(_ result: ScanResult, options: InferOptions) {
    self.result = result
    set = Inference.infer(result, options: options).set
  }

  init(_ result: ScanResult, mapping: MappingSet) {
    self.result = result
    set = mapping
  }

  var text: String {
    var lines = [
      "\(result.source.kind.rawValue) \(result.source.display): \(result.collections.count) "
        + (result.source.kind == .mongo ? "collections" : "tables") + ", \(result.records) records"
    ]
    for scan in result.collections { lines += [""] + collection(scan) }
    if !result.skipped.isEmpty {
      lines += ["", "Left out:"] + result.skipped.map { "  \($0.kind) \(Self.shown($0.name)): \($0.reason)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func collection(_ scan: CollectionScan) -> [String] {
    let entity = set.entities.first { $0.collection.utf8.elementsEqual(scan.name.utf8) }
    var title =
      "\(Self.shown(scan.name)) (\(scan.kind.rawValue)): \(scan.records) records, \(scan.bytes) bytes,"
      + " longest \(scan.longestRecord)"
    if scan.depth > 1 { title += ", depth \(scan.depth)" }
    if let table = entity?.table { title += " → \(table.display)" }
    var lines = [title]
    if scan.unreadable > 0 { lines.append("  ! \(scan.unreadable) documents aren't BSON from end to end") }
    if scan.repeatedFields > 0 {
      lines.append("  ! a field's name stands twice in \(scan.repeatedFields) documents")
    }
    if scan.uncounted > 0 {
      lines.append("  ! \(scan.uncounted) values beyond \(SourceScan.pathsPerCollection) different paths")
    }
    let destinations = Destinations(entity)
    let rows = scan.fields.flatMap(\.all).map { field in
      [field.path.description, FieldSummary.text(field), "→ " + destinations.text(field)]
    }
    let rowID = destinations.unseen(scan).map {
      [$0.paths.first?.description ?? "", "", "→ " + Destinations.text($0)]
    }
    lines += Self.aligned(rowID + rows)
    for reference in scan.references { lines.append("  " + Self.text(reference)) }
    return lines
  }

  private static func text(_ scan: ReferenceScan) -> String {
    let columns = scan.key.columns.joined(separator: ", ")
    var text =
      "(\(columns)) refers to \(shown(scan.key.table)): \(scan.referring) rows, \(scan.orphans) to nothing"
    if let problem = scan.problem { text += "; \(problem)" }
    return text
  }

  /// The first column aligned as far as that helps; the others follow as they come.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let width = min(40, rows.map { $0[0].count }.max() ?? 0)
    return rows.map { row in
      let padding = String(repeating: " ", count: max(0, width - row[0].count))
      return ("  " + row[0] + padding + "  " + row[1...].filter { !$0.isEmpty }.joined(separator: "  "))
    }
  }

  /// A name of the source, in quotes where it isn't a plain word.
  private static func shown(_ name: String) -> String { ValuePath(field: name).description }
}

extension ScanResult {
  /// The histogram as plain text: for each field the kinds of values, missing, null, empty, longest and extremes, and the
  /// column that the mapping makes of it.
  ///
  /// It shows extremes of numbers and dates, and nothing of texts but their lengths.
  public func textReport(options: InferOptions = InferOptions()) -> String {
    ScanReport(self, options: options).text
  }

  /// The same, with the columns that this mapping set makes.
  public func textReport(mapping: MappingSet) -> String {
    ScanReport(self, mapping: mapping).text
  }

  /// What the inferred mapping does with each field, for reports in other forms: the field's path, in the order of
  /// `textReport`, and its column with type and transforms.
  public func destinations(of scan: CollectionScan, in set: MappingSet) -> [(
    field: FieldScan, destination: String
  )] {
    let entity = set.entities.first { $0.collection.utf8.elementsEqual(scan.name.utf8) }
    let destinations = Destinations(entity)
    return scan.fields.flatMap(\.all).map { ($0, destinations.text($0)) }
  }
}
