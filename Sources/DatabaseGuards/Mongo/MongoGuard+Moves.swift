internal import Codec
internal import Executors
internal import Mongo

extension MongoGuard {
  /// Milliseconds that one command may wait for its locks: others queue up behind it meanwhile.
  private static let lockWait: Int32 = 500

  /// Takes one step.
  ///
  /// - Returns: what was done of it.
  func carryOut(_ move: FreezeMove, _ collection: GuardedCollection, _ place: FrozenPlace) throws
    -> [GuardStep]
  {
    let stray = move == .setAside || move == .replaceStray ? try writeDownStray(collection) : ""
    let done = try atOnce(commands(move, collection, place, stray: stray))
    return Array(describe(move, collection, place, stray: stray).prefix(done))
  }

  private func commands(
    _ move: FreezeMove, _ collection: GuardedCollection, _ place: FrozenPlace, stray: String
  ) throws -> [BSONDocument] {
    let names = collection.names
    let dropping: BSONDocument = ["drop": .string(names.name)]
    switch move {
    case .refuseDocuments(let inHidden): return [refusing(collection, inHidden ? names.hidden : names.name)]
    case .hide: return [renaming(names.name, names.hidden), viewing(collection, place)]
    case .show: return [viewing(collection, place)]
    case .setAside: return [renaming(names.name, stray), viewing(collection, place)]
    case .replaceStray:
      // From the first on nothing comes into it any more, so that the copy is whole.
      var replacing = renaming(names.hidden, names.name)
      replacing["dropTarget"] = true
      return [refusing(collection, names.name), copying(names.name, stray), replacing]
    case .bringBack: return [dropping, renaming(names.hidden, names.name)]
    case .unhide: return [renaming(names.hidden, names.name)]
    case .dropView: return [dropping]
    case .restoreValidator: return [try restoring(collection)]
    }
  }

  /// Runs commands so that no client sees, or writes into, what is between them; one right after the other where the server,
  /// or the user's rights, don't let clients do that.
  ///
  /// - Returns: how many were carried out.
  private func atOnce(_ commands: [BSONDocument]) throws -> Int {
    if commands.count == 2 {
      if try together(commands) { return 2 }
      if commands[1].keys.first == "create" {
        let view = QuickView(
          settings: mongo.settings, rename: Self.limited(commands[0]), create: Self.limited(commands[1]))
        return try view.run() ? 2 : 1
      }
    }
    for (done, command) in commands.enumerated() {
      if done > 0 { StopPoint.reach(.beforeGuard) }
      do {
        try change(command, database: command.keys.first == "renameCollection" ? "admin" : nil)
      } catch let error as MongoError where done > 0 && error.isPassing {
        return done
      }
    }
    return commands.count
  }

  private func change(_ command: BSONDocument, database: String? = nil) throws {
    try mongo.run(command: Self.limited(command), database: database)
  }

  private static func limited(_ command: BSONDocument) -> BSONDocument {
    var command = command
    if command["aggregate"] == nil { command["maxTimeMS"] = .int32(lockWait) }
    return command
  }

  private func refusing(_ collection: GuardedCollection, _ name: String) -> BSONDocument {
    [
      "collMod": .string(name), "validator": .document(collection.validator), "validationLevel": "strict",
      "validationAction": "error",
    ]
  }

  private func renaming(_ name: String, _ other: String) -> BSONDocument {
    [
      "renameCollection": .string("\(database).\(name)"), "to": .string("\(database).\(other)"),
      "dropTarget": false,
    ]
  }

  private func copying(_ name: String, _ other: String) -> BSONDocument {
    ["aggregate": .string(name), "pipeline": [["$out": .string(other)]], "cursor": [:]]
  }

  private func viewing(_ collection: GuardedCollection, _ place: FrozenPlace) -> BSONDocument {
    var command: BSONDocument = [
      "create": .string(collection.names.name), "viewOn": .string(collection.names.hidden),
      "pipeline": .array([:]),
    ]
    // Without it the view would compare texts otherwise than the collection does.
    command["collation"] = place.collation.map(BSONValue.document)
    return command
  }

