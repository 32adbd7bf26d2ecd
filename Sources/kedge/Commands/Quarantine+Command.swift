internal import Backfill
internal import Catalog
internal import Codec
internal import CommandLine
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources
internal import Schema

extension Session {
  /// The catalog of the target, or nil where nothing was ever moved into it.
  private func catalog(of set: MappingSet) throws -> Catalog? {
    guard let settings = try existingTarget(of: set) else { return nil }
    let catalog = Catalog(try PostgresConnection(settings))
    return try catalog.exists() ? catalog : nil
  }

  /// `kedge quarantine list`
  func quarantineList() throws -> Int32 {
    let set = try mappingSet()
    let names = try wantedEntities(in: set)
    let limit = command.flag("groups") ? 0 : command.integer("limit") ?? 100
    var groups: [QuarantineGroup] = []
    var entries: [QuarantineEntry] = []
    if let catalog = try catalog(of: set) {
      groups = try catalog.quarantineGroups(set: set.name, entities: names)
      for name in names.isEmpty ? [nil] : names.map(Optional.some) where entries.count < limit {
        entries += try catalog.quarantined(set: set.name, entity: name, limit: limit - entries.count)
      }
    }
    if isJSON {
      output([
        "groups": .array(groups.map(json)), "entries": .array(entries.map { json($0, whole: false) }),
      ])
      return ExitCode.done
    }
    guard !groups.isEmpty else {
      output("nothing is in quarantine")
      return ExitCode.done
    }
    output(text(groups))
    if !entries.isEmpty { output("\n" + text(entries)) }
    let count = groups.reduce(0) { $0 + $1.count }
    if !entries.isEmpty, entries.count < count {
      output("\(entries.count) of \(count) are listed; see more with --limit N")
    }
    output("see one whole with: kedge quarantine show ID; try again with: kedge quarantine replay --all")
    return ExitCode.done
  }

  private func text(_ groups: [QuarantineGroup]) -> String {
    var table = TableText([
      "entity", "reason", "field", "found", "expected", "records", "last seen", "example",
    ])
    for group in groups {
      table.add([
        .text(group.entity), .text(group.reason),
        .text(group.field ?? group.column ?? group.constraint ?? group.sqlState ?? ""),
        .text(group.found.joined(separator: ", ")), .text(group.expected ?? ""), .number(group.count),
        .text(group.lastSeen), .number(group.exampleID),
      ])
    }
    return table.text(style: style)
  }

  private func text(_ entries: [QuarantineEntry]) -> String {
    var table = TableText(["id", "entity", "path", "reason", "last seen", "what to do"])
    for entry in entries {
      table.add([
        .number(entry.id), .text(entry.entity), .text(entry.path ?? entry.column ?? entry.constraint ?? ""),
        .text(entry.reason), .text(entry.lastSeen), .text(entry.message),
      ])
    }
    return table.text(style: style)
  }

  private func json(_ group: QuarantineGroup) -> JSONValue {
    .object([
      ("entity", .string(group.entity)), ("reason", .string(group.reason)), ("field", .optional(group.field)),
      ("column", .optional(group.column)), ("found", .strings(group.found)),
      ("expected", .optional(group.expected)), ("sqlstate", .optional(group.sqlState)),
      ("constraint", .optional(group.constraint)), ("count", .int(group.count)),
      ("example", .object([("id", .int(group.exampleID)), ("path", .optional(group.examplePath))])),
      ("message", .string(group.message)), ("first_seen", .string(group.firstSeen)),
      ("last_seen", .string(group.lastSeen)),
    ])
  }

  /// `kedge quarantine show`
  func quarantineShow() throws -> Int32 {
    let set = try mappingSet()
    guard let id = command.arguments.first.flatMap({ Int($0) }) else { throw UsageProblem("name an id") }
    let found = try catalog(of: set)?.quarantined(set: set.name, ids: [id], withRecords: true)
    guard let entry = found?.first else {
      throw UsageProblem(
        "quarantine holds no record \(id) of the mapping set \"\(set.name)\"; see: kedge quarantine list")
    }
    if isJSON {
      output(json(entry, whole: true))
      return ExitCode.done
    }
    var lines = ["record \(entry.id) of \(entry.entity)", "reason: \(entry.reason): \(entry.message)"]
    if let field = entry.field { lines.append("field: \(field)") }
    if let path = entry.path, path != entry.field { lines.append("path: \(path)") }
    if let column = entry.column { lines.append("column: \(column)") }
    if let found = entry.found { lines.append("found: \(found)") }
    if let expected = entry.expected { lines.append("expected: \(expected)") }
    if let state = entry.sqlState { lines.append("SQLSTATE: \(state)") }
    if let constraint = entry.constraint { lines.append("constraint: \(constraint)") }
    lines.append(
      "first seen: \(entry.firstSeen); last seen: \(entry.lastSeen); attempts: \(entry.attempts)")
    lines.append("locator: \(shown(entry.locator, entry))")
    lines.append("record: \(shown(entry.record, entry))")
    output(lines.joined(separator: "\n"))
    return ExitCode.done
  }

