internal import Codec
internal import Mongo
internal import Synchronization

/// Bounds of a large collection's chunks out of a random sample of its `_id`s, shared by the sessions of one source.
///
/// To find exactly the record so many records on, the server walks the index that far: all of it in the end, which costs
/// a quarter of what reading small documents does. Of a sample only the sizes of chunks are inexact: a bound is a bound
/// wherever it lies, and what is read between two of them is what the index has there.
final class MongoChunkBounds: Sendable {
  /// Sampled records for each chunk where there may be so many: sizes then differ by about a quarter.
  private static let wanted = 20
  /// With fewer, chunks differ too much.
  private static let least = 4
  /// Records sampled at most: each is read from somewhere else.
  private static let limit = 40_000

  private struct Request: Hashable {
    var collection: String
    var size: Int
  }

  /// Collections with fewer documents aren't sampled.
  private let threshold: Int
  /// What was found; nil for a collection that is walked.
  private let found = Mutex<[Request: [MongoKey]?]>([:])

  init(threshold: Int) { self.threshold = threshold }

  /// The first bound above `lower`; nil where the sample says nothing of what is there.
  ///
  /// - Parameters:
  ///   - size: Records in a chunk.
  ///   - comparesBytes: Whether the index sorts texts by their bytes.
  /// - Throws: `MongoError`.
  func bound(
    above lower: BSONDocument?, size: Int, of collection: String, comparesBytes: Bool,
    _ connection: MongoConnection
  ) throws -> BSONDocument? {
    let request = Request(collection: collection, size: size)
    let bounds: [MongoKey]?
    if let known = found.withLock({ $0[request] }) {
      bounds = known
    } else {
      // Not under the lock. Whoever is first decides: bounds of two samples mixed would make chunks of all sizes.
      let sampled = try sample(request, comparesBytes, connection)
      bounds = found.withLock { found in
        if let first = found[request] { return first }
        found[request] = .some(sampled)
        return sampled
      }
    }
    guard let bounds, let first = bounds.first else { return nil }
    guard let lower else { return first.document }
    guard let id = lower["_id"], let key = MongoKey(id), key.isComparable(with: first) else { return nil }
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if key < bounds[middle] { high = middle } else { low = middle + 1 }
    }
    return low < bounds.count ? bounds[low].document : nil
  }

  private func sample(_ request: Request, _ comparesBytes: Bool, _ connection: MongoConnection) throws
    -> [MongoKey]?
  {
    let count = try connection.estimatedCount(request.collection)
    guard count >= threshold, request.size > 0 else { return nil }
    // The server jumps to random records only where they are less than a twentieth of all; else it reads and sorts everything.
    let each = min(Self.wanted, Self.limit * request.size / count, request.size / 25)
    guard each >= Self.least else { return nil }
    let size = count / request.size * each
    guard size > 0 else { return nil }
    var keys: [MongoKey] = []
    do {
      let cursor = try connection.aggregate(
        request.collection,
        pipeline: [
          ["$sample": .document(["size": .int64(Int64(size))])], ["$project": .document(["_id": 1])],
        ])
      while let bytes = try cursor.next() {
        guard let document = BSONDocument(copying: bytes), let id = document["_id"], let key = MongoKey(id),
          key.isComparable(with: keys.first ?? key), comparesBytes || !key.isText
        else { return nil }
        keys.append(key)
      }
    } catch let error as MongoError where error.domain == .server && error.code == Self.foundTwice {
      return nil
    }
    keys.sort(by: <)
    var bounds: [MongoKey] = []
    for place in stride(from: each, to: keys.count, by: each)
    where bounds.last.map({ $0 < keys[place] }) ?? true { bounds.append(keys[place]) }
    return bounds
  }

  /// The server's code for having come upon the same documents again and again.
  private static let foundTwice = 28799
}

/// An `_id` of a kind that is compared here just as the server compares it, and short: thousands of them are held at once.
private enum MongoKey {
  /// Bytes of a text.
  private static let longest = 64

  case objectID(ObjectID)
  case integer(Int64)
  case text(String)

  init?(_ value: BSONValue) {
    switch value {
    case .objectID(let id): self = .objectID(id)
    case .int32(let number): self = .integer(Int64(number))
    case .int64(let number): self = .integer(number)
    case .string(let text) where text.utf8.count <= Self.longest: self = .text(text)
    default: return nil
    }
  }

  var isText: Bool { if case .text = self { true } else { false } }

  func isComparable(with other: MongoKey) -> Bool {
    switch (self, other) {
    case (.objectID, .objectID), (.integer, .integer), (.text, .text): true
    default: false
    }
  }

  /// Of two that are comparable.
  static func < (left: MongoKey, right: MongoKey) -> Bool {
    switch (left, right) {
    case (.objectID(let left), .objectID(let right)): left < right
    case (.integer(let left), .integer(let right)): left < right
    case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    default: false
    }
  }

  var document: BSONDocument {
    switch self {
    case .objectID(let id): ["_id": .objectID(id)]
    case .integer(let number): ["_id": .int64(number)]
    case .text(let text): ["_id": .string(text)]
    }
  }
}
