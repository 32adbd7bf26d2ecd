internal import Codec
internal import Guardrails
internal import Mapping
internal import Mongo

/// A collection that a guardrail is put around, or taken from.
struct GuardedCollection: Equatable {
  static let kind = "view"
  static let strayKind = "stray"

  var entity: String
  var names: FrozenNames
  /// What a writer is told.
  var message: String
  /// Whether nobody may write it.
  var isWanted: Bool

  /// Refuses every document, and says why to drivers that show the server's details.
  var validator: BSONDocument {
    [
      "$jsonSchema": [
        "title": .string(FrozenPlace.Validator.title), "description": .string(message),
        "not": .document([:]),
      ]
    ]
  }

  var definition: String {
    "db.createView(\(ShellText.quoted(names.name)), \(ShellText.quoted(names.hidden)), [])\n\(message)"
  }

  func record(in known: [StoreRecord]) -> StoreRecord? {
    known.first { $0.kind == Self.kind && $0.object == names.name }
  }

  func isKnown(_ known: [StoreRecord]) -> Bool { record(in: known) != nil }
}

/// Commands as a person types them into the shell.
enum ShellText {
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"", "\\": quoted += "\\\(character)"
      case "\u{0}"..<" ":
        quoted += "\\x" + (character.value < 16 ? "0" : "") + String(character.value, radix: 16)
      default: quoted.unicodeScalars.append(character)
      }
    }
    return quoted + "\""
  }

  static func collection(_ name: String) -> String { "db.getCollection(\(quoted(name)))" }
}

extension MongoGuard {
  /// The collections of this store that are guarded, or were.
  func collections(_ entities: Set<String>?, _ known: [StoreRecord]) throws -> [GuardedCollection] {
    var collections: [GuardedCollection] = []
    for (place, entity) in plan.entities.enumerated() where entity.source == index {
      let names = FrozenNames(entity.collection, database: database)
      var message: String?
      if case .refuse(let reason) = plan.storeRule(of: place, in: index) {
        message = plan.refusal(of: place, reason: reason)
      }
      let collection = GuardedCollection(
        entity: entity.name, names: names, message: message ?? "", isWanted: message != nil)
      guard message != nil || collection.isKnown(known) else { continue }
      guard !collections.contains(where: { $0.names == names }) else { continue }
      collections.append(collection)
    }
    // What the mapping doesn't name any more.
    for record in known where record.kind == GuardedCollection.kind {
      guard !collections.contains(where: { $0.names.name == record.object }) else { continue }
      collections.append(
        GuardedCollection(
          entity: record.entity, names: FrozenNames(record.object, database: database), message: "",
          isWanted: false))
    }
    return collections.filter { entities?.contains($0.entity) ?? true }
  }

  func look(_ collection: GuardedCollection) throws -> FrozenPlace {
    FrozenPlace(collection.names, try mongo.collections(), validator: collection.validator)
  }

  func step(
    _ collection: GuardedCollection, _ kind: String, _ object: String, _ action: GuardStep.Action,
    _ statement: String
  ) -> GuardStep {
    GuardStep(
      store: store, entity: collection.entity, kind: kind, object: object, action: action,
      statement: statement)
  }
}
