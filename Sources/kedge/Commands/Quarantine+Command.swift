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
    let limit = command.integer("limit") ?? 100
    var entries: [QuarantineEntry] = []
    if let catalog = try catalog(of: set) {
      if names.isEmpty { entries = try catalog.quarantined(set: set.name, limit: limit) }
      for name in names {
        entries += try catalog.quarantined(set: set.name, entity: name, limit: limit - entries.count)
      }
    }
    if isJSON {
      output(["entries": .array(entries.map { json($0, whole: false) })])
      return ExitCode.done
    }
    guard !entries.isEmpty else {
      output("nothing is in quarantine")
      return ExitCode.done
    }
    var table = TableText(["id", "entity", "field", "reason", "what to do"])
    for entry in entries {
      table.add([
        .number(entry.id), .text(entry.entity), .text(entry.field ?? entry.column ?? ""), .text(entry.reason),
        .text(entry.message),
      ])
    }
    output(table.text(style: style))
    if entries.count == limit { output("only the first \(limit) are listed; see more with --limit N") }
    output("see one whole with: kedge quarantine show ID; try again with: kedge quarantine replay --all")
    return ExitCode.done
  }

  /// `kedge quarantine show`
  func quarantineShow() throws -> Int32 {
    let set = try mappingSet()
    guard let id = command.arguments.first.flatMap({ Int($0) }) else { throw UsageProblem("name an id") }
    guard let entry = try catalog(of: set)?.quarantined(set: set.name, ids: [id]).first else {
      throw UsageProblem(
        "quarantine holds no record \(id) of the mapping set \"\(set.name)\"; see: kedge quarantine list")
    }
    if isJSON {
      output(json(entry, whole: true))
      return ExitCode.done
    }
    var lines = ["record \(entry.id) of \(entry.entity)", "reason: \(entry.reason): \(entry.message)"]
    if let field = entry.field { lines.append("field: \(field)") }
    if let column = entry.column { lines.append("column: \(column)") }
    if let found = entry.found { lines.append("found: \(found)") }
    if let state = entry.sqlState { lines.append("SQLSTATE: \(state)") }
    lines.append("first seen: \(entry.firstSeen); attempts: \(entry.attempts)")
    lines.append("locator: \(shown(entry.locator, entry))")
    lines.append("record: \(shown(entry.record, entry))")
    output(lines.joined(separator: "\n"))
    return ExitCode.done
  }

  private func json(_ entry: QuarantineEntry, whole: Bool) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .int(entry.id)), ("entity", .string(entry.entity)), ("reason", .string(entry.reason)),
      ("message", .string(entry.message)), ("field", .optional(entry.field)),
      ("column", .optional(entry.column)), ("found", .optional(entry.found)),
      ("sqlstate", .optional(entry.sqlState)), ("first_seen", .string(entry.firstSeen)),
      ("attempts", .int(entry.attempts)),
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
      let connection = try PostgresConnection(settings)
      let catalog = Catalog(connection)
      try catalog.ensure()
      try catalog.lock(set: set.name)
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
      foreignKeys: try SchemaPlan([plan], set: set).liveForeignKeys(in: catalog.connection))
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
