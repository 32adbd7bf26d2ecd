public import Catalog
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources

/// Primary keys and plain indexes of tables that were empty, built after the rows: sorting once costs less than finding each row its place.
///
/// A table has its key back before the entity counts as complete, so that whatever refers to it finds it there.
public enum KeyMaking {
  /// Why a table's rows have to be loaded once more.
  struct Refusal {
    let table: String
    let error: PostgresError
  }

  /// Makes what the set's backfills have postponed, for a command that works alone on what they left; the caller holds the set's lock, and
  /// nobody is at work. Where the rows don't allow a key, they go, and the backfill reads them again when it goes on.
  ///
  /// - Throws: `PostgresError`.
  public static func finish(set: String, _ catalog: Catalog) throws {
    // Schema kedge may not be there, or be of an earlier version.
    guard try catalog.isCurrent() else { return }
    for table in try catalog.postponedTables(of: set) { _ = try make(table, set: set, catalog) {} }
  }

  /// Makes the key and the indexes of one table.
  ///
  /// - Parameter hold: called in each transaction first; throws when this is another's to do by now.
  /// - Returns: why the table was emptied instead, and its chunks opened again; nil where all is in place.
  static func make(_ table: PostponedTable, set: String, _ catalog: Catalog, hold: () throws -> Void) throws
    -> Refusal?
  {
    let connection = catalog.connection
    do {
      try connection.transaction {
        try hold()
        StopPoint.reach(.beforeKey)
        try catalog.restoreKeys(of: table.table)
        StopPoint.reach(.afterKey)
      }
      return nil
    } catch let error as PostgresError where error.isAboutOneRow {
      // Two records with one key, which the source had promised not to have, or a value that is too large for an index.
      try connection.transaction {
        try hold()
        try catalog.restoreKeys(of: table.table, empties: true)
        try catalog.loadAgain(table, set: set)
      }
      return Refusal(table: table.table, error: error)
    }
  }
}

extension KeyMaking.Refusal: CustomStringConvertible {
  /// Without values.
  var description: String {
    "\(table): a row stands in the way of \(error.constraint ?? "an index") (SQLSTATE \(error.sqlState ?? "?")), which was to be built after"
      + " the rows; they are loaded again with it in place, to find the record"
  }
}

extension Backfill {
  /// Takes the key of an entity's table away until its rows are there, where that is worth it and safe; inside the transaction in which the
  /// entity begins.
  ///
  /// Only where nothing but the rows of this run can be there until then: the table is empty, has neither child tables nor references to
  /// it, the old store owns the entity, and the source keeps the keys apart by itself.
  func postponeKey(of plan: EntityPlan, _ run: Run, _ session: (any SourceSession)?, _ catalog: Catalog)
    throws
  {
    guard options.createsSchema, let least = options.postponesKeysFrom, plan.entity.phase == .legacy,
      plan.children.isEmpty, options.limit ?? .max >= least, let session,
      try session.holds(atLeast: least, of: plan)
    else { return }
    StopPoint.reach(.beforePostpone)
    _ = try catalog.postponeKeys(
      of: plan.table.sql, entity: plan.entity.name, set: context.set.name, run: run)
    StopPoint.reach(.afterPostpone)
  }
}
