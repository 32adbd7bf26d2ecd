internal import Executors
internal import Postgres

extension MigrationRunner {
  /// Runs a part statement by statement, and writes down how far it came: for what PostgreSQL refuses inside a transaction.
  ///
  /// A statement that can be in a transaction is in one with the note that it is done. Of any other, the note that it was begun is
  /// written first; after an interruption the database is asked how it ended.
  ///
  /// - Returns: false if another runner has done it meanwhile.
  func stepwise(
    _ file: MigrationFile, _ part: MigrationFile.Part, _ direction: MigrationFile.Direction,
    _ start: ContinuousClock.Instant
  ) throws -> Bool {
    let record = try records.one(file.number)
    if record?.state == .applied, direction == .up { return false }
    if record == nil, direction == .down { return false }
    var done = 0
    var begun: Int?
    if let record, record.state != .applied {
      done = record.statementsDone
      begun = record.statementBegun
      guard done <= part.statements.count, Checksum.of(part.statements.prefix(done)) == record.doneChecksum
      else {
        throw MigrationError.rewritten(title: file.title, done: done)
      }
    }
    let before = try sessionSettings()
    do {
      try keepOutOfKedge(isLocal: false)
      try setLockTimeout(options.lockTimeout, isLocal: false)
      for (index, statement) in part.statements.enumerated().dropFirst(done) {
        let isBegun = begun == index + 1
        if statement.needsNoTransaction {
          try runBare(statement, at: index, file, part, direction, isBegun: isBegun)
        } else {
          try patiently(file) {
            try connection.transaction {
              try run(statement, file, part, done: index)
              try note(file, part, direction, done: index + 1)
            }
          }
        }
      }
    } catch {
      if connection.isAlive {
        try noteError(error, file, part, direction)
        try restore(before)
      }
      throw error
    }
    try restore(before)
    try connection.transaction {
      if direction == .up {
        try records.setApplied(file, seconds: Self.seconds(since: start))
      } else {
        try records.remove(file.number, file.name, event: "down")
      }
    }
    return true
  }

  private func runBare(
    _ statement: SQLStatement, at index: Int, _ file: MigrationFile, _ part: MigrationFile.Part,
    _ direction: MigrationFile.Direction, isBegun: Bool
  ) throws {
    if let made = try InvalidIndex.made(by: statement, in: connection) {
      guard made.isValid else {
        throw MigrationError.invalidIndex(title: file.title, index: made.index.name, drop: made.index.drop)
      }
      // It ended well, and the process was ended before it could write so.
      if isBegun { return try note(file, part, direction, done: index + 1) }
    }
    try note(file, part, direction, done: index, begun: index + 1)
    // What works concurrently waits for others without making others wait; a lock timeout would leave an invalid index.
    try setLockTimeout(statement.holds("CONCURRENTLY") ? 0 : options.lockTimeout, isLocal: false)
    StopPoint.reach(.beforeIndex)
    do {
      try patiently(file) { try run(statement, file, part, done: index) }
    } catch MigrationError.failed(let failure)
      where isBegun && statement.begins("DROP", "INDEX") && failure.cause.sqlState == "42704"
    {
      options.say("\(file.title): the index that line \(statement.line) drops is gone already")
    }
    StopPoint.reach(.afterIndex)
    try setLockTimeout(options.lockTimeout, isLocal: false)
    try note(file, part, direction, done: index + 1)
  }

  private func note(
    _ file: MigrationFile, _ part: MigrationFile.Part, _ direction: MigrationFile.Direction, done: Int,
    begun: Int? = nil, error: String? = nil
  ) throws {
    try records.setProgress(
      file, direction, done: done, doneChecksum: Checksum.of(part.statements.prefix(done)), begun: begun,
      error: error)
  }

  /// Keeps the reason beside how far it came, for `status`.
  private func noteError(
    _ error: any Error, _ file: MigrationFile, _ part: MigrationFile.Part,
    _ direction: MigrationFile.Direction
  ) throws {
    guard let record = try records.one(file.number), record.state != .applied else {
      // Nothing is done yet: the migration is simply pending, or applied.
      return
    }
    // A statement that failed has surely not been done.
    var begun = record.statementBegun
    if case MigrationError.failed = error { begun = nil }
    try note(file, part, direction, done: record.statementsDone, begun: begun, error: "\(error)")
  }
}
