internal import Backfill
internal import Executors
internal import Mapping
internal import Postgres

/// Deleting rows that the source has no record for.
extension EntityRepair {
  /// Deletes all that are in these states. Where keys can be looked up in the source, that is done with the rows locked;
  /// elsewhere all its keys have been read just before.
  func delete(_ states: [ActionTable.State]) throws {
    try eachKnownDeletion(states) { numbers, present in
      try actions.mark(Array(present), .changed, reason: Self.presentReason)
      let absent = numbers.filter { !present.contains($0) }
      guard !absent.isEmpty else { return }
      try attempt(absent) { try delete($0) }
    }
  }

  private func delete(_ numbers: [Int]) throws -> Int {
    _ = try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    try lock(numbers)
    if let present = try sourceKeys().lookUp(numbers), !present.isEmpty {
      try actions.mark(Array(present), .changed, reason: Self.presentReason)
    }
    var ready = try noteRows(numbers)
    let dependents = try dependents()
    for (number, reason) in try dependents.refusals(ready) {
      try actions.refuse(number, reason)
      ready.removeAll { $0 == number }
    }
    let outgrown = try dependents.outgrown(ready)
    try actions.mark(outgrown, .changed, reason: "more rows would go with it than the plan says")
    ready.removeAll { outgrown.contains($0) }
    guard !ready.isEmpty else { return 0 }
    try log.remember(ready, image)
    let gone = try deleteRange(ready[...], dependents)
    try log.write(gone, image)
    try actions.mark(gone, .written)
    return gone.count
  }

  /// Notes which rows are gone or not as planned; those that are as planned.
  private func noteRows(_ numbers: [Int]) throws -> [Int] {
    let rows = try connection.query(
      """
      WITH seen AS MATERIALIZED (SELECT a.number, a.target AS planned, \(image.targetDigest) AS target
        FROM \(ActionTable.name) a LEFT JOIN \(plan.table.sql) t ON \(image.isKey())
        WHERE a.number = ANY($1::int[]) AND a.state IN ('planned', 'refused', 'written'))
      SELECT number, CASE WHEN target IS NULL THEN 'already' WHEN target = planned THEN 'ready' ELSE 'target' END AS sight
      FROM seen ORDER BY number
      """, [.text(ActionTable.list(numbers))])
    var found: [Sight: [Int]] = [:]
    for row in rows {
      found[Sight(rawValue: try row.text("sight")) ?? .target, default: []].append(try row.int("number"))
    }
    try actions.mark(found[.already] ?? [], .already)
    try actions.mark(
      found[.target] ?? [], .changed, reason: "the row in the target isn't as it was when the plan was made")
    return found[.ready] ?? []
  }

  /// Deletes these rows; where the target refuses, halves them until the one is found that has to stay.
  private func deleteRange(_ numbers: ArraySlice<Int>, _ dependents: Dependents) throws -> [Int] {
    do {
      StopPoint.reach(.beforeMerge)
      try connection.savepoint {
        try dependents.log(Array(numbers), log)
        _ = try connection.execute(
          "DELETE FROM \(plan.table.sql) t USING \(ActionTable.name) a WHERE a.number = ANY($1::int[]) AND \(image.isKey())",
          [.text(ActionTable.list(Array(numbers)))])
      }
      StopPoint.reach(.afterMerge)
      return Array(numbers)
    } catch let error as PostgresError where error.isAboutOneRow {
      guard numbers.count > 1 else {
        let constraint = error.constraint.map { " (constraint \($0))" } ?? ""
        let reason =
          error.sqlState == "23503" || error.sqlState == "23001"
          ? "rows of \(error.table ?? "another table") refer to it\(constraint), and the target doesn't let it go before them"
          : RefusalText.reason(error, plan: plan)
        try actions.refuse(
          numbers[numbers.startIndex], reason, sqlState: error.sqlState, constraint: error.constraint)
        return []
      }
      let middle = numbers.startIndex + numbers.count / 2
      return try deleteRange(numbers[..<middle], dependents) + deleteRange(numbers[middle...], dependents)
    }
  }

  /// Checks deletions against the plan, and writes nothing.
  func checkDeletions() throws {
    try eachKnownDeletion { numbers, present in
      try connection.transaction {
        try actions.mark(Array(present), .changed, reason: Self.presentReason)
        let ready = try noteRows(numbers.filter { !present.contains($0) })
        let outgrown = try dependents().outgrown(ready)
        try actions.mark(outgrown, .changed, reason: "more rows would go with it than the plan says")
      }
    }
  }

  /// Looks again at what was deleted.
  func verifyDeletions() throws {
    try eachKnownDeletion([.written]) { numbers, present in
      try connection.transaction {
        let back = Set(
          try connection.query(
            "SELECT a.number FROM \(ActionTable.name) a JOIN \(plan.table.sql) t ON \(image.isKey())"
              + " WHERE a.number = ANY($1::int[])", [.text(ActionTable.list(numbers))]
          ).map { try $0.int("number") })
        try actions.mark(numbers.filter { !back.contains($0) && !present.contains($0) }, .repaired)
        try actions.mark(
          numbers.filter { back.contains($0) || present.contains($0) }, .differs,
          reason: "deleted, but somebody has written a row, or a record of the source, with this key since")
      }
    }
  }
}
