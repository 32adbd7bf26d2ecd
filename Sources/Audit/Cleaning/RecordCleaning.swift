internal import Backfill
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources

/// Cleans orphans among the records of a feature store: a batch is read afresh, looked up once more, logged, and changed
/// record by record, each change only if the referring value still stands there.
final class RecordCleaning {
  private let plan: ReferencePlan
  private let action: CleanAction
  private let audit: ReferenceAudit
  private let loader: ChunkLoader
  private let writer: any RecordWriter
  private let log: CleanLog

  private struct Orphan {
    var locator: BSONDocument
    /// As Postgres writes an array of texts.
    var key: String
    var places: [Int]
    var element: Int?
  }

  init(
    _ plan: ReferencePlan, _ action: CleanAction, _ audit: ReferenceAudit, context: BackfillContext, run: Int
  ) throws {
    self.plan = plan
    self.action = action
    self.audit = audit
    writer = try context.source(of: plan.plan).openWriter()
    loader = audit.loader(plan.plan, writer.session)
    log = CleanLog(audit.connection, run: run, entity: plan.entity, isDeletion: action == .delete)
  }

  /// - Returns: How many of the suspects with these numbers were cleaned, and how many were no orphans any more.
  func clean(_ ids: ClosedRange<Int>) throws -> (cleaned: Int, gone: Int) {
    let suspects =
      "\(OrphanSuspects.table) s WHERE s.reference = \(plan.number) AND s.stands"
      + " AND s.id BETWEEN \(ids.lowerBound) AND \(ids.upperBound)"
    var waiting = try audit.connection.query("SELECT DISTINCT s.locator FROM \(suspects)").map {
      try BSONDocument(bytes: $0.bytes("locator"))
    }
    let all = try audit.connection.query("SELECT count(*) AS n FROM \(suspects)").first?.int("n") ?? 0
    var cleaned = 0
    var found = 0
    while !waiting.isEmpty {
      guard let target = try audit.freshRelation(plan) else { break }
      do {
        let (cursor, rest) = try writer.begin(plan.plan, waiting, into: loader.encoder)
        let orphans = try orphans(cursor, suspects, target)
        found += orphans.count
        cleaned += try change(orphans)
        waiting = rest
      } catch {
        try writer.end(keeping: false)
        throw error
      }
    }
    return (cleaned, max(0, all - found))
  }

  /// Those of the records at hand that still refer to nothing, by the same values.
  private func orphans(_ cursor: any RecordCursor, _ suspects: String, _ target: ReferredRelation) throws
    -> [Orphan]
  {
    try audit.connection.transaction {
      let (tables, _, _) = try loader.stage(cursor, limit: .max)
      loader.dropQuarantine()
      let rows = ReferringRows(plan: plan, staging: tables)
      let texts = plan.columns.indices.map { "r.v\($0)::text" }.joined(separator: ", ")
      return try audit.connection.query(
        """
        SELECT r.locator, r.key::text AS key, array_to_string(r.places, ' ') AS places, r.element
        FROM (\(rows.sql())) r WHERE \(rows.isOrphan(target))
          AND EXISTS (SELECT FROM \(suspects) AND s.locator = r.locator AND s.value = ARRAY[\(texts)])
        ORDER BY r.locator, r.places DESC, r.element
        """
      ).map { row in
        Orphan(
          locator: try BSONDocument(bytes: row.bytes("locator")), key: try row.text("key"),
          places: (try row["places"] ?? "").split(separator: " ").compactMap { Int($0) },
          element: try row.optionalInt("element"))
      }
    }
  }

