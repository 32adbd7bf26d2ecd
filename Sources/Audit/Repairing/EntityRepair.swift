internal import Backfill
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources
internal import Schema

/// The repair of one entity: looks at both sides of its actions, and carries them out in small transactions.
final class EntityRepair {
  let plan: EntityPlan
  let context: BackfillContext
  let connection: PostgresConnection
  let actions: ActionTable
  /// What the log has beside each change.
  let log: RepairLog
  let image: RowImage
  private var loading: (foreignKeys: [ForeignKey], ownership: KeyOwnership)?
  private var keys: DeletionKeys?
  private var live: Dependents?
  /// Actions that are written and committed.
  private(set) var written = 0

  init(_ plan: EntityPlan, context: BackfillContext, actions: ActionTable, log: RepairLog) {
    self.plan = plan
    self.context = context
    self.actions = actions
    self.log = log
    connection = actions.connection
    image = RowImage(plan: plan)
  }

  var name: String { plan.entity.name }

  func checkStop() throws { if context.stop.isSet { throw RepairInterruption() } }

  // MARK: Looking

  /// What both sides are now, compared with what the plan says they are.
  enum Sight: String {
    /// Both sides are as planned.
    case ready
    /// The target is already what the source says.
    case already
    /// The record isn't as it was, or isn't there any more.
    case source
    /// The row isn't as it was.
    case target
    /// The record waits in quarantine.
    case waits
  }
  struct Look {
    var loader: ChunkLoader
    var staging: StagingTables
    var highest: Int
    var sights: [(number: Int, row: Int?, sight: Sight)]

    func numbers(_ sight: Sight) -> [Int] { sights.filter { $0.sight == sight }.map(\.number) }
  }

