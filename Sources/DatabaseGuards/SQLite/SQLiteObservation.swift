internal import Codec
internal import Executors
public import Guardrails
internal import Postgres
internal import SQLite

/// Writes that a file's triggers let pass and counted: one row of the table, one write.
public struct SQLiteObservation: Sendable, Equatable {
  public var entity: String
  public var operation: WriteOperation
  public var times: Int
  /// In UTC, such as `2026-02-28T09:30:00.125Z`.
  public var firstSeen: String
  public var lastSeen: String

  public init(entity: String, operation: WriteOperation, times: Int, firstSeen: String, lastSeen: String) {
    self.entity = entity
    self.operation = operation
    self.times = times
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }
}

extension SQLiteGuard {
  /// What the file's triggers have counted since they were installed; by entity and operation. Counts of triggers that were
  /// taken away are in `kedge.guard_observations` of the target.
  public func observations() throws -> [SQLiteObservation] {
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    guard try SQLiteSchema(connection).observations != nil,
      try records.all().contains(Self.observationsRecord)
    else { return [] }
    return try Self.observations(connection)
  }

  private static func observations(_ connection: SQLiteConnection) throws -> [SQLiteObservation] {
    let rows = try connection.query(
      "SELECT entity, operation, times, first_seen, last_seen FROM main.\(SQLiteTable.guardObservations)"
        + " WHERE times > 0 ORDER BY entity, operation")
    return rows.compactMap { row in
      guard let entity = row[0].text, let operation = row[1].text.flatMap(WriteOperation.init(rawValue:)),
        let times = row[2].integer, let first = row[3].text, let last = row[4].text
      else { return nil }
      return SQLiteObservation(
        entity: entity, operation: operation, times: times, firstSeen: first, lastSeen: last)
    }
  }

  /// Carries the counts over to the target before their table goes. Safe to repeat: an interruption before the table is
  /// gone finds the same counts again, and puts them in the place of those that it wrote.
  func keepObservations(_ connection: SQLiteConnection) throws {
    let seen = try Self.observations(connection)
    try records.connection.transaction {
      for observation in seen {
        let entity = plan.entity(named: observation.entity)
        let isRetired = entity.map { plan.standing(of: $0, in: index) == .retired } ?? false
        let identity: [PostgresParameter] = [
          .text(plan.set), .text(observation.entity), .text(store), .text(observation.operation.rawValue),
          .text(observation.firstSeen),
        ]
        try records.connection.execute(
          """
          DELETE FROM kedge.guard_observations WHERE set_name = $1 AND entity = $2 AND store = $3 AND operation = $4
            AND seen_by = 'trigger' AND first_seen = $5::timestamptz
          """, identity)
        try records.connection.execute(
          """
          INSERT INTO kedge.guard_observations
            (set_name, entity, store, operation, first_seen, reason, seen_by, times, last_seen)
          VALUES ($1, $2, $3, $4, $5::timestamptz, $6, 'trigger', $7, $8::timestamptz)
          """,
          identity + [
            .text((isRetired ? GuardReason.retired : .notOwner).rawValue), .integer(observation.times),
            .text(observation.lastSeen),
          ])
      }
    }
  }
}
