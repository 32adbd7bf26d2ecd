internal import Catalog
internal import Executors
internal import Mapping
internal import Postgres

/// Merging without looking first for what the server would refuse by itself.
extension ChunkLoader {
  /// The entity's records that wait in quarantine before a chunk begins.
  func waitingRecords() throws -> LocatorSet {
    try LocatorSet(waitingIn: connection, set: setName, entity: plan.entity.name)
  }

  /// - Parameter staged: the tally of reading, whose unchanged records never came to the stage.
  func count(_ changed: Int, _ staged: Tally, _ tally: inout Tally) {
    let left = tally.read - tally.quarantined - tally.filtered - staged.unchanged
    tally.landed = changed
    tally.unchanged = staged.unchanged + left - changed
  }

  /// Merges the whole stage with one statement, without looking for duplicates and orphans first.
  ///
  /// Only where keys are apart and the rules hold: then the server refuses every record that couldn't stand.
  ///
  /// - Returns: how many records changed anything; nil if the server refuses some, and nothing has been written.
  func mergeAtOnce(_ staging: StagingTables) throws -> Int? {
    do {
      StopPoint.reach(.beforeMerge)
      return try connection.savepoint {
        let (sql, returnsCount) = staging.mergeAllSQL
        let changed =
          returnsCount ? try connection.query(sql).first?.int("n") ?? 0 : try connection.execute(sql)
        StopPoint.reach(.afterMerge)
        return changed
      }
    } catch let error as PostgresError where error.isAboutOneRow {
      // Others like it are mostly near.
      chunksToSearch = Self.searchedAfterRefusal
      return nil
    }
  }

  /// Not for some chunks after one that had to be merged twice.
  func mayMergeAtOnce() -> Bool {
    guard chunksToSearch > 0 else { return true }
    chunksToSearch -= 1
    return false
  }
}
