import KedgeTesting
import Mapping
import Synchronization

/// Collects failures instead of failing.
final class Collecting: TestReporter {
  struct Failure: Equatable {
    var message: String
    var place: TestPlace
  }
  private let collected = Mutex<[Failure]>([])

  var failures: [Failure] { collected.withLock { $0 } }
  var messages: [String] { failures.map(\.message) }
  var lines: [Int] { failures.map(\.place.line) }

  func report(_ message: String, at place: TestPlace) {
    collected.withLock { $0.append(Failure(message: message, place: place)) }
  }

  /// What a block's expectations report.
  static func failures(_ body: () throws -> Void) rethrows -> Collecting {
    let collecting = Collecting()
    try Reporting.$reporter.withValue(collecting, operation: body)
    return collecting
  }

  static func failures(_ body: () async throws -> Void) async rethrows -> Collecting {
    let collecting = Collecting()
    try await Reporting.$reporter.withValue(collecting, operation: body)
    return collecting
  }
}

/// A shop: `users` has moved to Postgres, `orders` hasn't yet, `carts` stays.
func shop(_ more: [(name: String, text: String)] = [], phases: [String: Entity.Phase] = ["users": .core])
  throws
  -> OwnershipMap
{
  let set = try MappingSet.parse(
    files: [
      ("set.yaml", "set: shop\nstores:\n  app: { kind: mongo }\n  core: { kind: postgres }\n"),
      (
        "users.yaml",
        """
        entity: users
        owner: core
        source: { store: app, collection: users }
        key: [id]
        fields: { id: { from: _id, type: text, transforms: [text] }, email: { type: text, required: true } }
        children: { addresses: { fields: { city: text } } }
        writers: [UserRepository]
        """
      ),
      (
        "orders.yaml",
        """
        entity: orders
        owner: core
        source: { store: app, collection: orders }
        key: [id]
        fields: { id: { from: _id, type: text, transforms: [text] }, total: bigint }
        """
      ),
      (
        "carts.yaml",
        "entity: carts\nowner: feature\nsource: { store: app, collection: carts }\n"
      ),
    ] + more)
  return OwnershipMap(set, phases: phases, epoch: 1)
}
