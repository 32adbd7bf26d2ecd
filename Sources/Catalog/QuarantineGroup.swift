internal import Postgres

/// Quarantined records that wait for the same reason.
public struct QuarantineGroup: Sendable {
  public var entity: String
  public var reason: String
  /// The source path as the mapping has it.
  public var field: String?
  public var column: String?
  /// The kinds of value that were found.
  public var found: [String]
  public var expected: String?
  public var sqlState: String?
  public var constraint: String?
  public var count: Int
  /// The entry that waits longest: its id, and where exactly its value stands.
  public var exampleID: Int
  public var examplePath: String?
  public var message: String
  public var firstSeen: String
  public var lastSeen: String
}

extension Catalog {
  /// What waits, by reason: the largest group first.
  ///
  /// - Parameter entities: names; empty for all.
  public func quarantineGroups(set: String, entities: [String] = []) throws -> [QuarantineGroup] {
    let names = entities.indices.map { "$\($0 + 2)" }.joined(separator: ", ")
    let condition = entities.isEmpty ? "" : " AND entity IN (\(names))"
    let rows = try connection.query(
      """
      SELECT g.*, e.path AS example_path, e.message
      FROM (SELECT entity, reason, field, column_name, expected, sqlstate, constraint_name, count(*) AS n,
          min(id) AS example, string_agg(DISTINCT found, E'\\n' ORDER BY found) AS found,
          \(Self.moment("min(first_seen)")) AS first_seen, \(Self.moment("max(last_seen)")) AS last_seen
        FROM kedge.quarantine WHERE set_name = $1\(condition)
        GROUP BY entity, reason, field, column_name, expected, sqlstate, constraint_name) g
      JOIN kedge.quarantine e ON e.id = g.example
      ORDER BY g.n DESC, g.entity, g.reason, g.field
      """, [.text(set)] + entities.map { .text($0) })
    return try rows.map { row in
      QuarantineGroup(
        entity: try row["entity"] ?? "", reason: try row["reason"] ?? "", field: try row["field"],
        column: try row["column_name"],
        found: (try row["found"] ?? "").split(separator: "\n").map(String.init),
        expected: try row["expected"],
        sqlState: try row["sqlstate"], constraint: try row["constraint_name"], count: try row.int("n"),
        exampleID: try row.int("example"), examplePath: try row["example_path"],
        message: try row["message"] ?? "",
        firstSeen: try row["first_seen"] ?? "", lastSeen: try row["last_seen"] ?? "")
    }
  }
}
