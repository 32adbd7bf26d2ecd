import Audit
import Backfill
import Codec
import Mapping
import Mongo
import RecordSources
import TestSupport
import Testing

/// Chunks of large collections, whose bounds are sampled ids: every record is still read once.
@Suite("Sampled bounds of chunks")
struct SampledBoundsTests {
  /// What the `_id`s of a collection are.
  enum Identifiers: String, CaseIterable {
    case objectID, integer, text, longText, mixed, date

    /// Whether they are compared without the server's help.
    var areSampled: Bool { self == .objectID || self == .integer || self == .text }

    func id(_ number: Int) -> BSONValue {
      switch self {
      case .objectID: .objectID(ObjectID(high: 7, low: UInt32(number) &* 2_654_435_761))
      case .integer: number % 2 == 0 ? .int32(Int32(number - 1500)) : .int64(Int64(number - 1500))
      case .text: .string("\(number * 7919 % 3001)é")
      case .longText: .string(String(repeating: "x", count: 61) + String(10_000 + number))
      case .mixed: number % 2 == 0 ? .int32(Int32(number)) : .string("\(number)")
      case .date: .date(Int64(number))
      }
    }
  }

  private static let count = 3000
  private static let size = 100

  private static func mapping() throws -> MappingSet {
    try MappingSet.parse(files: [
      ("set.yaml", "set: test\nstores:\n  app: { kind: mongo, environment: [MONGODB_URI] }\n"),
      (
        "things.yaml",
        """
        entity: things
        owner: core
        source: { store: app, collection: things }
        key: [id]
        fields:
          id: { from: _id, type: jsonb, transforms: [ejson] }
          n: integer
        """
      ),
    ])
  }

  private static func documents(_ kind: Identifiers, _ numbers: Range<Int>) -> [BSONDocument] {
    numbers.map { BSONDocument([("_id", kind.id($0)), ("n", BSONValue($0))]) }
  }

  /// An engine that samples what has a thousand documents.
  private func engine(_ mongo: TestMongo, _ target: TestPostgres) throws -> Engine {
    var source = MongoSource(mongo.connection.settings)
    source.sampledFrom = 1000
    return Engine(set: try Self.mapping(), source: source, into: target)
  }

  @Test("every record lands once, whatever its id is", arguments: Identifiers.allCases)
  func everyRecord(kind: Identifiers) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", Self.documents(kind, 0..<Self.count))
    let engine = try engine(mongo, target)
    let report = try engine.backfill { $0.chunkSize = Self.size }
    #expect(report.counts("things") == [Self.count, Self.count, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT n FROM core.things ORDER BY n"), (0..<Self.count).map(String.init))
    // Counted chunks are all of one size but the last, sampled ones hardly ever.
    let sizes = try target.rows("SELECT DISTINCT read FROM kedge.chunks WHERE upper_bound IS NOT NULL")
    #expect((sizes == ["\(Self.size)"]) == !kind.areSampled)
    expectEqual(try target.value("SELECT count(*) > 5 FROM kedge.chunks"), "t")
    let again = try engine.backfill { $0.chunkSize = Self.size }
    #expect(again.counts("things") == [Self.count, 0, Self.count, 0, 0])
    let audit = try engine.audit { $0.chunkSize = Self.size }
    #expect(audit.differences == [])
    #expect(audit.tally("things")?.matching == Self.count)
  }

  @Test("texts that are sorted by a language's rules are counted")
  func collation() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    _ = try mongo.connection.run(command: [
      "create": "things", "collation": .document(["locale": "sv", "strength": 3]),
    ])
    try mongo.insert("things", Self.documents(.text, 0..<Self.count))
    let engine = try engine(mongo, target)
    let report = try engine.backfill { $0.chunkSize = Self.size }
    #expect(report.counts("things") == [Self.count, Self.count, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT DISTINCT read FROM kedge.chunks WHERE upper_bound IS NOT NULL"),
      ["\(Self.size)"])
  }

  @Test("a limit is kept to the record")
  func limit() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", Self.documents(.integer, 0..<Self.count))
    let report = try engine(mongo, target).backfill {
      $0.chunkSize = Self.size
      $0.limit = 250
    }
    #expect(report.counts("things") == [250, 250, 0, 0, 0])
    expectEqual(try target.rows("SELECT n FROM core.things ORDER BY n"), (0..<250).map(String.init))
  }

  @Test("what comes in behind the last bound, meanwhile, is parted by counting")
  func growing() throws {
    let mongo = try TestMongo()
    try mongo.insert("things", Self.documents(.integer, 0..<Self.count))
    var source = MongoSource(mongo.connection.settings)
    source.sampledFrom = 1000
    let session = try #require(try source.openSessions(1).take())
    let plan = try EntityPlan(try #require(try Self.mapping().movedInLoadOrder.first), source: .mongo)
    var bounds: [Int] = []
    var lower: BSONDocument?
    while let upper = try session.chunkBoundary(of: plan, from: lower, size: Self.size) {
      if lower == nil {
        try mongo.insert("things", Self.documents(.integer, Self.count..<Self.count + 1000))
      }
      bounds.append(try #require(upper["_id"]?.integer) + 1500)
      lower = upper
    }
    #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count)
    // Beyond the last that was sampled, exactly so many each.
    let counted = zip(bounds, bounds.dropFirst()).filter { $0.0 >= Self.count }.map { $0.1 - $0.0 }
    #expect(counted.count >= 8 && Set(counted) == [Self.size])
    #expect(try #require(bounds.last) > Self.count + 1000 - Self.size - 1)
  }
}
