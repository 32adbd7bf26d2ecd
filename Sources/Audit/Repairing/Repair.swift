internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Schema

/// Makes the target right again where an audit found differences: the one way for `audit --repair`, `--plan` and `--apply`.
///
/// The actions are in ``ActionTable``, from an audit (``makePlan(audit:)``) or from a file. A repair writes what is still as
/// planned on both sides, logs it in the same transaction, and looks at it again afterwards.
final class Repair {
  private let context: BackfillContext
  private let connection: PostgresConnection
  /// In load order; those whose old store is the owner.
  private let plans: [EntityPlan]
  private let parts: [EntityRepair]
  let actions: ActionTable
  private let run: Int

  /// - Parameters:
  ///   - connection: repairs alone; its temporary tables hold the actions.
  ///   - run: under which repairs are logged.
  ///   - file: of the plan, if there is one.
  init(
    _ plans: [EntityPlan], context: BackfillContext, connection: PostgresConnection, run: Int,
    file: String? = nil
  ) throws {
    self.context = context
    self.connection = connection
    self.run = run
    let plans = plans.filter(\.followsItsSource)
    self.plans = plans
    // A statement that queues up for a lock holds up the application's own behind it.
    _ = try connection.execute("SET lock_timeout TO '\(Catalog.lockTimeout)'")
    let actions = try ActionTable(connection)
    self.actions = actions
    let log = try RepairLog(run: run, plan: file, connection)
    parts = plans.map { EntityRepair($0, context: context, actions: actions, log: log) }
  }

  /// Keeps backfills, replays and other repairs of the set away for as long as the connection lives.
  static func takeSet(_ context: BackfillContext, _ connection: PostgresConnection) throws {
    let catalog = Catalog(connection)
    try catalog.lock(set: context.set.name)
    try catalog.verifyPhases(of: context.plans.map(\.entity), in: context.set.name)
  }

  private var written: Int { parts.reduce(0) { $0 + $1.written } }