  private func change(_ orphans: [Orphan]) throws -> Int {
    var byRecord: [(locator: BSONDocument, record: BSONDocument, orphans: [Orphan])] = []
    for orphan in orphans {
      if byRecord.last?.locator == orphan.locator {
        byRecord[byRecord.count - 1].orphans.append(orphan)
      } else if let record = writer.record(orphan.locator) {
        byRecord.append((orphan.locator, record, [orphan]))
      }
    }
    // Written down before anything is changed: a record that goes must not be lost with the process.
    let entries = try log.begin(byRecord.map { ($0.orphans[0].key, $0.record) })
    var cleaned = 0
    var outcomes: [(entry: Int, isChanged: Bool, after: BSONDocument?)] = []
    for (entry, item) in zip(entries, byRecord) {
      var isChanged = false
      for (change, count) in changes(item.record, item.orphans) {
        guard try writer.apply(change, to: item.locator, of: plan.entity) else { continue }
        isChanged = true
        cleaned += count
      }
      let after = isChanged && action != .delete ? try writer.current(item.locator, of: plan.entity) : nil
      outcomes.append((entry, isChanged, after))
    }
    try writer.end(keeping: true)
    try log.end(outcomes)
    return cleaned
  }

  /// What is to be done to one record, each with how many orphans it ends.
  private func changes(_ record: BSONDocument, _ orphans: [Orphan]) -> [(RecordChange, Int)] {
    let child = plan.child.map { plan.plan.children[$0] }
    let fields = child?.source.fields ?? plan.entity.fields
    let wanted = plan.columns.compactMap { column in fields.first { $0.column == column.name } }
    func place(_ field: Field, _ orphan: Orphan) -> ValuePath {
      var places = orphan.places.makeIterator()
      let around = (child?.path.steps ?? []).map { step in
        step == .each ? ValuePath.Step.index(places.next() ?? 0) : step
      }
      return ValuePath(around + (field.paths.first?.steps ?? []))
    }
    if plan.reference.isArray { return pulls(record, orphans, wanted, place) }
    var changes: [(RecordChange, Int)] = []
    for orphan in orphans {
      let values = wanted.compactMap { field -> GuardedValue? in
        let path = place(field, orphan)
        return record.value(at: path).map { GuardedValue(path: path, value: $0) }
      }
      guard values.count == wanted.count, let first = values.first else { continue }
      let change: RecordChange
      switch action {
      case .delete: change = .delete(values)
      case .nullify: change = .setNull(values)
      case .takeOut:
        var array = place(wanted[0], orphan)
        let field = ValuePath(wanted[0].paths.first?.steps ?? [])
        array.steps.removeLast(field.steps.count + 1)
        change = .pullElements(from: array, field: field, first.value)
      case .none: continue
      }
      // Elements of one array with one value go together.
      if let same = changes.firstIndex(where: { $0.0 == change }) {
        changes[same].1 += 1
      } else {
        changes.append((change, 1))
      }
    }
    return changes
  }

  /// The values of an array's elements that refer to nothing.
  private func pulls(
    _ record: BSONDocument, _ orphans: [Orphan], _ fields: [Field], _ place: (Field, Orphan) -> ValuePath
  ) -> [(RecordChange, Int)] {
    guard let field = fields.first else { return [] }
    var changes: [(path: ValuePath, values: [BSONValue], count: Int)] = []
    for orphan in orphans {
      let path = place(field, orphan)
      var elements = record.value(at: path)?.elements ?? []
      // Places count what the column has.
      if field.nullElement == .skip { elements.removeAll { $0 == .null || $0 == .undefined } }
      guard let element = orphan.element, elements.indices.contains(element) else { continue }
      let value = elements[element]
      if let same = changes.firstIndex(where: { $0.path == path }) {
        if !changes[same].values.contains(value) { changes[same].values.append(value) }
        changes[same].count += 1
      } else {
        changes.append((path, [value], 1))
      }
    }
    return changes.map { (.pull(from: $0.path, $0.values), $0.count) }
  }
}

extension BSONDocument {
  /// The value at a path of fields and places; nil where there is none, or a null.
  fileprivate func value(at path: ValuePath) -> BSONValue? {
    var value = BSONValue.document(self)
    for step in path.steps {
      switch step {
      case .field(let name):
        guard let inner = value.document?[name] else { return nil }
        value = inner
      case .index(let place):
        guard let elements = value.elements, elements.indices.contains(place) else { return nil }
        value = elements[place]
      case .each: return nil
      }
    }
    return value == .null ? nil : value
  }
}
