internal import Catalog
internal import CommandLine
internal import Mapping
internal import Postgres

extension Session {
  /// `kedge status`
  func status() throws -> Int32 {
    let set = try liveSet()
    guard let settings = try existingTarget(of: set) else {
      reportNothing(set, nil)
      return ExitCode.done
    }
    let connection = try PostgresConnection(settings)
    let migrations = try migrationStanding(set, connection)
    guard try Catalog(connection).exists() else {
      reportNothing(set, migrations)
      return ExitCode.done
    }
    let runs = try connection.query(
      """
      SELECT id, kind, state, coalesce(error, '') AS error,
        to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS started,
        coalesce(round(extract(epoch FROM coalesce(finished_at, clock_timestamp()) - started_at), 1)::text, '') AS seconds
      FROM kedge.runs WHERE set_name = $1 ORDER BY id DESC LIMIT 10
      """, [.text(set.name)])
    var entities: [(entity: Entity, run: String, chunks: String, rows: String, waiting: Int)] = []
    for entity in set.entities where entity.owner == .core {
      entities.append(try state(of: entity, set, connection))
    }
    let current = try unfinishedRun(set, Catalog(connection))
    let schedule = try auditSchedule(set, Catalog(connection))
    if isJSON {
      output([
        "set": .string(set.name), "current": current.map(json) ?? .null,
        "schedule": schedule.map(json) ?? .null, "migrations": migrations?.json ?? .null,
        "runs": .array(
          try runs.map {
            [
              "run": .int(try $0.int("id")), "kind": .optional(try $0["kind"]),
              "state": .optional(try $0["state"]),
              "started": .optional(try $0["started"]),
              "seconds": .double(try Double($0["seconds"] ?? "") ?? 0),
              "error": .optional(try $0["error"]),
            ]
          }),
        "entities": .array(
          entities.map {
            [
              "entity": .string($0.entity.name), "phase": .string($0.entity.phase.rawValue),
              "run": .string($0.run), "chunks": .string($0.chunks), "rows": .string($0.rows),
              "quarantined": .int($0.waiting),
            ]
          }),
      ])
      return ExitCode.done
    }
    var table = TableText([
      "entity", "phase", "last backfill", "chunks done", "rows (estimate)", "in quarantine",
    ])
    for state in entities {
      table.add([
        .text(state.entity.name), .text(state.entity.phase.rawValue), .text(state.run),
        .measure(state.chunks),
        .measure(state.rows), .number(state.waiting),
      ])
    }
    var recent = TableText(["run", "kind", "state", "started (UTC)", "seconds"])
    for run in runs {
      recent.add([
        .number(try run.int("id")), .text(try run["kind"] ?? ""), .text(try run["state"] ?? ""),
        .text(try run["started"] ?? ""), .measure(try run["seconds"] ?? ""),
      ])
    }
    output(table.text(style: style))
    output("\n" + recent.text(style: style))
    if let current { output("\n" + text(current)) }
    if let schedule { output("\n" + text(schedule)) }
    if let migrations { output("\n" + migrations.text) }
    if let run = runs.first, let error = try run["error"], !error.isEmpty { output("last error: \(error)") }
    return ExitCode.done
  }

  private func reportNothing(_ set: MappingSet, _ migrations: MigrationStanding?) {
    if isJSON {
      output([
        "set": .string(set.name), "current": .null, "schedule": .null,
        "migrations": migrations?.json ?? .null, "runs": [], "entities": [],
      ])
      return
    }
    output(
      "nothing of the mapping set \"\(set.name)\" has been moved yet; begin with: kedge backfill")
    if let migrations { output(migrations.text) }
  }

  private func state(of entity: Entity, _ set: MappingSet, _ connection: PostgresConnection) throws -> (
    entity: Entity, run: String, chunks: String, rows: String, waiting: Int
  ) {
    let row = try connection.query(
      """
      SELECT e.run, e.is_done, count(c.chunk) FILTER (WHERE c.is_done) AS done, count(c.chunk) AS planned
      FROM kedge.run_entities e JOIN kedge.runs r ON r.id = e.run
      LEFT JOIN kedge.chunks c ON c.run = e.run AND c.entity = e.entity
      WHERE r.set_name = $1 AND e.entity = $2 GROUP BY e.run, e.is_done ORDER BY e.run DESC LIMIT 1
      """, [.text(set.name), .text(entity.name)]
    ).first
    let rows = try connection.query(
      "SELECT reltuples::bigint AS n FROM pg_class WHERE oid = to_regclass($1)",
      [.text(entity.table?.sql ?? "")]
    ).first?.int("n")
    let waiting = try Catalog(connection).quarantineCount(set: set.name, entity: entity.name)
    let run =
      try row.map { try "\($0["run"] ?? "") \($0["is_done"] == "t" ? "done" : "unfinished")" } ?? "never"
    let chunks = try row.map { try "\($0["done"] ?? "0") of \($0["planned"] ?? "0")" } ?? ""
    return (entity, run, chunks, rows.map { $0 < 0 ? "?" : "\($0)" } ?? "no table", waiting)
  }
}