  /// Says what was done before an error, or Ctrl-C.
  private func tell<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch is RepairInterruption {
      throw RepairError.interrupted(written: written, run: run)
    } catch let error as RepairError {
      throw error
    } catch { throw RepairError.stopped(written: written, run: run, reason: "\(error)") }
  }

  // MARK: Steps

  /// Takes over what an audit has confirmed, with both sides as they are now.
  func makePlan(audit: Int) throws {
    try tell { for part in parts { try part.makePlan(audit: audit) } }
  }

  /// Puts records that can never land, as others have their keys, into quarantine.
  func quarantineDuplicates(audit: Int) throws {
    try tell { for part in parts { try part.quarantineDuplicates(audit: audit) } }
  }

  /// Compares both sides of every action with the plan. Changes nothing. Whether all are as planned, or done already.
  func check() throws -> Bool {
    try tell {
      for part in parts { try part.checkMerges() }
      for part in parts { try part.checkDeletions() }
      return try parts.allSatisfy { try actions.count($0.name, [.changed]) == 0 }
    }
  }

  /// Carries the actions out. One that is refused is tried again for as long as others get on: a row may wait for the one
  /// that it refers to, or for a value that another row still has.
  func execute() throws {
    try tell {
      var states = [ActionTable.State.planned]
      while true {
        let before = written
        for part in parts {
          try part.merge(.insert, states)
          try part.merge(.update, states)
        }
        for part in parts.reversed() { try part.delete(states) }
        for part in parts { try part.exchange() }
        states = [.refused]
        let isStuck =
          try written == before || parts.allSatisfy { try actions.count($0.name, [.refused]) == 0 }
        if isStuck { break }
      }
      for part in parts { try part.verifyMerges() }
      for part in parts { try part.verifyDeletions() }
    }
  }

  /// Notes in the audit's own record which differences are gone. How many, by entity.
  func settle(audit: Int) throws -> [String: Int] {
    var settled: [String: Int] = [:]
    for plan in plans {
      settled[plan.entity.name] = try connection.execute(
        """
        UPDATE kedge.audit_differences d SET is_repaired = true FROM \(ActionTable.name) a
        WHERE d.run = $1 AND d.entity = $2 AND a.entity = $2 AND a.difference = d.id AND NOT d.is_repaired
          AND a.state IN ('already', 'repaired')
        """, [.integer(audit), .text(plan.entity.name)])
    }
    return settled
  }

  /// Orphans that a repair has given a row to refer to, or that were removed with their rows, are repaired, too.
  func recheckOrphans(_ plan: EntityPlan, audit: Int) throws -> Int {
    var repaired = 0
    for reference in plan.entity.references where reference.enforcement != .none && !reference.isArray {
      guard let table = context.set.entity(named: reference.entity)?.table else { continue }
      let match = plan.keyColumns.enumerated().map { index, column in
        "t.\(quotedIdentifier(column.name)) = (d.key[\(index + 1)])::\(column.type.sql)"
      }.joined(separator: " AND ")
      let orphan = orphanSQL(columns: reference.columns, table: table, targets: reference.targetColumns)
      let columns = reference.columns.map(quoteLiteral).joined(separator: ", ")
      repaired += try connection.execute(
        """
        UPDATE kedge.audit_differences d SET is_repaired = true
        WHERE d.run = \(audit) AND d.entity = \(quoteLiteral(plan.entity.name)) AND d.kind = 'orphan'
          AND NOT d.is_repaired AND d.columns = ARRAY[\(columns)]
          AND NOT EXISTS (SELECT FROM \(plan.table.sql) t WHERE \(match) AND \(orphan))
        """)
    }
    return repaired
  }

  // MARK: The report

  /// What became of the actions.
  ///
  /// - Parameter listed: how many actions that weren't done are listed.
  func report(listed: Int) throws -> RepairReport {
    var report = RepairReport(run: run)
    for plan in plans {
      var entity = RepairReport.EntityRepair(entity: plan.entity.name)
      let rows = try connection.query(
        "SELECT state, count(*) AS n FROM \(ActionTable.name) WHERE entity = $1 GROUP BY state",
        [.text(plan.entity.name)])
      for row in rows {
        let count = try row.int("n")
        entity.planned += count
        switch ActionTable.State(rawValue: try row.text("state")) {
        case .already: entity.already += count
        case .changed: entity.changed += count
        case .repaired: entity.repaired += count
        case .refused, .differs, .written: entity.refused += count
        case .planned, nil: entity.untouched += count
        }
      }
      if entity.planned > 0 { report.entities.append(entity) }
      let left = listed - report.undone.count
      guard left > 0 else { continue }
      let undone = try connection.query(
        """
        SELECT a.action, \(RowImage(plan: plan).shownKey)::text AS key, coalesce(a.reason, '') AS reason
        FROM \(ActionTable.name) a WHERE a.entity = $1 AND a.state IN ('changed', 'refused', 'differs')
        ORDER BY a.number LIMIT \(left)
        """, [.text(plan.entity.name)])
      for row in undone {
        report.undone.append(
          .init(
            entity: plan.entity.name, action: try row.text("action"),
            key: try Self.texts(try row.text("key")),
            reason: try row.text("reason")))
      }
    }
    return report
  }

  private static func texts(_ json: String) throws -> [String] {
    try JSONDecoder().decode([String?].self, from: Data(json.utf8)).map { $0 ?? "" }
  }

  // MARK: The file

  /// Writes what is to be done into a file. How many actions it has.
  func write(to file: String, _ header: PlanHeader) throws -> Int {
    let writer = try PlanWriter(file, header)
    do {
      for plan in plans {
        var after = 0
        while true {
          if context.stop.isSet { throw RepairError.interrupted(written: 0, run: run) }
          let rows = try connection.query(
            """
            SELECT a.number, a.action, \(RowImage(plan: plan).shownKey)::text AS key, a.locator, a.difference, a.source,
              a.target, a.evidence, array_to_string(a.takes, E'\\n') AS takes
            FROM \(ActionTable.name) a WHERE a.entity = $1 AND a.state = 'planned' AND a.number > $2 ORDER BY a.number
            LIMIT \(ActionTable.batch)
            """, [.text(plan.entity.name), .integer(after)])
          guard let last = rows.last else { break }
          after = try last.int("number")
          for row in rows {
            let columns = try row["evidence"].map {
              try JSONDecoder().decode([ColumnEvidence].self, from: Data($0.utf8))
            }
            let action = PlannedAction(
              number: writer.actions + 1, entity: plan.entity.name,
              kind: PlannedAction.Kind(rawValue: try row.text("action")) ?? .update, key: [],
              columns: columns ?? [],
              takes: try (row["takes"] ?? "").split(separator: "\n").compactMap { Taken(String($0)) },
              locator: try row.optionalBytes("locator"), difference: try row.int("difference"),
              source: try row.optionalBytes("source"), target: try row.optionalBytes("target"))
            try writer.write(action, key: try Self.texts(try row.text("key")), isNamed: !plan.hidesNames)
          }
        }
      }
      try writer.finish()
      return writer.actions
    } catch {
      writer.abandon()
      throw error
    }
  }
}
