public import Guardrails
internal import Mapping
public import Postgres

/// The observations that the target keeps: of programs with a ``LiveGuardrails``, and of the triggers in the target itself.
public struct ObservationArchive {
  private let connection: PostgresConnection

  /// - Parameter connection: into the target.
  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// All that is known of a mapping set.
  ///
  /// - Parameters:
  ///   - since: what was last seen before that is left out.
  ///   - clearing: the entities whose observations are thrown away once they are read; nil for none.
  /// - Throws: `PostgresError`.
  public func evidence(_ plan: GuardPlan, since: UTCTime? = nil, clearing: [String]? = nil) throws
    -> ObservationEvidence
  {
    // Read and thrown away as of one moment: what comes in meanwhile is neither.
    try connection.transaction(isolation: "repeatable read", readOnly: clearing == nil) {
      let now = try connection.query("SELECT \(Self.text("clock_timestamp()")) AS now").first?.text("now")
      guard let now, let now = UTCTime(now) else { throw UnreadableObservation(text: "the server's time") }
      var evidence = ObservationEvidence(now: now)
      evidence.findings = try findings(plan.set, since: since)
      evidence.watches = try watches(plan, until: now)
      for row in try connection.query(
        "SELECT entity, \(Self.text("cleared_at")) AS at FROM kedge.guard_clearings WHERE set_name = $1",
        [.text(plan.set)])
      { evidence.cleared[try row.text("entity")] = try time(row, "at") }
      if let clearing { try clear(plan.set, clearing, at: now) }
      return evidence
    }
  }

  private func findings(_ set: String, since: UTCTime?) throws -> [ObservationEvidence.Finding] {
    let rows = try connection.query(
      """
      SELECT entity, store, operation, reason, writer, coalesce(caller, '') AS caller, sum(times)::bigint AS times,
        \(Self.text("min(first_seen)")) AS first_seen, \(Self.text("max(last_seen)")) AS last_seen,
        array_to_string(array_agg(DISTINCT seen_by ORDER BY seen_by), chr(31)) AS seen_by
      FROM kedge.guard_observations
      WHERE set_name = $1 AND ($2::timestamptz IS NULL OR last_seen >= $2::timestamptz)
      GROUP BY entity, store, operation, reason, writer, coalesce(caller, '')
      """, [.text(set), .optional(since?.description)])
    return try rows.map { row in
      let (operationWord, reasonWord) = (try row.text("operation"), try row.text("reason"))
      guard let operation = WriteOperation(word: operationWord),
        let reason = GuardReason(rawValue: reasonWord)
      else { throw UnreadableObservation(text: "\(operationWord), \(reasonWord)") }
      return ObservationEvidence.Finding(
        GuardObservation(
          set: set, entity: try row.text("entity"), store: try row.text("store"), operation: operation,
          reason: reason, writer: try row["writer"], caller: try row.text("caller"),
          times: try row.int("times"),
          firstSeen: try time(row, "first_seen"), lastSeen: try time(row, "last_seen")),
        seenBy: try row.text("seen_by").split(separator: "\u{1F}").map(String.init))
    }
  }

  /// Programs that said so, and the triggers from when they were installed.
  private func watches(_ plan: GuardPlan, until now: UTCTime) throws -> [ObservationEvidence.Watch] {
    let programs = try connection.query(
      """
      SELECT entity, seen_by, \(Self.text("started_at")) AS from, \(Self.text("heard_at")) AS until
      FROM kedge.guard_watches WHERE set_name = $1 ORDER BY entity, seen_by, started_at
      """, [.text(plan.set)]
    ).map { row in
      ObservationEvidence.Watch(
        entity: try row.text("entity"), seenBy: try row.text("seen_by"), from: try time(row, "from"),
        until: try time(row, "until"))
    }
    let stores = plan.stores.filter { $0.kind == .postgres }.map(\.name)
    let triggers = try connection.query(
      """
      SELECT entity, store, \(Self.text("min(installed_at)")) AS from FROM kedge.guard_objects
      WHERE set_name = $1 AND kind = 'trigger' AND entity <> '' GROUP BY entity, store ORDER BY entity, store
      """, [.text(plan.set)]
    ).map { row in
      (
        store: try row.text("store"),
        watch: ObservationEvidence.Watch(
          entity: try row.text("entity"), seenBy: "the triggers in store \(try row.text("store"))",
          from: try time(row, "from"), until: now)
      )
    }
    return programs + triggers.filter { stores.contains($0.store) }.map(\.watch)
  }

  private func clear(_ set: String, _ entities: [String], at now: UTCTime) throws {
    for entity in entities {
      _ = try connection.execute(
        "DELETE FROM kedge.guard_observations WHERE set_name = $1 AND entity = $2",
        [.text(set), .text(entity)])
      _ = try connection.execute(
        """
        INSERT INTO kedge.guard_clearings VALUES ($1, $2, $3::timestamptz)
        ON CONFLICT (set_name, entity) DO UPDATE SET cleared_at = EXCLUDED.cleared_at
        """, [.text(set), .text(entity), .text(now.description)])
      // Of programs that have ended, or are about to be heard of again.
      _ = try connection.execute(
        "DELETE FROM kedge.guard_watches WHERE set_name = $1 AND entity = $2 AND heard_at < $3::timestamptz - interval '1 day'",
        [.text(set), .text(entity), .text(now.description)])
    }
  }

  private func time(_ row: PostgresRow, _ column: String) throws -> UTCTime {
    let text = try row.text(column)
    guard let time = UTCTime(text) else { throw UnreadableObservation(text: text) }
    return time
  }

  /// A time as ``UTCTime`` reads it.
  private static func text(_ expression: String) -> String {
    "to_char(\(expression) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
  }
}

/// A row of observations that this version can't read.
public struct UnreadableObservation: Error, Sendable, Equatable, CustomStringConvertible {
  /// What isn't understood.
  public let text: String

  /// The error as a sentence that says what to do.
  public var description: String {
    "kedge.guard_observations has a row that this kedge doesn't understand (\(text)); a newer kedge may have written it: use that"
  }
}
