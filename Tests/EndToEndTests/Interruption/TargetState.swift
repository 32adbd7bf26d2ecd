import Foundation
import TestSupport

/// What a target holds, and what a run said of it: all that must be the same however often the run was interrupted.
struct TargetState {
  /// Rows by where they are from, in a fixed order.
  private(set) var sections: [String: [String]] = [:]

  /// - Parameter report: the JSON report of the run that ended.
  init(_ target: TestPostgres, report: [String: Any]) throws {
    for table in try target.rows(
      "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        + "WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname NOT IN ('kedge', 'information_schema')")
    {
      sections[table] = try target.rows(
        "SELECT t::text FROM \(table) t ORDER BY t::text COLLATE \"C\"")
    }
    // Not when it was seen, nor how often, nor its number: those tell of the interruption.
    sections["quarantine"] = try target.rows(
      """
      SELECT entity, encode(locator, 'hex') AS locator, reason, field, path, column_name, found, expected, sqlstate,
        constraint_name, message, encode(sha256(record), 'hex'), is_personal
      FROM kedge.quarantine ORDER BY entity, locator
      """)
    sections["constraints"] = try target.rows(
      """
      SELECT conrelid::regclass::text AS place, conname, convalidated, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'core'::regnamespace ORDER BY place, conname
      """)
    sections["indexes"] = try target.rows(
      """
      SELECT indexrelid::regclass::text AS place, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index
      WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'core'::regnamespace) ORDER BY place
      """)
    sections["runs that ended"] = try target.rows("SELECT DISTINCT state FROM kedge.runs")
    let entities = report["entities"] as? [[String: Any]] ?? []
    sections["report"] = entities.map { entity in
      ["entity", "read", "landed", "unchanged", "quarantined", "filtered"].map {
        "\($0) \(entity[$0] ?? "?")"
      }
      .joined(separator: ", ")
    }
    sections["unmapped"] = entities.flatMap { entity in
      (entity["unmapped"] as? [[String: Any]] ?? []).map { field in
        let kinds = (field["kinds"] as? [String] ?? []).sorted().joined(separator: "/")
        return "\(entity["entity"] ?? "?").\(field["path"] ?? "?"): \(field["records"] ?? "?") \(kinds)"
      }.sorted()
    }
  }

  /// What a run says that finds everything done: every record that had landed is unchanged now.
  mutating func expectNothingToDo() {
    sections["report"] = sections["report"]?.map { line in
      var numbers = line.split(separator: ",").map { $0.split(separator: " ").map(String.init) }
      if numbers.count == 6, let landed = Int(numbers[2][1]), let unchanged = Int(numbers[3][1]) {
        (numbers[2][1], numbers[3][1]) = ("0", "\(landed + unchanged)")
      }
      return numbers.map { $0.joined(separator: " ") }.joined(separator: ", ")
    }
  }

  /// In what the other differs from this one, a line for each row; empty if in nothing.
  func differences(to other: TargetState) -> [String] {
    var found: [String] = []
    for name in Set(sections.keys).union(other.sections.keys).sorted() {
      let (wanted, given) = (sections[name] ?? [], other.sections[name] ?? [])
      if wanted == given { continue }
      let (expected, actual) = (Set(wanted), Set(given))
      found += expected.subtracting(actual).sorted().map { "\(name): missing: \($0)" }
      found += actual.subtracting(expected).sorted().map { "\(name): not expected: \($0)" }
      if expected == actual {
        found.append("\(name): \(given.count) rows instead of \(wanted.count), or another order")
      }
    }
    return found
  }

  /// What is wrong with a target that a process died over: whatever stands there must be whole chunks.
  static func faults(_ target: TestPostgres) throws -> [String] {
    guard try target.value("SELECT to_regclass('kedge.chunks') IS NOT NULL") == "t" else { return [] }
    var faults = try target.rows(
      """
      SELECT entity, chunk, 'is not balanced' FROM kedge.chunks
      WHERE is_done AND read <> landed + unchanged + quarantined + filtered
      """)
    // Before the second pass that broken references ask for, the rows of a table that was empty are those of its chunks.
    for (entity, _) in LedgerRecords.counts
    where try target.value("SELECT to_regclass('core.\(entity)') IS NOT NULL") == "t" {
      faults += try target.rows(
        """
        SELECT * FROM (SELECT '\(entity)' AS entity, (SELECT count(*) FROM core.\(entity)) AS rows,
          (SELECT coalesce(sum(landed), 0) FROM kedge.chunks c WHERE c.run = e.run AND c.entity = e.entity AND is_done)
            + e.replayed AS landed
          FROM kedge.run_entities e WHERE e.run = (SELECT max(id) FROM kedge.runs) AND e.entity = '\(entity)'
            AND e.is_fresh) s WHERE rows <> landed
        """
      ).map { "rows and landed records differ: \($0)" }
    }
    return faults
  }
}
