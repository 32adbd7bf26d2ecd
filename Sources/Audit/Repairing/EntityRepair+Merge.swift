internal import Backfill
internal import Executors
internal import Mapping
internal import Postgres

/// Writing rows that are missing or differ.
extension EntityRepair {
  /// Writes all of a kind that are in these states.
  func merge(_ kind: PlannedAction.Kind, _ states: [ActionTable.State]) throws {
    try eachBatch(kind, states) { numbers in
      try attempt(numbers) { try merge($0, inserts: kind == .insert) }
    }
  }

  /// Writes a batch, inside a transaction: only what is still as planned on both sides, with the rows locked.
  ///
  /// - Returns: how many were written.
  func merge(_ numbers: [Int], inserts: Bool, prepare: ([Int]) throws -> Void = { _ in }) throws -> Int {
    let look = try look(numbers, locks: true)
    try note(look)
    let ready = look.sights.filter { $0.sight == .ready }
    let others = look.sights.filter { $0.sight != .ready }.compactMap(\.row)
    if !others.isEmpty {
      for statement in look.staging.removalSQL(others) { _ = try connection.execute(statement) }
    }
    guard !ready.isEmpty else { return 0 }
    try log.remember(ready.map(\.number), image)
    try prepare(ready.map(\.number))
    StopPoint.reach(.beforeMerge)
    let refused = try look.loader.mergeStaged(look.staging, highest: look.highest, inserts: inserts)
    StopPoint.reach(.afterMerge)
    let reasons = Dictionary(refused.map { ($0.row, $0) }, uniquingKeysWith: { first, _ in first })
    let staged = Set(
      try connection.query("SELECT \(StagingTables.row) AS r FROM \(look.staging.main)").map {
        try $0.int("r")
      })
    var landed: [Int] = []
    for (number, row, _) in ready {
      guard let row, !staged.contains(row) else {
        landed.append(number)
        continue
      }
      let refusal = reasons[row]
      try actions.refuse(
        number, refusal?.reason ?? "the record can't land, and waits in quarantine now",
        sqlState: refusal?.sqlState,
        constraint: refusal?.constraint)
    }
    try log.write(landed, image)
    try actions.mark(landed, .written)
    return landed.count
  }

  /// Notes what isn't as planned.
  func note(_ look: Look) throws {
    try actions.mark(look.numbers(.already), .already)
    try actions.mark(look.numbers(.waits), .changed, reason: Self.waitingReason)
    try actions.mark(
      look.numbers(.source), .changed,
      reason: "the record in the source isn't as it was when the plan was made")
    try actions.mark(
      look.numbers(.target), .changed, reason: "the row in the target isn't as it was when the plan was made")
  }

  /// Checks insertions and updates against the plan, and writes nothing.
  func checkMerges() throws {
    for kind in [PlannedAction.Kind.insert, .update] {
      try eachBatch(kind, [.planned]) { numbers in
        try connection.transaction { try note(try look(numbers, locks: false)) }
      }
    }
  }

  /// Looks again at what was written: only what is alike on both sides now has been repaired.
  func verifyMerges() throws {
    for kind in [PlannedAction.Kind.insert, .update] {
      try eachBatch(kind, [.written]) { numbers in
        try connection.transaction {
          let look = try look(numbers, locks: false)
          try actions.mark(look.numbers(.already), .repaired)
          let others = look.sights.filter { $0.sight != .already }.map(\.number)
          try actions.mark(
            others, .differs,
            reason:
              "written, but the two sides differ again: somebody has changed one of them, or a trigger of the target did"
          )
        }
      }
    }
  }
}
