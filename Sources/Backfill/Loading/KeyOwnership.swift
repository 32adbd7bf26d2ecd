internal import Codec
public import Mapping
public import Postgres
public import RecordSources

/// How a loader knows that the row with a record's key is the record's own.
public struct KeyOwnership {
  /// Keys that may be any record's are claimed first.
  var claims: KeyClaims?
  /// Keys are apart as long as they are all of this kind, and a record of another has to wait.
  var onlyKind: (slot: Int, kind: ValueKind)?
  /// No two records of the source have one key: it keeps them apart, and so does the target.
  var isApart = false
  /// Rows with a record's key are another's: the table was empty when the run began, and the record hasn't landed since.
  var expectsNoRows = false

  /// Every record's key is its own.
  static var certain: KeyOwnership { KeyOwnership() }

  /// Whether an entity has to claim its keys in a run that begins now. Where the target folds what the source keeps apart
  /// (a collation that isn't deterministic), it has to as well.
  static func isNeeded(_ plan: EntityPlan, _ session: any SourceSession, _ connection: PostgresConnection)
    throws
    -> Bool
  {
    if try folds(plan, connection) { return true }
    switch try session.keyUniqueness(plan) {
    case .always: return false
    case .among(let kind): return try !session.keyKindHolds(plan, kind)
    case .never: return true
    }
  }

  private static func folds(_ plan: EntityPlan, _ connection: PostgresConnection) throws -> Bool {
    let names = plan.keyColumns.map { quoteLiteral($0.name) }.joined(separator: ", ")
    let row = try connection.query(
      """
      SELECT EXISTS (SELECT FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
        WHERE a.attrelid = to_regclass($1) AND a.attname IN (\(names)) AND NOT c.collisdeterministic) AS folds
      """, [.text(plan.table.sql)]
    ).first
    return try row?["folds"] == "t"
  }

  /// For a worker of a run: what was decided when the entity's part in it began.
  static func inRun(
    _ plan: EntityPlan, set: String, isFresh: Bool, _ session: any SourceSession,
    _ connection: PostgresConnection
  ) throws -> KeyOwnership {
    if let claims = try KeyClaims.existing(plan, set: set, in: connection) {
      return KeyOwnership(claims: claims, expectsNoRows: isFresh)
    }
    // The table's own primary key tells.
    if isFresh { return KeyOwnership(expectsNoRows: true) }
    switch try session.keyUniqueness(plan) {
    case .always: return KeyOwnership(isApart: true)
    case .among(let kind):
      guard let slot = plan.keySlot else { return .certain }
      return KeyOwnership(onlyKind: (slot, kind), isApart: true)
    case .never: return .certain
    }
  }

  /// For single records outside of a run, as replay and repair merge them.
  ///
  /// What the last run claimed is still known. Where it didn't need to, its keys were apart then; a record of another
  /// kind has to wait for the next run.
  public static func outsideRuns(
    _ plan: EntityPlan, set: String, _ session: any SourceSession, _ connection: PostgresConnection
  ) throws -> KeyOwnership {
    try inRun(plan, set: set, isFresh: false, session, connection)
  }
}

extension EntityPlan {
  /// The slot of a key that is one field.
  fileprivate var keySlot: Int? { key.count == 1 ? record.columns[key[0]].slots.first : nil }
}
