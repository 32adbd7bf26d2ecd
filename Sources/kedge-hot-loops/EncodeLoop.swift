internal import Codec
internal import Mapping
internal import RecordSources
internal import SampleData

/// Records on their way from the source's memory to rows of COPY BINARY, as a backfill moves them into an empty table, up to
/// where the rows would be sent.
final class EncodeLoop {
  private let kind: MeasuredKind
  private let isDocument: Bool
  private let plan: EntityPlan
  private let encoder: RecordEncoder
  private let rows: [RowBuffer]
  private var result = HotLoop.Made()

  init(_ kind: MeasuredKind, isDocument: Bool) throws {
    self.kind = kind
    self.isDocument = isDocument
    let set = try MappingSet.parse(files: [
      ("set.yaml", MeasuredKind.mappingSet(isDocument: isDocument, variable: "KEDGE_NO_SUCH_VARIABLE")),
      ("\(kind.rawValue).yaml", kind.mapping(isDocument: isDocument)),
    ])
    plan = try EntityPlan(set.entities[0], source: isDocument ? .mongo : .sqlite)
    encoder = RecordEncoder(plan: plan.record)
    rows = [RowBuffer(capacity: (1 << 20) + (1 << 16))]
  }

  /// Encodes the first `count` records.
  func run(_ data: HotData, _ count: Int) throws -> HotLoop.Made {
    if isDocument {
      try data.readDocuments(kind, count) { documents in
        try HotLoop.measure {
          for document in documents {
            try encoder.fill(document: document)
            try encode()
          }
        }
      }
    } else {
      try readRows(data.rows(kind), count)
    }
    result.made += rows[0].bytes.count
    return result
  }

  private func readRows(_ path: String, _ count: Int) throws {
    guard let session = try SQLiteSource(path: path).openSessions(1).take() else {
      throw HotLoopError("\(path) gave no session")
    }
    let cursor = try session.read(plan, .everything, order: .locator, into: encoder)
    try HotLoop.measure {
      for _ in 0..<count {
        guard try cursor.next() else { throw HotLoopError("there are fewer than \(count) records") }
        try cursor.fill()
        try encode()
      }
    }
    cursor.close()
  }

  private func encode() throws(Refusal) {
    guard encoder.matchesFilters() else { return }
    try encoder.encode(prefix: .none, into: rows)
    result.runs += 1
    if rows[0].bytes.count >= 1 << 20 {
      result.made += rows[0].bytes.count
      rows[0].removeAll()
    }
  }
}
