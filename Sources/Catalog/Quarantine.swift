internal import Postgres

/// A source record that couldn't land: where it is, why, and its whole value.
public struct QuarantineEntry: Sendable {
  /// Set by the catalog.
  public var id = 0
  public var entity: String
  public var locator: [UInt8]
  /// A stable code: one of ``Refusal/Reason``, `duplicate_key`, `reference`, or `database`.
  public var reason: String
  /// The source path as the mapping has it: `addresses[].zip`.
  public var field: String?
  /// Where exactly the value stands: `addresses[2].zip`.
  public var path: String?
  public var column: String?
  /// The kind of value that was found.
  public var found: String?
  /// What would have fitted: the column's type, or the kind of value that a path goes through.
  public var expected: String?
  public var sqlState: String?
  /// The constraint of the target that the record violates.
  public var constraint: String?
  /// A sentence: what was found, what was wanted, what to do. Never the value itself.
  public var message: String
  /// The record as BSON. For SQLite rows, text that isn't UTF-8 is binary of subtype 0x80.
  public var record: [UInt8]
  /// Whether the entity has personal fields, so that reports show digests instead of the record.
  public var isPersonal: Bool
  public var firstSeen = ""
  public var lastSeen = ""
  public var attempts = 1
  /// The run whose chunk it was counted in; 0 where that chunk never ended.
  public var run = 0

  public init(
    entity: String, locator: [UInt8], reason: String, field: String? = nil, path: String? = nil,
    column: String? = nil, found: String? = nil, expected: String? = nil, sqlState: String? = nil,
    constraint: String? = nil, message: String, record: [UInt8], isPersonal: Bool = false
  ) {
    self.entity = entity
    self.locator = locator
    self.reason = reason
    self.field = field
    self.path = path ?? field
    self.column = column
    self.found = found
    self.expected = expected
    self.sqlState = sqlState
    self.constraint = constraint
    self.message = message
    self.record = record
    self.isPersonal = isPersonal
  }
}

extension Catalog {
  /// Adds a record, or brings its entry up to date when it is there already.
  ///
  /// - Parameter keepsRun: an entry that is there stays counted in the run that it is counted in.
  public func quarantine(_ entry: QuarantineEntry, set: String, run: Int, keepsRun: Bool = false) throws {
    _ = try connection.execute(
      """
      INSERT INTO kedge.quarantine
        (set_name, entity, locator, run, reason, field, path, column_name, found, expected, sqlstate,
          constraint_name, message, record, is_personal)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
      ON CONFLICT (set_name, entity, sha256(locator)) DO UPDATE SET
        run = CASE WHEN \(keepsRun) THEN kedge.quarantine.run ELSE excluded.run END, reason = excluded.reason,
        field = excluded.field, path = excluded.path, column_name = excluded.column_name, found = excluded.found,
        expected = excluded.expected, sqlstate = excluded.sqlstate, constraint_name = excluded.constraint_name,
        message = excluded.message, record = excluded.record, is_personal = excluded.is_personal,
        last_seen = clock_timestamp(), attempts = kedge.quarantine.attempts + 1
      """,
      [
        .text(set), .text(entry.entity), .bytes(entry.locator), .integer(run), .text(entry.reason),
        .optional(entry.field), .optional(entry.path), .optional(entry.column), .optional(entry.found),
        .optional(entry.expected), .optional(entry.sqlState), .optional(entry.constraint),
        .text(entry.message), .bytes(entry.record), .boolean(entry.isPersonal),
      ])
  }

  /// Entries, oldest first.
  ///
  /// - Parameter withRecords: whether to read the source records too, whose size nothing bounds; without, ``QuarantineEntry/record``
  ///   is empty. Only for single entries.
  public func quarantined(
    set: String, entity: String? = nil, ids: [Int] = [], reason: String? = nil, sqlState: String? = nil,
    run: Int? = nil,
    after: Int = 0,
    limit: Int = 1000,
    withRecords: Bool = false
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
    if let sqlState {
      parameters.append(.text(sqlState))
      conditions.append("sqlstate = $\(parameters.count)")
    }
    if let run { conditions.append("run = \(run)") }
    if !ids.isEmpty { conditions.append("id IN (\(ids.map(String.init).joined(separator: ", ")))") }
    let rows = try connection.query(
      """
      SELECT id, entity, locator, run, reason, field, path, column_name, found, expected, sqlstate, constraint_name,
        message, \(withRecords ? "record" : "''::bytea AS record"), is_personal, attempts, \(Self.moment("first_seen")) AS first_seen,
        \(Self.moment("last_seen")) AS last_seen
      FROM kedge.quarantine WHERE \(conditions.joined(separator: " AND ")) ORDER BY id LIMIT \(limit)
      """, parameters)
    return try rows.map { row in
      var entry = QuarantineEntry(
        entity: try row["entity"] ?? "", locator: try row.bytes("locator"), reason: try row["reason"] ?? "",
        field: try row["field"], path: try row["path"], column: try row["column_name"],
        found: try row["found"],
        expected: try row["expected"], sqlState: try row["sqlstate"], constraint: try row["constraint_name"],
        message: try row["message"] ?? "", record: try row.bytes("record"),
        isPersonal: try row["is_personal"] == "t")
      entry.id = try row.int("id")
      entry.run = try row.int("run")
      entry.attempts = try row.int("attempts")
      entry.firstSeen = try row["first_seen"] ?? ""
      entry.lastSeen = try row["last_seen"] ?? ""
      return entry
    }
  }

  static func moment(_ sql: String) -> String {
    "to_char(\(sql) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
  }

  /// Records that wait: of one entity, and only those counted in this run or a later one.
  public func quarantineCount(set: String, entity: String, since run: Int = 0) throws -> Int {
    try connection.query(
      "SELECT count(*) AS n FROM kedge.quarantine WHERE set_name = $1 AND entity = $2 AND run >= $3",
      [.text(set), .text(entity), .integer(run)]
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
