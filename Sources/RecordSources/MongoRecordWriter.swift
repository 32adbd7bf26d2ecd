internal import Codec
internal import Mapping
internal import Mongo

/// Changes documents one by one, each only if what the change is about still stands in it: a document that somebody else
/// changed meanwhile stays as it is.
final class MongoRecordWriter: RecordWriter {
  let connection: MongoConnection
  private var held: [[UInt8]: BSONDocument] = [:]
  /// Bytes of documents held at once.
  private static let batchBytes = 32 << 20
  /// A collection's own collation would call other texts equal.
  static let collation: BSONDocument = ["locale": "simple"]

  let session: any SourceSession

  init(_ connection: MongoConnection) {
    self.connection = connection
    session = MongoSession(connection, MongoChunkBounds(threshold: .max))
  }

  func begin(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws -> (
    cursor: any RecordCursor, rest: [BSONDocument]
  ) {
    held.removeAll()
    var documents: [BSONDocument] = []
    var bytes = 0
    var next = 0
    while next < locators.count, bytes < Self.batchBytes {
      let locator = locators[next]
      next += 1
      guard let document = try current(locator, of: plan.entity) else { continue }
      held[locator.bytes] = document
      documents.append(document)
      bytes += document.bytes.count
    }
    return (HeldDocumentCursor(documents, encoder: encoder), Array(locators[next...]))
  }

  func record(_ locator: BSONDocument) -> BSONDocument? { held[locator.bytes] }

  func current(_ locator: BSONDocument, of entity: Entity) throws -> BSONDocument? {
    guard let id = locator["_id"] else { return nil }
    // From the primary: what is decided by must not be older than what is written.
    let reply = try connection.run(
      command: [
        "find": .string(entity.collection), "filter": .document(["_id": .document(["$eq": id])]), "limit": 1,
        "singleBatch": true,
      ])
    guard let first = reply["cursor"]?.document?["firstBatch"]?.elements?.first else { return nil }
    return first.document
  }

  func apply(_ change: RecordChange, to locator: BSONDocument, of entity: Entity) throws -> Bool {
    guard let id = locator["_id"] else { return false }
    var filter: [(String, BSONValue)] = [("_id", .document(["$eq": id]))]
    func guardValues(_ values: [GuardedValue]) {
      filter += values.map { (Self.dotted($0.path), .document(["$eq": $0.value])) }
    }
    var update: BSONDocument?
    switch change {
    case .delete(let values): guardValues(values)
    case .setNull(let values):
      guardValues(values)
      update = ["$set": .document(BSONDocument(values.map { (Self.dotted($0.path), .null) }))]
    case .pull(let path, let values):
      filter.append((Self.dotted(path), .document(["$all": BSONValue(values)])))
      update = ["$pullAll": .document(BSONDocument([(Self.dotted(path), BSONValue(values))]))]
    case .pullElements(let path, let field, let value):
      let array = Self.dotted(path)
      if field.steps.isEmpty {
        filter.append((array, .document(["$all": BSONValue([value])])))
        update = ["$pullAll": .document(BSONDocument([(array, BSONValue([value]))]))]
      } else {
        let element = BSONDocument([(Self.dotted(field), .document(["$eq": value]))])
        filter.append((array, .document(["$elemMatch": .document(element)])))
        update = ["$pull": .document(BSONDocument([(array, .document(element))]))]
      }
    }
    let query = BSONValue.document(BSONDocument(filter))
    let collation = BSONValue.document(Self.collation)
    if let update {
      let statement: BSONDocument = ["q": query, "u": .document(update), "collation": collation]
      let reply = try connection.run(
        command: ["update": .string(entity.collection), "updates": [.document(statement)]])
      return reply["n"]?.integer == 1
    }
    let statement: BSONDocument = ["q": query, "limit": 1, "collation": collation]
    let reply = try connection.run(
      command: ["delete": .string(entity.collection), "deletes": [.document(statement)]])
    return reply["n"]?.integer == 1
  }

  func end(keeping: Bool) { held.removeAll() }

  static func dotted(_ path: ValuePath) -> String {
    path.steps.map {
      switch $0 {
      case .field(let name): name
      case .index(let place): String(place)
      case .each: "$[]"
      }
    }.joined(separator: ".")
  }
}

/// Documents that are in memory already, as a cursor.
private final class HeldDocumentCursor: RecordCursor {
  private var documents: [BSONDocument]
  private let encoder: RecordEncoder
  /// The document at hand: the encoder's slots point into it.
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(_ documents: [BSONDocument], encoder: RecordEncoder) {
    self.documents = documents.reversed()
    self.encoder = encoder
  }

  deinit { memory.deallocate() }

  func next() throws -> Bool {
    guard let document = documents.popLast() else { return false }
    memory.deallocate()
    memory = .allocate(byteCount: document.bytes.count, alignment: 1)
    memory.copyBytes(from: document.bytes)
    return true
  }

  func close() { documents.removeAll() }
  func fill() throws(Refusal) { try encoder.fill(document: UnsafeRawBufferPointer(memory)) }
  func appendRecord(to out: inout ByteBuffer) { out.append(UnsafeRawBufferPointer(memory)) }

  func appendLocator(to out: inout ByteBuffer) {
    MongoRecordCursor.appendLocator(of: UnsafeRawBufferPointer(memory), to: &out)
  }
}