  private func json(_ entry: QuarantineEntry, whole: Bool) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .int(entry.id)), ("entity", .string(entry.entity)), ("reason", .string(entry.reason)),
      ("message", .string(entry.message)), ("field", .optional(entry.field)),
      ("path", .optional(entry.path)), ("column", .optional(entry.column)), ("found", .optional(entry.found)),
      ("expected", .optional(entry.expected)), ("sqlstate", .optional(entry.sqlState)),
      ("constraint", .optional(entry.constraint)), ("first_seen", .string(entry.firstSeen)),
      ("last_seen", .string(entry.lastSeen)), ("attempts", .int(entry.attempts)),
    ]
    if whole {
      members.append(("locator", .string(shown(entry.locator, entry))))
      members.append(("record", .string(shown(entry.record, entry))))
      members.append(
        ("record_bson_base64", entry.isPersonal ? .null : .string(Data(entry.record).base64EncodedString())))
    }
    return .object(members)
  }

  /// A BSON document as Extended JSON; as a digest where the entity has personal fields.
  private func shown(_ document: [UInt8], _ entry: QuarantineEntry) -> String {
    if entry.isPersonal {
      var digest = ByteBuffer(capacity: 32)
      var hex = ByteBuffer(capacity: 64)
      document.withUnsafeBytes { SHA256.append(digestOf: $0, to: &digest) }
      Hex.append(digest.bytes, to: &hex)
      return
        "sha256:\(String(decoding: hex.bytes, as: UTF8.self)) (\(document.count) bytes; the entity has personal"
        + " fields: read it in kedge.quarantine with SQL)"
    }
    var out = ByteBuffer(capacity: document.count * 2)
    var scratch = ByteBuffer()
    let isWritten = document.withUnsafeBytes { bytes in
      do throws(Refusal) {
        try CanonicalJSON.append(RawValue(kind: .document, bytes: bytes), scratch: &scratch, to: &out)
        return true
      } catch { return false }
    }
    if isWritten { return String(decoding: out.bytes, as: UTF8.self) }
    return "BSON in base64, as it holds what JSON can't: " + Data(document).base64EncodedString()
  }

  /// `kedge quarantine replay`
  func quarantineReplay() throws -> Int32 {
    let set = try mappingSet()
    let ids = command.arguments.compactMap { Int($0) }
    let names = try wantedEntities(in: set)
    guard !ids.isEmpty || !names.isEmpty || command.flag("all") else {
      throw UsageProblem("say which records: ids, --entity NAME, or --all")
    }
    var outcome = Replay.Outcome()
    if let settings = try existingTarget(of: set) {
      let connection = try PostgresConnection(settings.writing(as: "kedge"))
      let catalog = Catalog(connection)
      try catalog.ensure()
      try catalog.lock(set: set.name)
      try KeyMaking.finish(set: set.name, catalog)
      let set = try set.applying(try catalog.livePhases(of: set.name))
      let sources = try sources(of: set)
      let plans = try movable(try corePlans(of: set), asked: names)
      for plan in plans where names.isEmpty || names.contains(plan.entity.name) {
        outcome += try replay(plan, ids: ids, set, catalog, sources[plan.entity.store])
      }
    }
    if isJSON {
      output([
        "landed": .int(outcome.landed), "quarantined": .int(outcome.stillQuarantined),
        "gone": .int(outcome.gone),
      ])
    } else {
      output(
        "\(outcome.landed) landed, \(outcome.stillQuarantined) still quarantined, \(outcome.gone) gone from the source"
      )
    }
    return outcome.stillQuarantined > 0 ? ExitCode.quarantined : ExitCode.done
  }

  private func replay(
    _ plan: Mapping.EntityPlan, ids: [Int], _ set: MappingSet, _ catalog: Catalog,
    _ source: (any RecordSource)?
  ) throws -> Replay.Outcome {
    var outcome = Replay.Outcome()
    guard let session = try source?.openSessions(1).take() else { return outcome }
    let loader = ChunkLoader(
      plan: plan, session: session, connection: catalog.connection, setName: set.name, run: 0,
      foreignKeys: try SchemaPlan([plan], set: set).liveForeignKeys(in: catalog.connection),
      ownership: try .outsideRuns(plan, set: set.name, session, catalog.connection))
    var after = 0
    while true {
      let entries = try catalog.quarantined(
        set: set.name, entity: plan.entity.name, ids: ids, after: after, limit: 200)
      guard let last = entries.last else { return outcome }
      after = last.id
      outcome += try Replay.run(entries, loader: loader, catalog: catalog, set: set.name)
      if stop.isSet { throw BackfillError.interrupted }
    }
  }
}
