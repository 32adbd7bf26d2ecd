internal import Postgres

/// A source record that couldn't land: where it is, why, and its whole value.
public struct QuarantineEntry: Sendable {
  /// Set by the catalog.
  public var id = 0
  public var entity: String
  public var locator: [UInt8]
  /// A stable code: one of ``Refusal/Reason``, `duplicate_key`, `reference`, or `database`.
  public var reason: String
  /// The source path.
  public var field: String?
  public var column: String?
  /// The kind of value that was found.
  public var found: String?
  public var sqlState: String?
  /// A sentence: what was found, what was wanted, what to do. Never the value itself.
  public var message: String
  /// The record as BSON. For SQLite rows, text that isn't UTF-8 is binary of subtype 0x80.
  public var record: [UInt8]
  /// Whether the entity has personal fields, so that reports show digests instead of the record.
  public var isPersonal: Bool
  public var firstSeen = ""
  public var attempts = 1

  public init(
    entity: String, locator: [UInt8], reason: String, field: String? = nil, column: String? = nil,
    found: String? = nil, sqlState: String? = nil, message: String, record: [UInt8], isPersonal: Bool = false
  ) {
    self.entity = entity
    self.locator = locator
    self.reason = reason
    self.field = field
    self.column = column
    self.found = found
    self.sqlState = sqlState
    self.message = message
    self.record = record
    self.isPersonal = isPersonal
  }
}

extension Catalog {
  /// Adds a record, or brings its entry up to date when it is there already.
  public func quarantine(_ entry: QuarantineEntry, set: String, run: Int) throws {
    _ = try connection.execute(
      """
      INSERT INTO kedge.quarantine
        (set_name, entity, locator, run, reason, field, column_name, found, sqlstate, message, record, is_personal)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      ON CONFLICT (set_name, entity, sha256(locator)) DO UPDATE SET
        run = greatest(kedge.quarantine.run, excluded.run), reason = excluded.reason,
        field = excluded.field, column_name = excluded.column_name, found = excluded.found,
        sqlstate = excluded.sqlstate, message = excluded.message, record = excluded.record,
        is_personal = excluded.is_personal, last_seen = clock_timestamp(),
        attempts = kedge.quarantine.attempts + 1
      """,
      [
        .text(set), .text(entry.entity), .bytes(entry.locator), .integer(run), .text(entry.reason),
        .optional(entry.field), .optional(entry.column), .optional(entry.found), .optional(entry.sqlState),
        .text(entry.message), .bytes(entry.record), .boolean(entry.isPersonal),
      ])
  }

  /// Entries, oldest first.
  public func quarantined(
    set: String, entity: String? = nil, ids: [Int] = [], reason: String? = nil, run: Int? = nil,
    after: Int = 0,
    limit: Int = 1000
  ) throws -> [QuarantineEntry] {
    var conditions = ["set_name = $1", "id > $2"]
    var parameters: [PostgresParameter] = [.text(set), .integer(after)]
    if let entity {
      parameters.append(.text(entity))
      conditions.append("entity = $\(parameters.count)")
    }
    if let reason {
      parameters.append(.text(reason))
      conditions.append("reason = $\(parameters.count)")
    }
    if let run { conditions.append("run = \(run)") }
    if !ids.isEmpty { conditions.append("id IN (\(ids.map(String.init).joined(separator: ", ")))") }
    let rows = try connection.query(
      """
      SELECT id, entity, locator, reason, field, column_name, found, sqlstate, message, record, is_personal,
        attempts, to_char(first_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS first_seen
      FROM kedge.quarantine WHERE \(conditions.joined(separator: " AND ")) ORDER BY id LIMIT \(limit)
      """, parameters)
    return try rows.map { row in
      var entry = QuarantineEntry(
        entity: row["entity"] ?? "", locator: try row.bytes("locator"), reason: row["reason"] ?? "",
        field: row["field"], column: row["column_name"], found: row["found"], sqlState: row["sqlstate"],
        message: row["message"] ?? "", record: try row.bytes("record"),
        isPersonal: row["is_personal"] == "t")
      entry.id = try row.int("id")
      entry.attempts = try row.int("attempts")
      entry.firstSeen = row["first_seen"] ?? ""
      return entry
    }
  }

  public func quarantineCount(set: String, entity: String) throws -> Int {
    try connection.query(
      "SELECT count(*) AS n FROM kedge.quarantine WHERE set_name = $1 AND entity = $2",
      [.text(set), .text(entity)]
    ).first?.int("n") ?? 0
  }

  public func release(ids: [Int]) throws {
    guard !ids.isEmpty else { return }
    _ = try connection.execute(
      "DELETE FROM kedge.quarantine WHERE id IN (\(ids.map(String.init).joined(separator: ", ")))")
  }

  /// Drops entries that a whole pass over the source didn't meet again: they landed, or are gone.
  public func releaseOlder(set: String, entity: String, than run: Int) throws {
    _ = try connection.execute(
      "DELETE FROM kedge.quarantine WHERE set_name = $1 AND entity = $2 AND run < $3",
      [.text(set), .text(entity), .integer(run)])
  }
}
