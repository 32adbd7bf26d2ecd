internal import Codec
public import Mapping
public import Mongo

/// A MongoDB database as a source, on any topology: standalone, replica set, sharded.
public struct MongoSource: RecordSource {
  public let settings: MongoSettings
  public var kind: Store.Kind { .mongo }
  public var identity: String { settings.redactedURL + "/" + settings.database }

  /// Collections of so many documents are parted into chunks by a sample of their ids, smaller ones by counting.
  public var sampledFrom = 100_000

  public init(_ settings: MongoSettings) { self.settings = settings }

  public func openSessions(_ count: Int) throws -> SessionPool {
    let bounds = MongoChunkBounds(threshold: sampledFrom)
    return SessionPool(try (0..<count).map { _ in MongoSession(try MongoConnection(settings), bounds) })
  }
}

extension MongoSource {
  public func openWriter() throws -> any RecordWriter { MongoRecordWriter(try MongoConnection(settings)) }
}

/// One connection that reads collections by ranges of `_id`.
///
/// Ranges use the bounds of the `_id` index itself (`min`, `max` and `hint` of the find command), not comparisons in a
/// filter: those compare within one BSON type, and would lose documents whose `_id` has another one.
final class MongoSession: SourceSession {
  let connection: MongoConnection
  private let bounds: MongoChunkBounds
  private var kinds: [String: MongoCollectionInfo]?

  init(_ connection: MongoConnection, _ bounds: MongoChunkBounds) {
    self.connection = connection
    self.bounds = bounds
  }

  private static let byID: BSONDocument = ["_id": 1]