  /// Runs commands under one lock of the server.
  ///
  /// - Returns: false if this server, or this user, can't.
  private func together(_ commands: [BSONDocument]) throws -> Bool {
    guard swapsAtOnce else { return false }
    let operations = commands.map { command in
      BSONValue.document(["op": "c", "ns": .string("\(database).$cmd"), "o": .document(command)])
    }
    do {
      try change(["applyOps": BSONValue(operations)], database: "admin")
      return true
    } catch let error as MongoError where error.domain == .server && !error.isPassing {
      swapsAtOnce = false
      // Part of it may be done: look again, and go on in single steps.
      throw MongoError(
        domain: .server, code: MongoError.conflict, message: error.message, action: error.action)
    }
  }

  /// Chooses a name for a collection that stands in the view's place, and remembers it: its documents may be all there is of
  /// what somebody wrote.
  private func writeDownStray(_ collection: GuardedCollection) throws -> String {
    let taken = Set(try mongo.collections().map(\.name))
    var number = 1
    while taken.contains(collection.names.stray + "\(number)") { number += 1 }
    let name = collection.names.stray + "\(number)"
    try records.write(
      StoreRecord(
        entity: collection.entity, kind: GuardedCollection.strayKind, object: name,
        definition: "found in the place of \(ShellText.quoted(collection.names.name))"))
    StopPoint.reach(.beforeGuard)
    return name
  }

  /// The validator that was there before, as far as the server can say so: it can't forget that a level and an action were
  /// set, so that its defaults stand there from now on.
  private func restoring(_ collection: GuardedCollection) throws -> BSONDocument {
    let before = try FrozenBefore(collection.record(in: try records.all())?.before ?? [:])
    return [
      "collMod": .string(collection.names.name), "validator": before.options["validator"] ?? .document([:]),
      "validationLevel": before.options["validationLevel"] ?? "strict",
      "validationAction": before.options["validationAction"] ?? "error",
    ]
  }

  /// A step as a person reads it. ``FreezeMove/hide`` and ``FreezeMove/bringBack`` are two.
  func describe(
    _ move: FreezeMove, _ collection: GuardedCollection, _ place: FrozenPlace, stray: String
  ) -> [GuardStep] {
    let names = collection.names
    func validator(_ name: String, _ action: GuardStep.Action) -> GuardStep {
      step(
        collection, "validator", name, action,
        "db.runCommand({collMod: \(ShellText.quoted(name)), validator: {$jsonSchema: {title:"
          + " \(ShellText.quoted(FrozenPlace.Validator.title)), description: \(ShellText.quoted(collection.message)),"
          + " not: {}}}, validationLevel: \"strict\", validationAction: \"error\"})")
    }
    func renamed(_ name: String, _ other: String, _ action: GuardStep.Action) -> GuardStep {
      step(
        collection, "collection", name, action,
        "\(ShellText.collection(name)).renameCollection(\(ShellText.quoted(other)))")
    }
    let collation = place.collation?["locale"]?.string.map {
      ", {collation: {locale: \(ShellText.quoted($0)), …}}"
    }
    let view = step(
      collection, "view", names.name, .create,
      "db.createView(\(ShellText.quoted(names.name)), \(ShellText.quoted(names.hidden)), []\(collation ?? ""))"
    )
    let dropped = step(collection, "view", names.name, .remove, "\(ShellText.collection(names.name)).drop()")
    switch move {
    case .refuseDocuments(let inHidden): return [validator(inHidden ? names.hidden : names.name, .replace)]
    case .hide: return [renamed(names.name, names.hidden, .replace), view]
    case .show: return [view]
    case .setAside: return [renamed(names.name, stray, .replace), view]
    case .replaceStray:
      return [
        validator(names.name, .replace),
        step(
          collection, "collection", stray, .create,
          "\(ShellText.collection(names.name)).aggregate([{$out: \(ShellText.quoted(stray))}])"),
        step(
          collection, "collection", names.hidden, .restore,
          "\(ShellText.collection(names.hidden)).renameCollection(\(ShellText.quoted(names.name)), true)"),
      ]
    case .bringBack: return [dropped, renamed(names.hidden, names.name, .restore)]
    case .unhide: return [renamed(names.hidden, names.name, .restore)]
    case .dropView: return [dropped]
    case .restoreValidator:
      return [
        step(
          collection, "validator", names.name, .restore,
          "db.runCommand({collMod: \(ShellText.quoted(names.name)), validator: (what it was before), …})")
      ]
    }
  }
}

extension MongoError {
  /// ConflictingOperationInProgress, which is tried again.
  fileprivate static var conflict: Int { 117 }
}
