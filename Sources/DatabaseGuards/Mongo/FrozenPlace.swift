internal import Codec
internal import Mongo

/// What stands in the place of a guarded collection, and where it is kept. All that a change is decided by, so that one that
/// was interrupted goes on where it stopped.
struct FrozenPlace: Equatable {
  /// What a collection's validator is.
  enum Validator: Equatable {
    /// Ours: it refuses every document.
    case refusing
    /// One of ours that was made for another text, or was weakened.
    case outdated
    /// The application's, or none.
    case foreign

    static let title = "kedge guard"

    init(_ options: BSONDocument, wanted: BSONDocument) {
      let found = options["validator"]?.document
      let isStrict =
        options["validationLevel"]?.string ?? "strict" == "strict"
        && options["validationAction"]?.string ?? "error" == "error"
      if found == wanted && isStrict {
        self = .refusing
      } else {
        self = found?["$jsonSchema"]?.document?["title"]?.string == Self.title ? .outdated : .foreign
      }
    }
  }

  enum Front: Equatable {
    case nothing
    case collection(Validator)
    /// The view of the hidden collection.
    case view
    /// A view of the hidden collection that doesn't show it as it is.
    case alteredView
    /// Somebody else's view.
    case foreignView
    case timeseries
  }

  enum Hidden: Equatable {
    case nothing
    case collection(Validator)
  }

  var front: Front
  var hidden: Hidden
  /// The front's own options while it is a collection, else the hidden collection's.
  var options: BSONDocument = [:]
  var uuid: [UInt8]?
  /// How the hidden collection, or the one to be hidden, compares texts.
  var collation: BSONDocument?

  /// - Parameter validator: the one that refuses every document for this collection.
  init(_ names: FrozenNames, _ found: [MongoCollectionInfo], validator: BSONDocument) {
    let front = found.first { $0.name == names.name }
    let hidden = found.first { $0.name == names.hidden }
    self.hidden = hidden.map { .collection(Validator($0.options, wanted: validator)) } ?? .nothing
    switch front?.kind {
    case nil: self.front = .nothing
    case .timeseries: self.front = .timeseries
    case .collection: self.front = .collection(Validator(front?.options ?? [:], wanted: validator))
    case .view:
      let isOurs = front?.options["viewOn"]?.string == names.hidden
      let isWhole = front?.options["pipeline"]?.elements?.isEmpty ?? false
      let isAlike =
        hidden == nil || front?.options["collation"]?.document == hidden?.options["collation"]?.document
      self.front = isOurs ? (isWhole && isAlike ? .view : .alteredView) : .foreignView
    }
    let kept = front?.kind == .collection ? front : hidden
    options = kept?.options ?? [:]
    uuid = kept?.uuid
    collation = (hidden ?? kept)?.options["collation"]?.document
  }
}

/// One step from one place to another.
enum FreezeMove: Equatable {
  /// The collection, or the hidden one, refuses every document from now on.
  case refuseDocuments(inHidden: Bool)
  /// The collection is hidden and its view put in its place, at once where the server can.
  case hide
  /// The view is put where nothing is.
  case show
  /// A collection that stands in the way of the view gets a name of its own, and the view takes its place.
  case setAside
  /// A collection that stands where the hidden one belongs is copied under a name of its own, and the hidden one takes its
  /// place, which is never empty.
  case replaceStray
  /// The view goes, and the hidden collection takes its place again, at once where the server can.
  case bringBack
  /// The hidden collection takes its place again where nothing is.
  case unhide
  /// A view that shows nothing, or that was altered, goes.
  case dropView
  /// The validator that was there before is there again.
  case restoreValidator
}

extension FrozenPlace {
  /// The next step towards a view that nobody can write through; nil where it is there.
  ///
  /// - Parameter isKnown: whether Kedge has written down that it guards this collection.
  /// - Throws: `FrozenObstacle`.
  func nextToFreeze(isKnown: Bool) throws(FrozenObstacle) -> FreezeMove? {
    switch (front, hidden) {
    case (.timeseries, _): throw .timeseries
    case (_, .collection) where !isKnown: throw .hiddenExists
    // A view of the application's own: it stores nothing, and takes no writes.
    case (.foreignView, .nothing): return nil
    case (.foreignView, .collection): throw .foreignView
    case (.collection(.refusing), .nothing): return .hide
    case (.collection, .nothing): return .refuseDocuments(inHidden: false)
    case (.collection, .collection): return .setAside
    case (.nothing, _): return .show
    case (.alteredView, _): return .dropView
    case (.view, .collection(.refusing)), (.view, .nothing): return nil
    case (.view, .collection): return .refuseDocuments(inHidden: true)
    }
  }

  /// The next step towards the collection as it was; nil where it is there.
  ///
  /// - Throws: `FrozenObstacle`.
  func nextToThaw() throws(FrozenObstacle) -> FreezeMove? {
    switch (front, hidden) {
    case (.view, .collection), (.alteredView, .collection): return .bringBack
    case (.view, .nothing), (.alteredView, .nothing): return .dropView
    case (.foreignView, .collection): throw .foreignView
    case (.nothing, .collection): return .unhide
    case (.collection, .collection): return .replaceStray
    case (.collection(.refusing), .nothing), (.collection(.outdated), .nothing): return .restoreValidator
    case (.collection(.foreign), .nothing), (.nothing, .nothing), (.foreignView, .nothing), (.timeseries, _):
      return nil
    }
  }

  /// What it will be after a step that nobody disturbs.
  func after(_ move: FreezeMove) -> FrozenPlace {
    var place = self
    switch move {
    case .refuseDocuments(inHidden: false): place.front = .collection(.refusing)
    case .refuseDocuments(inHidden: true): place.hidden = .collection(.refusing)
    case .hide:
      place.front = .view
      place.hidden = .collection(.refusing)
    case .show, .setAside: place.front = .view
    case .dropView: place.front = .nothing
    case .bringBack, .unhide, .replaceStray:
      // Its validator is restored next.
      if case .collection(let validator) = hidden { place.front = .collection(validator) }
      place.hidden = .nothing
    case .restoreValidator: place.front = .collection(.foreign)
    }
    return place
  }
}

/// What a person has to clear away first.
enum FrozenObstacle: Error {
  case timeseries, hiddenExists, foreignView, sharded

  func message(_ names: FrozenNames) -> String {
    switch self {
    case .timeseries:
      "\"\(names.name)\" is a time series, and MongoDB can't rename these or check their documents; say"
        + " guard: { mode: off } in the entity's file, and take the right to write it from the users' roles"
    case .sharded:
      "\"\(names.name)\" is sharded, and kedge doesn't rename sharded collections; say guard: { mode: off } in the"
        + " entity's file, and take the right to write it from the users' roles"
    case .hiddenExists:
      "there is a collection \"\(names.hidden)\" already, and this target doesn't know that kedge put it there. If another"
        + " target's guardrails did, uninstall them there; else rename it. Then run again"
    case .foreignView:
      "\"\(names.name)\" is a view that kedge didn't make, though \"\(names.hidden)\" is kept for it; drop or rename that"
        + " view, and run again"
    }
  }
}