  private func info(of collection: String) throws -> MongoCollectionInfo? {
    if kinds == nil {
      kinds = Dictionary(
        try connection.collections().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return kinds?[collection]
  }

  /// Views and time series have no `_id` index to take bounds from: they are one chunk.
  private func hasIndexBounds(_ collection: String) throws -> Bool {
    try info(of: collection).map { $0.kind == .collection && !$0.isClustered } ?? true
  }

  func hasRanges(_ plan: EntityPlan) throws -> Bool { try hasIndexBounds(plan.entity.collection) }

  func boundary(of plan: EntityPlan, in range: ChunkRange, size: Int) throws -> BSONDocument? {
    let collection = plan.entity.collection
    guard try hasIndexBounds(collection) else { return nil }
    var options: [(String, BSONValue)] = [
      ("sort", .document(Self.byID)), ("hint", .document(Self.byID)), ("projection", .document(Self.byID)),
      ("skip", .int64(Int64(size))), ("limit", .int64(1)),
    ]
    if let lower = range.lower { options.append(("min", .document(lower))) }
    if let upper = range.upper { options.append(("max", .document(upper))) }
    let cursor = try connection.find(collection, options: BSONDocument(options))
    guard let found = try cursor.next() else { return nil }
    return try BSONDocument(bytes: Array(found))
  }

  func chunkBoundary(of plan: EntityPlan, from lower: BSONDocument?, size: Int) throws -> BSONDocument? {
    let collection = plan.entity.collection
    guard try hasIndexBounds(collection) else { return nil }
    let comparesBytes = try info(of: collection)?.hasCollation == false
    let bound = try bounds.bound(
      above: lower, size: size, of: collection, comparesBytes: comparesBytes, connection)
    // Beyond the last sampled one, too, where documents came in since.
    return try bound ?? boundary(of: plan, in: ChunkRange(lower: lower), size: size)
  }

  func keyIsLocator(_ plan: EntityPlan) throws -> Bool {
    let isID = plan.key.allSatisfy { index in
      index < plan.entity.fields.count && plan.entity.fields[index].isFromID
    }
    return try isID && hasIndexBounds(plan.entity.collection)
  }

  /// Answered from the `_id` index alone.
  func readLocators(_ plan: EntityPlan, _ range: ChunkRange, encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    guard try hasIndexBounds(plan.entity.collection) else {
      return try read(plan, .everything, order: .any, into: encoder)
    }
    return try read(plan, range, order: .locator, into: encoder, projection: Self.byID, batch: 20_000)
  }

  func read(_ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    // Without a size of its own a batch grows to 16 MB, which each worker then holds twice. Those that follow are as large as
    // the documents let them be.
    try read(plan, range, order: order, into: encoder, projection: nil, batch: 1000)
  }

  private func read(
    _ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder,
    projection: BSONDocument?, batch: Int32
  ) throws -> any RecordCursor {
    let collection = plan.entity.collection
    var options: [(String, BSONValue)] = [("batchSize", .int32(batch))]
    if let projection { options.append(("projection", .document(projection))) }
    // Reading a view or a time series is an aggregation, which doesn't take it.
    if try info(of: collection).map({ $0.kind == .collection }) ?? true {
      options.append(("noCursorTimeout", .bool(true)))
    }
    if let names = plan.readFields {
      options.append(("projection", .document(Self.projection(names))))
    }
    switch order {
    case .any: break
    case .locator:
      if try range != .everything || hasIndexBounds(collection) {
        options += [("sort", .document(Self.byID)), ("hint", .document(Self.byID))]
        if let lower = range.lower { options.append(("min", .document(lower))) }
        if let upper = range.upper { options.append(("max", .document(upper))) }
      }
    case .key:
      var sort: [(String, BSONValue)] = []
      for column in plan.entity.key {
        let path = plan.entity.fields.first { $0.column == column }?.paths.first
        sort.append((path.map(Self.dotted) ?? "_id", .int32(1)))
      }
      options.append(("sort", .document(BSONDocument(sort))))
      if sort.map(\.0) == ["_id"], try hasIndexBounds(collection) {
        options.append(("hint", .document(Self.byID)))
      } else {
        options.append(("allowDiskUse", .bool(true)))
      }
    }
    var cursors: [MongoCursor] = []
    if range.lower?["_id"] != .maxKey || order == .key {
      cursors.append(try connection.find(collection, options: BSONDocument(options), readsAhead: true))
    }
    if order == .locator, range.lower != nil, range.upper == nil {
      // A range that begins with `min` and has no `max` ends before an `_id` of MaxKey.
      cursors.append(try connection.find(collection, filter: ["_id": .maxKey]))
    }
    return MongoRecordCursor(cursors, encoder: encoder)
  }

  private static func projection(_ names: [String]) -> BSONDocument {
    BSONDocument((names.contains("_id") ? names : names + ["_id"]).map { ($0, .int32(1)) })
  }

  private static func dotted(_ path: ValuePath) -> String {
    path.steps.map {
      switch $0 {
      case .field(let name): name
      case .index(let place): String(place)
      case .each: "[]"
      }
    }.joined(separator: ".")
  }

  func fetch(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    // `$in` compares whatever the type; a locator that is itself null, an array or a regex can't be an `_id`.
    let ids = locators.compactMap { $0["_id"] }
    let filter: BSONDocument = ["_id": .document(["$in": BSONValue(ids)])]
    let options =
      plan.readFields.map { BSONDocument([("projection", .document(Self.projection($0)))]) } ?? [:]
    let found = try connection.find(plan.entity.collection, filter: filter, options: options)
    return MongoRecordCursor([found], encoder: encoder)
  }

  func estimatedCount(of entity: Entity) throws -> Int? {
    try connection.estimatedCount(entity.collection)
  }

  func holds(atLeast count: Int, of plan: EntityPlan) throws -> Bool {
    try hasRanges(plan) && connection.estimatedCount(plan.entity.collection) >= count
  }

  func verify(_ plan: EntityPlan) throws {
    let entity = plan.entity
    guard try info(of: entity.collection) != nil else {
      throw SourceProblem(
        entity: entity.name,
        message: "the source has no collection \"\(entity.collection)\"; correct source.collection"
          + " (\(entity.location.file):\(entity.location.line)) or the source's URL")
    }
    if try info(of: entity.collection)?.kind == .view, try hasRepeatedID(entity.collection) {
      throw SourceProblem(
        entity: entity.name,
        message:
          "the view \"\(entity.collection)\" has documents with the same _id, or with none, so that nothing tells"
          + " them apart; give each an _id of its own in the view's pipeline")
    }
    let paths = plan.key.map { plan.entity.fields[$0].paths.first?.steps.first }
    if paths.allSatisfy({ $0 == .field("_id") }) { return }
    let wanted = Set(plan.key.compactMap { plan.entity.fields[$0].paths.first.map(Self.dotted) })
    if try hasUniqueIndex(on: wanted, collection: entity.collection) { return }
    throw SourceProblem(
      entity: entity.name,
      message: "the key (\(wanted.sorted().joined(separator: ", "))) isn't \"_id\" and no unique index of the"
        + " collection keeps it unique, so two documents could claim one row; use _id, or create that index")
  }

  func keyUniqueness(_ plan: EntityPlan) throws -> KeyUniqueness {
    let fields = plan.key.map { plan.entity.fields[$0] }
    guard fields.count == 1, let field = fields.first, field.paths == [Self.id] else { return .never }
    if field.keepsValuesApart { return .always }
    return try field.keepsObjectIDsApart && hasIndexBounds(plan.entity.collection)
      ? .among(.objectID) : .never
  }

  private static let id = ValuePath(field: "_id")

  /// The `_id` index has one kind after the other, so that its two ends tell whether there is only one.
  func keyKindHolds(_ plan: EntityPlan, _ kind: ValueKind) throws -> Bool {
    for direction in [1, -1] as [Int32] {
      let order = BSONDocument([("_id", .int32(direction))])
      let found = try connection.find(
        plan.entity.collection,
        options: BSONDocument([
          ("sort", .document(order)), ("hint", .document(Self.byID)), ("projection", .document(Self.byID)),
          ("limit", .int64(1)),
        ]))
      guard let bytes = try found.next() else { return true }
      var reader = try BSONReader(bytes)
      var key = UnsafeRawBufferPointer(start: nil, count: 0)
      var value = RawValue.missing
      guard try reader.next(key: &key, value: &value), value.kind == kind else { return false }
    }
    return true
  }

  func contents() throws -> [String] {
    // A guarded collection shows under its own name, by the view that stands there, and not under the one where it is kept.
    try connection.collections().filter { ($0.kind != .view && !$0.isFrozen) || $0.showsFrozen }.map(\.name)
  }

  /// MongoDB checks its pages' checksums as it reads them.
  func verifyContents(of plan: EntityPlan) throws {}

  private func hasRepeatedID(_ view: String) throws -> Bool {
    let repeated = try connection.aggregate(
      view,
      pipeline: [
        ["$group": .document(["_id": "$_id", "n": .document(["$sum": 1])])],
        ["$match": .document(["n": .document(["$gt": 1])])], ["$limit": 1],
      ], options: ["allowDiskUse": true])
    return try repeated.next() != nil
  }

  private func hasUniqueIndex(on wanted: Set<String>, collection: String) throws -> Bool {
    let reply = try connection.run(command: ["listIndexes": .string(collection)], reads: true)
    guard case .document(let cursor)? = reply["cursor"], let batch = cursor["firstBatch"]?.elements else {
      return false
    }
    for element in batch {
      guard case .document(let index) = element, index["unique"] == .bool(true),
        index["partialFilterExpression"] == nil, index["sparse"] == nil,
        case .document(let key)? = index["key"]
      else { continue }
      if Set(key.keys) == wanted { return true }
    }
    return false
  }
}

extension Field {
  /// Whether all that the column is made from is the record's `_id`, or a part of it.
  fileprivate var isFromID: Bool { paths.count == 1 && paths[0].steps.first == .field("_id") }
}

/// Documents of one find command after another.
final class MongoRecordCursor: RecordCursor {
  private var cursor: MongoCursor?
  /// Those that come after it.
  private var cursors: ArraySlice<MongoCursor>
  private let encoder: RecordEncoder
  private var document = UnsafeRawBufferPointer(start: nil, count: 0)

  init(_ cursors: [MongoCursor], encoder: RecordEncoder) {
    cursor = cursors.first
    self.cursors = cursors.dropFirst()
    self.encoder = encoder
  }

  func next() throws -> Bool {
    while let cursor {
      if let found = try cursor.next() {
        document = found
        return true
      }
      self.cursor = cursors.popFirst()
    }
    return false
  }

  func close() { (cursor, cursors) = (nil, []) }

  func fill() throws(Refusal) { try encoder.fill(document: document) }

  func appendRecord(to out: inout ByteBuffer) { out.append(document) }

  /// Ends a locator, which is as short as an `_id`: its length always fits.
  private static func end(_ start: Int, in out: inout ByteBuffer) {
    out.append(0)
    out.patchLittleEndian(Int32(truncatingIfNeeded: out.count - start), at: start)
  }

  func appendLocator(to out: inout ByteBuffer) { Self.appendLocator(of: document, to: &out) }

  static func appendLocator(of document: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    let start = BSONBuilder.begin(&out)
    do throws(Refusal) {
      var reader = try BSONReader(document)
      var key = UnsafeRawBufferPointer(start: nil, count: 0)
      var value = RawValue.missing
      while try reader.next(key: &key, value: &value) {
        if key.count == 3, key[0] == UInt8(ascii: "_"), key[1] == UInt8(ascii: "i"),
          key[2] == UInt8(ascii: "d")
        {
          try BSONBuilder.append(key: key, value, to: &out)
          break
        }
      }
    } catch {
      // A document that can't be walked has no locator that we could find; its whole value is kept all the same.
    }
    end(start, in: &out)
  }
}
