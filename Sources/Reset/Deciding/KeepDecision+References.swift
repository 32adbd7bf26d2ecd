internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// From what stays to what it refers to.
extension KeepDecision {
  private static let values = "kedge_reset_values"

  /// One declared reference, of an entity or of one of its child tables.
  private struct Outgoing {
    let reference: Reference
    let child: Int?
  }

  private func outgoing(_ plan: EntityPlan) -> [Outgoing] {
    plan.entity.references.map { Outgoing(reference: $0, child: nil) }
      + plan.children.enumerated().flatMap { index, child in
        child.source.references.map { Outgoing(reference: $0, child: index) }
      }
  }

  // MARK: What was found in the last round

  /// Follows what an entity keeps since the last round.
  func follow(_ entity: Entity) throws {
    let rows = plan.rows(of: entity)
    let records = plan.records(of: entity)
    if rows != nil, let table = plan.plan(of: entity), try tables.hasRows(entity, round: current) {
      if let records { try keepRecordsWithKeys(of: table, in: records) }
      try followRows(table)
    }
    if let records, try tables.hasRecords(records, round: current) {
      if rows != nil, let table = plan.plan(of: entity) { try keepRowsOfRecords(table, in: records) }
      try followRecords(entity) { plan, body in
        try stage.kept(plan, in: records, round: current, body)
      }
      try followFile(records)
    }
  }

  /// Follows everything that an entity refers to which stays as a whole.
  func followAll(of entity: Entity) throws {
    if plan.rows(of: entity) != nil, let table = plan.plan(of: entity) {
      for outgoing in outgoing(table) {
        try follow(
          outgoing.reference,
          values: "SELECT DISTINCT \(selected(outgoing, table)) FROM \(relation(outgoing, table)) WHERE "
            + present(outgoing, table))
      }
    }
    if plan.records(of: entity) != nil {
      try followRecords(entity) { plan, body in try stage.all(plan, body) }
    }
  }

  // MARK: One entity in two stores

  private func newKeys(_ entity: Entity) -> String {
    "(SELECT w.key FROM \(KeptTables.keys) w WHERE w.entity = \(quoteLiteral(entity.name)) AND w.round = \(current)) w"
  }

  /// The records from which rows that stay were copied, or would be.
  private func keepRecordsWithKeys(of plan: EntityPlan, in object: ResetObject) throws {
    let staged = try stage.columns(plan.entity, plan.entity.key)
    let match = plan.keyColumns.enumerated().map { index, column in
      "s.\(quotedIdentifier(column.name)) = (w.key[\(index + 1)])::\(column.type.plain.sql)"
    }.joined(separator: " AND ")
    try keep(
      object, records: "SELECT s.locator FROM \(staged) s JOIN \(newKeys(plan.entity)) ON \(match)")
  }

  /// The copies of records that stay.
  private func keepRowsOfRecords(_ plan: EntityPlan, in object: ResetObject) throws {
    let match = plan.keyColumns.map { "\($0.comparable("t")) = s.\(quotedIdentifier($0.name))" }
      .joined(separator: " AND ")
    try stage.kept(
      try stage.plan(plan.entity.partial(plan.entity.key)), in: object, round: current
    ) { staged in
      try keep(
        plan.entity,
        rows: "SELECT \(plan.keyTexts("t")) FROM \(staged.main) s JOIN \(plan.table.sql) t ON \(match)")
    }
  }

  // MARK: References

  private func followRows(_ table: EntityPlan) throws {
    let entity = table.entity
    for outgoing in outgoing(table) {
      try follow(
        outgoing.reference,
        values: "SELECT DISTINCT \(selected(outgoing, table)) FROM \(newKeys(entity)) JOIN"
          + " \(relation(outgoing, table, on: table.keyMatches(of: outgoing.child, "t", "w"))) WHERE "
          + present(outgoing, table))
    }
    // Those that the mapping doesn't know, too.
    for object in plan.objects where object.entity == entity.name {
      guard case .rows(let name, let child) = object.place else { continue }
      for key in plan.foreignKeys where key.table == name {
        try keepReferred(
          by: key, "\(newKeys(entity)) JOIN \(name.sql) c ON \(table.keyMatches(of: child, "c", "w"))",
          where: "true")
      }
    }
  }

