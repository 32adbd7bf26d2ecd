internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// Compares staged source records with the target inside the server, column by column: the exact answer, and the one that
/// every suspected difference is put to before it is called drift.
struct RecordComparison {
  private let plan: EntityPlan
  private let staging: StagingTables
  private let tests: [EvidenceSQL.Test]

  init(_ plan: EntityPlan, _ staging: StagingTables) {
    self.plan = plan
    self.staging = staging
    tests =
      EvidenceSQL.tests(plan)
      + plan.children.enumerated().map { index, child in
        EvidenceSQL.test(child, of: plan, stage: staging.names[index + 1])
      }
  }

  private var firstKey: String { "t.\(quotedIdentifier(plan.keyColumns[0].name))" }

  private var waits: String {
    "EXISTS (SELECT FROM kedge.quarantine q WHERE q.set_name = $1 AND q.entity = $2"
      + " AND sha256(q.locator) = sha256(s.\(StagingTables.locator)))"
  }

  private func list(_ elements: [String]) -> String {
    "array_remove(ARRAY[\(elements.joined(separator: ", "))]::text[], NULL)"
  }

  /// Writes what became of every staged record to the ``LookTable``. `$1` is the set, `$2` the entity.
  ///
  /// Of several records with the key of one row (or with one key that no row has) one has the row: the one that it is
  /// alike, else the first. The others are duplicates. Records in quarantine don't take part.
  var lookSQL: String {
    let locator = StagingTables.locator
    let differing = list(tests.map { "CASE WHEN \($0.drifts) THEN \(quoteLiteral($0.name)) END" })
    let rules = list(
      tests.compactMap { test in
        guard let rule = test.rule, let beyond = test.isBeyond else { return nil }
        return "CASE WHEN (\(test.differs)) AND NOT (\(beyond)) THEN \(quoteLiteral(rule)) END"
      })
    let touched = list(
      tests.filter { $0.rule != nil }.map { "CASE WHEN \($0.differs) THEN \(quoteLiteral($0.name)) END" })
    let evidence = EvidenceSQL.evidence(tests)
    let keys = plan.keyColumns.map { "s.\(quotedIdentifier($0.name))" }
    let absent = keys.enumerated().map { "CASE WHEN \(firstKey) IS NULL THEN \($1) END AS absent\($0)" }
      .joined(separator: ", ")
    let written = tests.compactMap(\.isWrittenOtherwise).joined(separator: " OR ")
    let parts = (["waits", "relation", "place_of_row"] + keys.indices.map { "absent\($0)" }).joined(
      separator: ", ")
    return """
      INSERT INTO \(LookTable.name) (locator, other_locator, verdict, key, columns, evidence, rule, source_digest,
        target_digest, is_explained)
      WITH compared AS MATERIALIZED (
        SELECT s.\(StagingTables.row) AS number, s.\(locator) AS locator, \(firstKey) IS NOT NULL AS is_here,
          t.tableoid AS relation, t.ctid AS place_of_row, \(absent), \(waits) AS waits,
          ARRAY[\(keys.map { "\($0)::text" }.joined(separator: ", "))]::text[] AS key,
          CASE WHEN \(firstKey) IS NULL THEN '{}'::text[] ELSE \(differing) END AS columns,
          CASE WHEN \(firstKey) IS NULL THEN '{}'::text[] ELSE \(rules) END AS rules,
          CASE WHEN \(firstKey) IS NULL THEN '{}'::text[] ELSE \(touched) END AS touched,
          CASE WHEN \(firstKey) IS NULL THEN '{}'::jsonb ELSE \(evidence) END AS evidence,
          \(firstKey) IS NOT NULL AND (\(written.isEmpty ? "false" : written)) AS is_written_otherwise,
          \(EvidenceSQL.digest(plan, stages: staging.names)) AS source_digest,
          CASE WHEN \(firstKey) IS NOT NULL THEN \(EvidenceSQL.digest(plan, stages: nil)) END AS target_digest
        FROM \(staging.main) s LEFT JOIN \(plan.table.sql) t ON \(plan.keysMatch("t", "s"))),
      placed AS (
        SELECT *, row_number() OVER claim AS place, first_value(locator) OVER claim AS owner,
          count(*) OVER (PARTITION BY \(parts)) AS claims
        FROM compared
        WINDOW claim AS (PARTITION BY \(parts) ORDER BY (is_here AND columns = '{}') DESC, number))
      SELECT locator, CASE WHEN place > 1 THEN owner END,
        CASE WHEN waits THEN 'quarantined' WHEN place > 1 THEN 'duplicate' WHEN NOT is_here THEN 'missing'
          WHEN columns <> '{}' THEN 'different' WHEN rules <> '{}' THEN 'tolerated' ELSE 'matching' END,
        key, CASE WHEN columns <> '{}' THEN columns ELSE touched END,
        CASE WHEN place > 1 THEN '{}' ELSE evidence END, CASE WHEN columns = '{}' THEN nullif(array_to_string(rules, '; '), '') END,
        source_digest, target_digest, NOT waits AND (place = 1 AND claims > 1 OR is_written_otherwise)
      FROM placed
      """
  }

  /// For many records at once, most of them alike: how many match, how many wait in quarantine, and the locator of each
  /// other one. `$1` is the set, `$2` the entity.
  var bulkSQL: String {
    let differs = tests.isEmpty ? "false" : tests.map { "(\($0.differs))" }.joined(separator: " OR ")
    return """
      WITH compared AS MATERIALIZED (
        SELECT s.\(StagingTables.locator) AS locator, \(waits) AS waits,
          \(firstKey) IS NOT NULL AND NOT (\(differs)) AS is_alike
        FROM \(staging.main) s LEFT JOIN \(plan.table.sql) t ON \(plan.keysMatch("t", "s")))
      SELECT 'matching' AS kind, count(*) AS n, NULL::bytea AS locator FROM compared WHERE is_alike AND NOT waits
      UNION ALL SELECT 'waiting', count(*), NULL FROM compared WHERE waits
      UNION ALL SELECT 'suspect', 1, locator FROM compared WHERE NOT waits AND NOT is_alike
      """
  }
}
