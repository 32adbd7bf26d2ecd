internal import Postgres

/// What schema `kedge` says of one migration.
public struct MigrationRecord: Sendable, Equatable {
  /// Whether a migration is in the database.
  public enum State: String, Sendable {
    case applied
    /// It runs without a transaction, and stopped on its way.
    case partlyUp = "partly up"
    case partlyDown = "partly down"
  }

  /// Its number.
  public let number: Int
  /// Its name when it was applied.
  public let name: String
  /// The checksum of its file when it was applied.
  public let checksum: String
  /// Whether it is in the database.
  public let state: State
  /// Whether it was declared to be there, and not run.
  public let isBaseline: Bool
  /// How many statements of an unfinished part are done.
  public let statementsDone: Int
  /// The checksum of those statements.
  let doneChecksum: String?
  /// The statement that was begun, from 1, if nobody knows how it ended.
  let statementBegun: Int?
  /// Why it stopped, if it said so.
  public let error: String?
  /// In UTC.
  public let appliedAt: String
  /// How long it took.
  public let seconds: Double
  /// The role.
  public let appliedBy: String
}

/// Reads and writes ``MigrationRecord``s of one set.
struct MigrationRecords {
  let connection: PostgresConnection
  let set: String

  /// Whether the tables are there.
  func exist() throws -> Bool {
    try connection.query("SELECT to_regclass('kedge.migrations') IS NOT NULL AS found").first?["found"] == "t"
  }

  /// In the order of their numbers; none where there are no tables.
  func all() throws -> [MigrationRecord] {
    guard try exist() else { return [] }
    return try read("")
  }

  func one(_ number: Int) throws -> MigrationRecord? { try read(" AND number = \(number)").first }

  private func read(_ condition: String) throws -> [MigrationRecord] {
    try connection.query(
      """
      SELECT number, name, checksum, state, is_baseline, statements_done, done_checksum, statement_begun, error,
        to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS applied_at, seconds, applied_by
      FROM kedge.migrations WHERE set_name = $1\(condition) ORDER BY number
      """, [.text(set)]
    ).map { row in
      guard let state = MigrationRecord.State(rawValue: try row.text("state")) else {
        throw MigrationError.unknownState(try row.text("state"), number: try row.int("number"))
      }
      return MigrationRecord(
        number: try row.int("number"), name: try row.text("name"), checksum: try row.text("checksum"),
        state: state,
        isBaseline: try row.bool("is_baseline"), statementsDone: try row.int("statements_done"),
        doneChecksum: try row["done_checksum"], statementBegun: try row.optionalInt("statement_begun"),
        error: try row["error"], appliedAt: try row.text("applied_at"),
        seconds: Double(try row.text("seconds")) ?? 0, appliedBy: try row.text("applied_by"))
    }
  }

  /// Notes that a migration is in the database.
  func setApplied(_ file: MigrationFile, seconds: Double, isBaseline: Bool = false) throws {
    try connection.execute(
      """
      INSERT INTO kedge.migrations (set_name, number, name, checksum, state, is_baseline, seconds)
      VALUES ($1, $2, $3, $4, 'applied', $5, $6::text::float8)
      ON CONFLICT (set_name, number) DO UPDATE SET name = excluded.name, checksum = excluded.checksum, state = 'applied',
        is_baseline = excluded.is_baseline, statements_done = 0, done_checksum = NULL, statement_begun = NULL, error = NULL,
        applied_at = clock_timestamp(), seconds = excluded.seconds, applied_by = session_user
      """,
      [
        .text(set), .integer(file.number), .text(file.name), .text(file.checksum), .boolean(isBaseline),
        .text(String(seconds)),
      ])
    try note(file.number, file.name, isBaseline ? "baseline" : "up")
  }

  func remove(_ number: Int, _ name: String, event: String) throws {
    try connection.execute(
      "DELETE FROM kedge.migrations WHERE set_name = $1 AND number = $2", [.text(set), .integer(number)])
    try note(number, name, event)
  }

  /// Takes the file as it is now for what was applied.
  func accept(_ file: MigrationFile) throws {
    try connection.execute(
      "UPDATE kedge.migrations SET checksum = $3, name = $4 WHERE set_name = $1 AND number = $2",
      [.text(set), .integer(file.number), .text(file.checksum), .text(file.name)])
    try note(file.number, file.name, "accepted", file.checksum)
  }

  /// Notes how far a part without a transaction has come.
  func setProgress(
    _ file: MigrationFile, _ direction: MigrationFile.Direction, done: Int, doneChecksum: String, begun: Int?,
    error: String? = nil
  ) throws {
    try connection.execute(
      """
      INSERT INTO kedge.migrations
        (set_name, number, name, checksum, state, statements_done, done_checksum, statement_begun, error)
      VALUES ($1, $2, $3, $4, $5, $6::int8::int4, $7, $8::int8::int4, $9)
      ON CONFLICT (set_name, number) DO UPDATE SET state = excluded.state, statements_done = excluded.statements_done,
        done_checksum = excluded.done_checksum, statement_begun = excluded.statement_begun, error = excluded.error
      """,
      [
        .text(set), .integer(file.number), .text(file.name), .text(file.checksum),
        .text((direction == .up ? MigrationRecord.State.partlyUp : .partlyDown).rawValue), .integer(done),
        .text(doneChecksum), .optional(begun), .optional(error),
      ])
  }

  func note(_ number: Int, _ name: String, _ event: String, _ text: String? = nil) throws {
    try connection.execute(
      "INSERT INTO kedge.migration_events (set_name, number, name, event, note) VALUES ($1, $2, $3, $4, $5)",
      [.text(set), .integer(number), .text(name), .text(event), .optional(text)])
  }
}