  /// Reads the records of these actions afresh into the stage, inside the caller's transaction. This is the one place where
  /// a repair asks the source for records.
  func stage(_ numbers: [Int]) throws -> (ChunkLoader, StagingTables, highest: Int) {
    // A session of SQLite sees the file as it was when the session began.
    guard let session = try context.source(of: plan).openSessions(1).take() else {
      throw SourceProblem(entity: name, message: "the source gave no session")
    }
    let loading =
      try self.loading ?? (
        SchemaPlan([plan], set: context.set).liveForeignKeys(in: connection),
        .outsideRuns(plan, set: context.set.name, session, connection)
      )
    self.loading = loading
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: log.run,
      foreignKeys: loading.foreignKeys, ownership: loading.ownership)
    loader.keepsRefusals = false
    let locators = try connection.query(
      "SELECT locator FROM \(ActionTable.name) WHERE number = ANY($1::int[]) AND locator IS NOT NULL",
      [.text(ActionTable.list(numbers))]
    ).map { try BSONDocument(bytes: $0.bytes("locator")) }
    let cursor = try session.fetch(plan, locators, into: loader.encoder)
    let (staging, highest, _) = try loader.stage(cursor, limit: .max)
    return (loader, staging, highest)
  }

  /// Looks at both sides of insertions or updates, inside the caller's transaction.
  ///
  /// - Parameter locks: whether the rows stay as they are until the transaction's end.
  func look(_ numbers: [Int], locks: Bool) throws -> Look {
    if locks { try lock(numbers) }
    let (loader, staging, highest) = try stage(numbers)
    let rows = try connection.query(
      """
      WITH seen AS MATERIALIZED (\(seenSQL(staging)))
      SELECT number, row, CASE WHEN waits THEN 'waits' WHEN source = target AND source = planned_source THEN 'already'
        WHEN source IS NULL OR source IS DISTINCT FROM planned_source THEN 'source'
        WHEN target IS DISTINCT FROM planned_target THEN 'target' ELSE 'ready' END AS sight FROM seen ORDER BY number
      """, [.text(ActionTable.list(numbers)), .text(context.set.name), .text(name)])
    let sights = try rows.map {
      (
        number: try $0.int("number"), row: try $0.optionalInt("row"),
        sight: Sight(rawValue: try $0.text("sight")) ?? .source
      )
    }
    return Look(loader: loader, staging: staging, highest: highest, sights: sights)
  }

  /// Digests of both sides of actions `$1`; `$2` is the set, `$3` the entity.
  func seenSQL(_ staging: StagingTables, evidence: String = "NULL::text") -> String {
    """
    SELECT a.number, s.\(StagingTables.row) AS row, a.source AS planned_source, a.target AS planned_target,
      \(image.stagedDigest(staging)) AS source, \(image.targetDigest) AS target, \(evidence) AS evidence,
      EXISTS (SELECT FROM kedge.quarantine q WHERE q.set_name = $2 AND q.entity = $3
        AND sha256(q.locator) = sha256(a.locator)) AS waits
    FROM \(ActionTable.name) a LEFT JOIN \(staging.main) s ON s.\(StagingTables.locator) = a.locator
    LEFT JOIN \(plan.table.sql) t ON \(image.isKey())
    WHERE a.number = ANY($1::int[])
    """
  }

  /// Keeps rows and their child rows as they are until the transaction's end. In the order of actions, which is the same
  /// for everybody who repairs.
  func lock(_ numbers: [Int]) throws {
    let list = PostgresParameter.text(ActionTable.list(numbers))
    let these = "\(ActionTable.name) a JOIN \(plan.table.sql) t ON \(image.isKey())"
    _ = try connection.execute(
      "SELECT 1 FROM \(these) WHERE a.number = ANY($1::int[]) ORDER BY a.number FOR UPDATE OF t", [list])
    for child in plan.children {
      _ = try connection.execute(
        "SELECT 1 FROM \(these) JOIN \(child.table.sql) c ON \(image.belongs(child, "c", to: "t"))"
          + " WHERE a.number = ANY($1::int[]) FOR UPDATE OF c", [list])
    }
  }

  /// Whether the source has records with the keys of these deletions now; see ``DeletionKeys``.
  func sourceKeys() throws -> DeletionKeys {
    let keys = try self.keys ?? DeletionKeys(plan, context: context, connection: connection)
    self.keys = keys
    return keys
  }

  func dependents() throws -> Dependents {
    let live = try self.live ?? Dependents(of: plan, context: context, connection: connection)
    self.live = live
    return live
  }

  // MARK: Batches

  /// Hands every action of a kind in one of these states to `body`, in batches.
  func eachBatch(
    _ kind: PlannedAction.Kind, _ states: [ActionTable.State], limit: Int = ActionTable.batch,
    _ body: ([Int]) throws -> Void
  ) throws {
    var after = 0
    while true {
      try checkStop()
      let numbers = try actions.next(name, kind, states, after: after, limit: limit)
      guard let last = numbers.last else { return }
      after = last
      try body(numbers)
    }
  }

  /// Runs a transaction that writes, and counts what it has written once it is committed.
  func commit(_ body: () throws -> Int) throws { written += try connection.transaction(body) }

  /// Does a batch in one transaction; where the target refuses all of it for one row, or a lock isn't to be had, halves it
  /// until that one is found.
  func attempt(_ numbers: [Int], _ body: ([Int]) throws -> Int) throws {
    do {
      try commit { try body(numbers) }
    } catch let error as PostgresError where error.isAboutOneRow || error.isAboutLocks {
      guard numbers.count > 1 else {
        let reason =
          error.isAboutLocks
          ? "another session holds the row; try again when it lets go" : RefusalText.reason(error, plan: plan)
        return try actions.refuse(
          numbers[0], reason, sqlState: error.sqlState, constraint: error.constraint)
      }
      let middle = numbers.count / 2
      try attempt(Array(numbers[..<middle]), body)
      try attempt(Array(numbers[middle...]), body)
    }
  }
}

extension PostgresError {
  /// A lock that wasn't to be had in time, or a deadlock.
  fileprivate var isAboutLocks: Bool { sqlState == "55P03" || sqlState == "40P01" }
}
