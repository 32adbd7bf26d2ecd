internal import Codec
internal import Executors
internal import Foundation
internal import Mongo
internal import Synchronization

/// Renames a collection away and puts a view where it was, on a server that doesn't do both in one step for this user.
///
/// Writers wait for the same lock as the renaming, and the first of them would make a new collection. So the view's creation
/// is asked for again and again by connections of their own, from before the renaming: it then stands in the same queue, and
/// mostly comes first. Where it doesn't, the caller finds a collection in the view's place.
struct QuickView {
  let settings: MongoSettings
  /// Renames the collection; run in the database `admin`.
  let rename: BSONDocument
  /// Makes the view.
  let create: BSONDocument
  private static let askers = 3

  /// - Returns: whether the view is there; the renaming is done in any case.
  /// - Throws: `MongoError` if the collection couldn't be renamed.
  func run() throws -> Bool {
    let stop = StopFlag()
    let ready = Ready()
    let made = try parallel(1 + Self.askers, name: "view", stop: stop) { thread in
      let mongo = try MongoConnection(settings)
      ready.add()
      guard thread == 0 else {
        while !stop.isSet {
          if try isMade(mongo) { return true }
        }
        return false
      }
      defer { stop.set() }
      while ready.count <= Self.askers, !stop.isSet { usleep(200) }
      try mongo.run(command: rename, database: "admin")
      StopPoint.reach(.beforeGuard)
      return try isMade(mongo)
    }
    return made.contains(true)
  }

  private func isMade(_ mongo: MongoConnection) throws -> Bool {
    do {
      try mongo.run(command: create)
      return true
    } catch let error as MongoError where error.isPassing {
      return false
    }
  }

  /// How many connections are open.
  private final class Ready: Sendable {
    private let open = Atomic(0)
    var count: Int { open.load(ordering: .acquiring) }
    func add() { open.add(1, ordering: .acquiringAndReleasing) }
  }
}
