internal import Foundation
internal import Mapping
internal import Postgres

/// Writes what looks found to `kedge.audit_differences`, and says how the tally changes by it. Everything happens inside the
/// caller's transaction, from the ``LookTable``.
struct Suspicions {
  /// Tolerated differences that are kept of an entity, for people to see.
  static let toleratedKept = 5

  let run: Int
  let plan: EntityPlan
  let connection: PostgresConnection
  /// Seconds that a difference has to stand.
  let margin: Double

  /// After a first look: writes down what differs. Without a margin that is drift; with one, a suspicion.
  ///
  /// - Returns: the change of the tally. What was suspected by its bytes and is alike now was in flight.
  func record(chunk: Int) throws -> AuditTally {
    let counts = try LookTable.counts(connection)
    let explained =
      try connection.query(
        "SELECT count(*) AS n FROM \(LookTable.name) WHERE is_explained AND verdict = 'matching'"
      ).first?.int("n") ?? 0
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, chunk, kind, key, columns, evidence, rule, locator, other_locator,
        source_digest, target_digest, state)
      SELECT $1, $2, $3, verdict, key, columns, evidence, rule, locator, other_locator, source_digest, target_digest, $4
      FROM \(LookTable.name) WHERE verdict IN ('missing', 'different', 'duplicate', 'extra') ORDER BY id, locator
      """,
      [
        .integer(run), .text(plan.entity.name), .integer(chunk),
        .text(margin > 0 ? "suspected" : "confirmed"),
      ])
    if counts["tolerated"] != nil { try keepTolerated(chunk: chunk) }
    var tally = AuditTally()
    tally.matching = (counts["matching"] ?? 0) + (counts["tolerated"] ?? 0)
    tally.tolerated = counts["tolerated"] ?? 0
    tally.quarantined = counts["quarantined"] ?? 0
    tally.compared = -tally.quarantined
    // Filtered or gone by now, alike by now, or an extra row that has its record or is gone.
    let filtered = counts["filtered"] ?? 0
    tally.compared -= filtered + (counts["gone"] ?? 0)
    tally.filtered = filtered
    tally.inFlight = (counts["matching"] ?? 0) - explained + filtered + (counts["gone"] ?? 0)
    return tally
  }

  /// The same after a look at extra rows, which aren't counted among the source's records.
  func recordExtras(chunk: Int) throws -> AuditTally {
    var tally = try record(chunk: chunk)
    let counts = try LookTable.counts(connection)
    tally.compared = 0
    tally.matching = 0
    tally.inFlight = (counts["gone"] ?? 0) + (counts["present"] ?? 0)
    return tally
  }

  private func keepTolerated(chunk: Int) throws {
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, chunk, kind, key, columns, evidence, rule, locator)
      SELECT $1, $2, $3, verdict, key, columns, evidence, rule, locator FROM \(LookTable.name)
      WHERE verdict = 'tolerated' ORDER BY locator LIMIT greatest(0, \(Self.toleratedKept) - (
        SELECT count(*) FROM kedge.audit_differences WHERE run = $1 AND entity = $2 AND kind = 'tolerated'))
      """, [.integer(run), .text(plan.entity.name), .integer(chunk)])
  }

  /// Locators of the records that a first look suspects, where nothing else has suspected them yet.
  func suspects() throws -> [[UInt8]] {
    try connection.query(
      "SELECT locator FROM \(LookTable.name) WHERE verdict IN ('missing', 'different', 'duplicate') ORDER BY locator"
    ).map { try $0.bytes("locator") }
  }

  /// The change of the tally by what such a look doesn't suspect.
  func settled(chunk: Int) throws -> AuditTally {
    let counts = try LookTable.counts(connection)
    if counts["tolerated"] != nil { try keepTolerated(chunk: chunk) }
    var tally = AuditTally()
    tally.tolerated = counts["tolerated"] ?? 0
    tally.matching = (counts["matching"] ?? 0) + tally.tolerated
    tally.quarantined = counts["quarantined"] ?? 0
    tally.filtered = counts["filtered"] ?? 0
    tally.compared = -(tally.quarantined + tally.filtered + (counts["gone"] ?? 0))
    return tally
  }

  /// After another look at differences that were written down, whose numbers the look table has: what is gone is deleted;
  /// what changed on either side since the last look is young again; what has stood for the margin is drift.
  ///
  /// - Parameter gap: seconds between two looks above which nobody can say that nothing happened in between.
  /// - Returns: the change of the tally.
  func settle(gap: Double) throws -> AuditTally {
    let rows = try connection.query(
      """
      WITH gone AS (
        DELETE FROM kedge.audit_differences d USING \(LookTable.name) l
        WHERE d.id = l.id AND l.verdict NOT IN ('missing', 'different', 'duplicate', 'extra')
        RETURNING d.kind AS was, l.verdict AS verdict),
      compared AS (
        SELECT d.id, l.verdict, l.key, l.columns, l.evidence, l.rule, l.other_locator, l.source_digest, l.target_digest,
          d.kind = l.verdict AND d.source_digest IS NOT DISTINCT FROM l.source_digest
            AND d.target_digest IS NOT DISTINCT FROM l.target_digest AS is_same,
          d.last_seen >= clock_timestamp() - $1 * interval '1 second' AS is_recent, d.first_seen
        FROM kedge.audit_differences d JOIN \(LookTable.name) l ON d.id = l.id
        WHERE l.verdict IN ('missing', 'different', 'duplicate', 'extra')),
      kept AS (
        UPDATE kedge.audit_differences d SET kind = c.verdict, columns = c.columns, evidence = c.evidence, rule = c.rule,
          other_locator = CASE WHEN c.verdict = 'extra' THEN d.other_locator ELSE c.other_locator END,
          source_digest = c.source_digest, target_digest = c.target_digest, looks = d.looks + 1,
          first_seen = CASE WHEN c.is_same AND c.is_recent THEN d.first_seen ELSE clock_timestamp() END,
          last_seen = clock_timestamp(),
          state = CASE WHEN c.is_same AND c.is_recent
            AND d.first_seen <= clock_timestamp() - $2 * interval '1 second' THEN 'confirmed' ELSE 'suspected' END
        FROM compared c WHERE c.id = d.id)
      SELECT was, verdict, count(*) AS n FROM gone GROUP BY 1, 2
      """, [.text("\(gap)"), .text("\(margin)")])
    var tally = AuditTally()
    for row in rows {
      let (was, verdict, n) = (try row.text("was"), try row.text("verdict"), try row.int("n"))
      if was == "extra" {
        tally.inFlight += n
        continue
      }
      switch verdict {
      case "matching":
        tally.matching += n
        tally.inFlight += n
      case "tolerated":
        tally.matching += n
        tally.tolerated += n
      case "quarantined":
        tally.compared -= n
        tally.quarantined += n
      case "filtered":
        tally.compared -= n
        tally.filtered += n
        tally.inFlight += n
      default:
        tally.compared -= n
        tally.inFlight += n
      }
    }
    return tally
  }

  /// Puts the differences' numbers beside the records that were looked at.
  func number(_ ids: [Int]) throws {
    _ = try connection.execute(
      "UPDATE \(LookTable.name) l SET id = d.id FROM kedge.audit_differences d WHERE d.id = ANY ($1::bigint[])"
        + " AND d.locator = l.locator", [.text(ArrayText.of(ids))])
  }
}
