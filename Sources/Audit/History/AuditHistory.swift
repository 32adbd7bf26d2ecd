internal import Codec
internal import Foundation
public import Mapping
public import Postgres

/// Past audits, as schema `kedge` of the target holds them: reports in `kedge.runs`, differences in
/// `kedge.audit_differences`.
public struct AuditHistory {
  private let connection: PostgresConnection
  private let set: String
  /// The columns of each entity's key, by the mapping of today.
  private let keys: [String: [(name: String, isPersonal: Bool)]]

  /// - Parameters:
  ///   - connection: to a target whose catalog is of this version.
  ///   - plans: the set's entities, which say whose keys are personal.
  public init(_ connection: PostgresConnection, set: String, plans: [EntityPlan]) {
    self.connection = connection
    self.set = set
    keys = Dictionary(
      plans.map { ($0.entity.name, $0.keyColumns.map { ($0.name, $0.isPersonal) }) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The latest audits, the latest first.
  ///
  /// - Parameter before: only audits with a lower number.
  public func list(limit: Int, before run: Int? = nil) throws -> [PastAudit] {
    try connection.query(
      """
      \(Self.columns) FROM kedge.runs WHERE kind = 'audit' AND set_name = $1 AND id < coalesce($3::bigint, id + 1)
      ORDER BY id DESC LIMIT $2
      """, [.text(set), .integer(limit), .optional(run)]
    ).map(audit)
  }

  /// One audit of the set; nil where there is none of that number.
  public func find(_ run: Int) throws -> PastAudit? {
    try connection.query(
      "\(Self.columns) FROM kedge.runs WHERE kind = 'audit' AND set_name = $1 AND id = $2",
      [.text(set), .integer(run)]
    ).first.map(audit)
  }

  /// Puts the first differences of each entity into a report that was kept without them.
  ///
  /// - Parameter limit: how many differences of each entity.
  public func list(_ limit: Int, in report: inout AuditReport) throws {
    for index in report.entities.indices {
      report.entities[index].differences = try first(
        limit, of: report.entities[index].entity, in: report.run)
    }
  }

  /// The first differences of an entity that stand, drift before what is in flight or tolerated; personal values as digests.
  func first(_ limit: Int, of entity: String, in run: Int) throws -> [AuditDifference] {
    try differences(run, entity: entity, after: 0, limit: limit, .driftFirst).map(\.difference)
  }

  /// Hands over every difference of an audit, in the order in which they were found. Memory stays the same however many
  /// there are.
  ///
  /// - Parameter entities: only those of these entities; empty for all.
  public func eachDifference(
    _ run: Int, entities: [String] = [], _ body: (AuditDifference) throws -> Void
  ) throws {
    var after = 0
    while true {
      let page = try differences(run, entity: nil, after: after, limit: 500)
      for found in page where entities.isEmpty || entities.contains(found.difference.entity) {
        try body(found.difference)
      }
      guard let last = page.last else { return }
      after = last.id
    }
  }

  // MARK: Rows

  private static let columns = """
    SELECT id, state, error, report::text AS report, extract(epoch FROM started_at) AS started_at,
      extract(epoch FROM finished_at) AS finished_at
    """

  private func audit(_ row: PostgresRow) throws -> PastAudit {
    let run = try row.int("id")
    let report = try row["report"].map { text in
      do {
        return try JSONDecoder().decode(AuditReport.self, from: Data(text.utf8))
      } catch let error as DecodingError {
        throw AuditHistoryError.unreadableReport(run: run, reason: "\(error)")
      }
    }
    return PastAudit(
      run: run, state: try row.text("state"), error: try row["error"],
      startedAt: try time(row, "started_at") ?? Date(timeIntervalSince1970: 0),
      finishedAt: try time(row, "finished_at"), report: report)
  }

  private func time(_ row: PostgresRow, _ column: String) throws -> Date? {
    try row[column].flatMap(Double.init).map { Date(timeIntervalSince1970: $0) }
  }

  private enum Order { case found, driftFirst }

  private func differences(
    _ run: Int, entity: String?, after: Int, limit: Int, _ order: Order = .found
  ) throws -> [(id: Int, difference: AuditDifference)] {
    try connection.query(
      """
      SELECT id, entity, kind, to_jsonb(key)::text AS key, to_jsonb(columns)::text AS columns, evidence::text AS evidence,
        locator, other_locator, rule, reference, extract(epoch FROM first_seen) AS first_seen,
        extract(epoch FROM last_seen) AS last_seen, looks, is_repaired
      FROM kedge.audit_differences
      WHERE run = $1 AND entity = coalesce($2::text, entity) AND id > $3 AND state = 'confirmed'
      ORDER BY \(order == .driftFirst ? "kind IN ('in_flight', 'tolerated'), " : "")id LIMIT $4
      """, [.integer(run), .optional(entity), .integer(after), .integer(limit)]
    ).map { row in (try row.int("id"), try difference(row)) }
  }

  private func difference(_ row: PostgresRow) throws -> AuditDifference {
    let entity = try row.text("entity")
    let kind = try row.text("kind")
    guard let verdict = Verdict(rawValue: kind) else { throw AuditHistoryError.unknownVerdict(kind) }
    var columns = try Evidence.columns(row.text("columns"), evidence: row.text("evidence"))
    if verdict == .duplicate, let own = try row.optionalBytes("locator"),
      let other = try row.optionalBytes("other_locator")
    {
      let isPersonal = keys[entity]?.contains(where: \.isPersonal) ?? true
      columns = [
        ColumnEvidence(
          column: keys[entity]?.first?.name ?? "key", source: Evidence.locator(own, isPersonal: isPersonal),
          target: Evidence.locator(other, isPersonal: isPersonal))
      ]
    }
    return AuditDifference(
      entity: entity, verdict: verdict, key: shown(try Evidence.texts(row.text("key")), of: entity),
      columns: columns, rule: try row["rule"], reference: try row["reference"],
      firstSeen: try time(row, "first_seen") ?? Date(timeIntervalSince1970: 0),
      lastSeen: try time(row, "last_seen") ?? Date(timeIntervalSince1970: 0), looks: try row.int("looks"),
      isRepaired: try row.bool("is_repaired"))
  }

  /// The key with personal columns as digests. Whose key the mapping no longer knows may be a person's, so it is a digest too.
  private func shown(_ key: [String], of entity: String) -> [String] {
    let columns = keys[entity] ?? []
    return key.enumerated().map { index, text in
      index < columns.count && !columns[index].isPersonal ? text : Self.digest(text)
    }
  }

  /// `sha256:` and twelve digits, as everywhere in reports.
  private static func digest(_ text: String) -> String {
    var digest = ByteBuffer(capacity: 32)
    var hex = ByteBuffer(capacity: 64)
    Array(text.utf8).withUnsafeBytes { SHA256.append(digestOf: $0, to: &digest) }
    Hex.append(digest.bytes, to: &hex)
    return "sha256:" + String(decoding: hex.bytes, as: UTF8.self).prefix(12)
  }
}

/// What is wrong with what the catalog holds of an audit.
public enum AuditHistoryError: Error, Sendable, Equatable, CustomStringConvertible {
  case unreadableReport(run: Int, reason: String)
  case unknownVerdict(String)

  public var description: String {
    switch self {
    case .unreadableReport(let run, let reason):
      "the report of audit \(run) in kedge.runs can't be read: \(reason). Was it written by a newer kedge, or changed by hand?"
    case .unknownVerdict(let kind):
      "kedge.audit_differences holds the unknown verdict \"\(kind)\"; was it written by a newer kedge?"
    }
  }
}
