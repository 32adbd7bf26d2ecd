public import Codec
public import Mapping
internal import Synchronization

/// A key range of a source: from `lower` (inclusive) to `upper` (exclusive), in the source's own order of locators.
/// Nil means unbounded.
public struct ChunkRange: Sendable, Equatable {
  public var lower: BSONDocument?
  public var upper: BSONDocument?

  public init(lower: BSONDocument? = nil, upper: BSONDocument? = nil) {
    self.lower = lower
    self.upper = upper
  }

  public static var everything: ChunkRange { ChunkRange() }
}

/// In which order a cursor hands out records.
public enum ReadOrder: Sendable {
  /// The order of locators: that of chunks.
  case locator
  /// Whichever is fastest, for reading everything.
  case any
  /// The order of the entity's key, for comparing with the target.
  case key
}

/// One thread's connection to a source. Every store that Kedge reads from looks like this to the engine.
///
/// A **locator** names one record in the source for good: `_id`, a rowid, the primary key of a table without rowids. It
/// is a BSON document, opaque to the engine.
public protocol SourceSession: AnyObject {
  /// The locator of the record `size` records after the beginning of `range`, or nil where the range has no more: the
  /// upper bound of a chunk of `size` records.
  func boundary(of plan: EntityPlan, in range: ChunkRange, size: Int) throws -> BSONDocument?

  /// The upper bound of a chunk of about `size` records from `lower` on, or nil where the rest is one chunk. Wherever it lies,
  /// ranges from bound to bound have every record once; what costs less than to count them is allowed.
  func chunkBoundary(of plan: EntityPlan, from lower: BSONDocument?, size: Int) throws -> BSONDocument?

  /// Whether the entity can be read by ranges of locators; if not, it is one chunk.
  func hasRanges(_ plan: EntityPlan) throws -> Bool

  /// Opens a cursor that fills `encoder`.
  func read(_ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder) throws
    -> any RecordCursor

  /// A cursor over the records with these locators; those that are gone are left out.
  func fetch(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws
    -> any RecordCursor

  /// A cursor over the locators of a range, in their order: of each record nothing but the locator may be asked. Reads an
  /// index where it can, not the records.
  func readLocators(_ plan: EntityPlan, _ range: ChunkRange, encoder: RecordEncoder) throws
    -> any RecordCursor

  /// Whether the entity's key comes from the locator alone, so that ranges of one may be ranges of the other. No promise
  /// that both sort alike.
  func keyIsLocator(_ plan: EntityPlan) throws -> Bool

  /// How many records the source says it has, for progress alone; nil where that would cost a scan.
  func estimatedCount(of entity: Entity) throws -> Int?

  /// Whether the entity has so many records, or about so many. Cheap: no scan of everything.
  func holds(atLeast count: Int, of plan: EntityPlan) throws -> Bool

  /// What makes it impossible to move this entity rightly from this source, such as a table that isn't there or a key
  /// that the source doesn't keep unique. Throws a ``SourceProblem`` for the first, or the store's own error for a file that
  /// is damaged.
  func verify(_ plan: EntityPlan) throws

  /// Names of the tables or collections that hold records of their own: without views, and without the store's own.
  func contents() throws -> [String]

  /// Finds damage that reading by ranges would pass over, and lose records by. As costly as reading everything once, so
  /// only a run that begins, or goes on after an end, does it.
  func verifyContents(of plan: EntityPlan) throws

  /// Whether two records of this source can have one key, by the mapping and by what the source keeps unique. Asks for no
  /// record: see ``keyKindHolds(_:_:)``.
  func keyUniqueness(_ plan: EntityPlan) throws -> KeyUniqueness

  /// Whether the key of every record is of this kind now.
  func keyKindHolds(_ plan: EntityPlan, _ kind: ValueKind) throws -> Bool
}

extension SourceSession {
  public func chunkBoundary(of plan: EntityPlan, from lower: BSONDocument?, size: Int) throws
    -> BSONDocument?
  {
    try boundary(of: plan, in: ChunkRange(lower: lower), size: size)
  }

  public func readLocators(_ plan: EntityPlan, _ range: ChunkRange, encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try read(plan, range, order: hasRanges(plan) ? .locator : .any, into: encoder)
  }

  public func keyIsLocator(_ plan: EntityPlan) throws -> Bool { false }

  public func holds(atLeast count: Int, of plan: EntityPlan) throws -> Bool {
    guard count > 1 else { return true }
    return try hasRanges(plan) && boundary(of: plan, in: .everything, size: count - 1) != nil
  }
}

/// Records, one at a time. What it hands out is valid until the next call of `next`.
public protocol RecordCursor: AnyObject {
  /// Moves to the next record; false at the end.
  func next() throws -> Bool
  /// Lets go of what the source holds for it, before its end. Nothing may be asked of it afterwards.
  func close()
  /// Fills the encoder's slots from the record at hand.
  func fill() throws(Refusal)
  /// The record's locator, as a BSON document.
  func appendLocator(to out: inout ByteBuffer)
  /// The whole source record as a BSON document.
  func appendRecord(to out: inout ByteBuffer)
}

/// A source that can't be read as the mapping asks.
public struct SourceProblem: Error, Sendable, CustomStringConvertible {
  public var entity: String
  public var message: String
  public var description: String { "entity \"\(entity)\": \(message)" }

  public init(entity: String, message: String) {
    self.entity = entity
    self.message = message
  }
}

/// A place to get sessions from.
public protocol RecordSource: Sendable {
  var kind: Store.Kind { get }
  /// The source without any secret: for reports, and to tell whether an unfinished run read the same source.
  var identity: String { get }
  /// Opens `count` sessions. Where the store can, all of them see one snapshot.
  func openSessions(_ count: Int) throws -> SessionPool
  /// A connection that may write, for the one command that does.
  func openWriter() throws -> any RecordWriter
}

/// Sessions waiting for the threads that will use them.
///
/// `@unchecked Sendable`: the array is only touched under the lock, and a session leaves it once, for one thread.
public final class SessionPool: @unchecked Sendable {
  private let lock = Mutex<Int>(0)
  private var waiting: [any SourceSession]

  public init(_ sessions: [any SourceSession]) { waiting = sessions }

  /// Takes a session for the calling thread.
  public func take() -> (any SourceSession)? {
    lock.withLock { taken in
      taken += 1
      return waiting.popLast()
    }
  }
}