  /// References of records, which `read` hands out staged.
  private func followRecords(
    _ entity: Entity, _ read: (EntityPlan, (StagingTables) throws -> Void) throws -> Void
  ) throws {
    for reference in entity.references {
      let partial = try stage.plan(entity.partial(reference.columns))
      try follow(reference, of: partial, child: nil, read)
    }
    guard entity.children.contains(where: { $0.all.contains { !$0.references.isEmpty } }) else { return }
    let partial = try stage.plan(entity.partialWithChildren())
    for (index, child) in partial.children.enumerated() {
      for reference in child.source.references { try follow(reference, of: partial, child: index, read) }
    }
  }

  private func follow(
    _ reference: Reference, of partial: EntityPlan, child: Int?,
    _ read: (EntityPlan, (StagingTables) throws -> Void) throws -> Void
  ) throws {
    let outgoing = Outgoing(reference: reference, child: child)
    var isFirst = true
    try read(partial) { staged in
      let name = staged.names[child.map { $0 + 1 } ?? 0]
      let query =
        "SELECT DISTINCT \(selected(outgoing, partial)) FROM \(relation(outgoing, partial, staged: name)) WHERE "
        + present(outgoing, partial)
      try collect(query, isFirst: isFirst)
      isFirst = false
    }
    guard !isFirst else { return }
    try keepReferred(by: reference)
  }

  private func follow(_ reference: Reference, values: String) throws {
    try collect(values, isFirst: true)
    try keepReferred(by: reference)
  }

  private func collect(_ values: String, isFirst: Bool) throws {
    if isFirst {
      _ = try connection.execute("DROP TABLE IF EXISTS pg_temp.\(Self.values)")
      _ = try connection.execute("CREATE TEMP TABLE \(Self.values) AS \(values)")
    } else {
      _ = try connection.execute("INSERT INTO pg_temp.\(Self.values) \(values)")
    }
  }

  /// Keeps what has the collected values in the columns that the reference names.
  private func keepReferred(by reference: Reference) throws {
    guard let entity = plan.set.entity(named: reference.entity), !entity.resetKeepsAll,
      try connection.query("SELECT EXISTS (SELECT FROM pg_temp.\(Self.values)) AS found").first?["found"]
        == "t"
    else { return }
    func condition(_ column: (String) -> String) -> String {
      "EXISTS (SELECT FROM pg_temp.\(Self.values) v WHERE "
        + reference.targetColumns.enumerated().map { "\(column($1)) = v.v\($0)" }.joined(separator: " AND ")
        + ")"
    }
    if plan.rows(of: entity) != nil, let table = plan.plan(of: entity) {
      let match = condition { name in
        table.columns.first { $0.name == name }?.comparable("o") ?? "o.\(quotedIdentifier(name))"
      }
      try keep(entity, rows: "SELECT \(table.keyTexts("o")) FROM \(table.table.sql) o WHERE \(match)")
    }
    if let records = plan.records(of: entity), !records.keepsAll {
      let staged = try stage.columns(entity, reference.targetColumns)
      try keep(
        records,
        records: "SELECT o.locator FROM \(staged) o WHERE " + condition { "o.\(quotedIdentifier($0))" })
    }
  }

  // MARK: SQL

  private func columns(_ outgoing: Outgoing, _ plan: EntityPlan) -> [TargetColumn] {
    let all = outgoing.child.map { plan.children[$0].columns } ?? plan.columns
    return outgoing.reference.columns.compactMap { name in all.first { $0.name == name } }
  }

  private func selected(_ outgoing: Outgoing, _ plan: EntityPlan) -> String {
    columns(outgoing, plan).enumerated().map { index, column in
      (outgoing.reference.isArray ? "e.v" : column.comparable("t")) + " AS v\(index)"
    }.joined(separator: ", ")
  }

  private func relation(
    _ outgoing: Outgoing, _ plan: EntityPlan, staged: String? = nil, on condition: String? = nil
  ) -> String {
    let table = staged ?? plan.table(of: outgoing.child).sql
    var sql = "\(table) t" + (condition.map { " ON \($0)" } ?? "")
    if outgoing.reference.isArray, let column = columns(outgoing, plan).first {
      sql += " CROSS JOIN LATERAL unnest(\(column.comparable("t"))) AS e(v)"
    }
    return sql
  }

  private func present(_ outgoing: Outgoing, _ plan: EntityPlan) -> String {
    columns(outgoing, plan).map { column in
      outgoing.reference.isArray ? "e.v IS NOT NULL" : "t.\(quotedIdentifier(column.name)) IS NOT NULL"
    }.joined(separator: " AND ")
  }
}
