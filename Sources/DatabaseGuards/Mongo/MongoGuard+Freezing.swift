internal import Codec
internal import Executors
internal import Foundation
internal import Mongo

extension MongoGuard {
  /// Puts the read-only view in the collection's place.
  func freeze(_ collection: GuardedCollection) throws -> [GuardStep] {
    var record = collection.record(in: try records.all())
    var strays = 0
    return try follow(collection) { place in
      var move = try place.nextToFreeze(isKnown: record != nil)
      if move == .setAside {
        strays += 1
        // Writers are quicker than we are, and the application can't see its documents meanwhile.
        if strays > Self.mostStrays { move = .replaceStray }
      } else if strays > Self.mostStrays, place.hidden == .nothing {
        throw tooBusy(collection)
      }
      guard move != nil || record != nil else { return nil }
      let intended = StoreRecord(
        entity: collection.entity, kind: GuardedCollection.kind, object: collection.names.name,
        definition: collection.definition,
        before: place.isUntouched ? FrozenBefore(place).values : record?.before ?? [:])
      if intended != record {
        StopPoint.reach(.beforeGuard)
        try records.write(intended)
        record = intended
        StopPoint.reach(.afterGuard)
      }
      return move
    }
  }

  /// How often a collection that a writer made in the view's place is set aside, before the writers have won.
  private static let mostStrays = 5

  private func tooBusy(_ collection: GuardedCollection) -> StoreGuardError {
    StoreGuardError(
      store: store, entity: collection.entity,
      message:
        "writers made \"\(collection.names.name)\" anew each time before its view was there; what they wrote is in"
        + " \"\(collection.names.stray)…\", and kedge guard status names each. The collection is in its place again, and refuses"
        + " every new document, but not deletes. Stop the writers for a moment, and run again")
  }

  /// Puts the collection back in its place, as it was.
  func thaw(_ collection: GuardedCollection) throws -> [GuardStep] {
    guard let record = collection.record(in: try records.all()) else { return [] }
    let steps = try follow(collection) { try $0.nextToThaw() }
    StopPoint.reach(.beforeGuard)
    try records.remove(record)
    StopPoint.reach(.afterGuard)
    return steps
  }

  /// Looks, takes one step, and looks again, until nothing is left to do: whatever others do meanwhile, and wherever an
  /// earlier try was interrupted.
  private func follow(
    _ collection: GuardedCollection, _ next: (FrozenPlace) throws -> FreezeMove?
  ) throws -> [GuardStep] {
    let deadline = ContinuousClock.now + patience
    var steps: [GuardStep] = []
    while true {
      do {
        let place = try look(collection)
        guard let move = try next(place) else { return steps }
        StopPoint.reach(.beforeGuard)
        steps += try carryOut(move, collection, place)
        StopPoint.reach(.afterGuard)
      } catch let obstacle as FrozenObstacle {
        throw StoreGuardError(
          store: store, entity: collection.entity, message: obstacle.message(collection.names))
      } catch let error as MongoError where error.isPassing {
        guard ContinuousClock.now < deadline else {
          throw StoreGuardError(
            store: store, entity: collection.entity,
            message:
              "\"\(collection.names.name)\" was in use for longer than \(patience): \(error.message). Let long transactions and"
              + " index builds on it end, and run again; what was done stays, and is gone on with")
        }
        usleep(20_000)
      }
    }
  }

  /// The steps that would be taken if nobody disturbed them.
  func dryRun(_ collection: GuardedCollection, _ known: [StoreRecord]) throws -> [GuardStep] {
    var place = try look(collection)
    var isKnown = collection.isKnown(known)
    guard collection.isWanted || isKnown else { return [] }
    var steps: [GuardStep] = []
    do throws(FrozenObstacle) {
      while let move = try collection.isWanted ? place.nextToFreeze(isKnown: isKnown) : place.nextToThaw() {
        steps += describe(move, collection, place, stray: collection.names.stray + "1")
        place = place.after(move)
        isKnown = true
      }
    } catch {
      throw StoreGuardError(store: store, entity: collection.entity, message: error.message(collection.names))
    }
    return steps
  }

  /// - Throws: ``StoreGuardError`` for a collection that lies on several shards.
  func refuseSharded(_ collection: GuardedCollection) throws {
    guard collection.isWanted, try mongo.serverInfo().topology == .sharded else { return }
    let stats = try mongo.run(command: ["collStats": .string(collection.names.name)], reads: true)
    guard stats["sharded"]?.bool == true else { return }
    throw StoreGuardError(
      store: store, entity: collection.entity, message: FrozenObstacle.sharded.message(collection.names))
  }
}

extension FrozenPlace {
  /// Whether nothing of Kedge's is here yet, so that this is what was before.
  fileprivate var isUntouched: Bool {
    hidden == .nothing && (front == .nothing || front == .collection(.foreign))
  }
}

/// What was there before a view took a collection's place.
struct FrozenBefore {
  /// False where there was no collection.
  let existed: Bool
  let options: BSONDocument
  let uuid: String

  init(_ place: FrozenPlace) {
    existed = place.front != .nothing
    options = place.options
    uuid = Self.hex(place.uuid)
  }

  init(_ values: [String: String]) throws {
    existed = values["existed"] == "true"
    uuid = values["uuid"] ?? ""
    guard let text = values["options"], let bytes = Data(base64Encoded: text) else {
      options = [:]
      return
    }
    options = try BSONDocument(bytes: Array(bytes))
  }

  /// BSON in base64: no JSON gives back every value just as it was.
  var values: [String: String] {
    [
      "existed": existed ? "true" : "false", "options": Data(options.bytes).base64EncodedString(),
      "uuid": uuid,
    ]
  }

  static func hex(_ bytes: [UInt8]?) -> String {
    (bytes ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension MongoError {
  /// Whether others' locks, or a change of others in the same instant, are in the way: look again, and try again.
  var isPassing: Bool {
    // NamespaceNotFound, LockTimeout, LockBusy, NamespaceExists, MaxTimeMSExpired, WriteConflict,
    // ConflictingOperationInProgress, BackgroundOperationInProgress for a database and for a collection.
    isRetryable || (domain == .server && [26, 24, 46, 48, 50, 112, 117, 12586, 12587].contains(code))
  }
}
