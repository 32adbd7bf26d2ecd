internal import Executors
internal import Postgres

extension MigrationRunner {
  /// Runs a part as one transaction, together with the row that says so.
  ///
  /// - Returns: false if another runner has done it meanwhile.
  func inTransaction(
    _ file: MigrationFile, _ part: MigrationFile.Part, _ direction: MigrationFile.Direction,
    _ start: ContinuousClock.Instant
  ) throws -> Bool {
    try patiently(file) {
      try connection.transaction {
        if let holder = try lock.tryTransaction() { throw MigrationError.busy(holder: holder) }
        let record = try records.one(file.number)
        guard (record == nil) == (direction == .up) else { return false }
        let before = try sessionSettings()
        try keepOutOfKedge(isLocal: true)
        try setLockTimeout(options.lockTimeout, isLocal: true)
        for statement in part.statements { try run(statement, file, part, done: nil) }
        try restore(before)
        if direction == .up {
          try records.setApplied(file, seconds: Self.seconds(since: start))
        } else {
          try records.remove(file.number, file.name, event: "down")
        }
        return true
      }
    }
  }

  /// Tries again while others are in the way, for as long as the options say.
  func patiently<T>(_ file: MigrationFile, _ body: () throws -> T) throws -> T {
    let deadline = ContinuousClock.now + .seconds(options.patience)
    var pause = 0.1
    while true {
      let reason: String
      do {
        return try body()
      } catch MigrationError.failed(let failure)
        where failure.cause.fault == .lockTimeout || failure.cause.fault == .conflict
      {
        guard ContinuousClock.now < deadline, connection.isAlive else { throw MigrationError.failed(failure) }
        reason = "a lock that \(file.title) needs at line \(failure.line) is taken"
      } catch MigrationError.busy(let holder) {
        guard ContinuousClock.now < deadline else { throw MigrationError.busy(holder: holder) }
        reason = "another process migrates this database: \(holder)"
      }
      guard !options.stop.isSet else { throw MigrationError.interrupted }
      options.say("\(reason); trying again")
      // What waits for a lock makes everybody wait behind it, so it steps back for longer each time.
      Pause.wait(pause, unless: options.stop)
      pause = min(pause * 2, 5)
      guard !options.stop.isSet else { throw MigrationError.interrupted }
    }
  }

  /// Runs one statement; an error says where in the file it is.
  ///
  /// - Parameter done: how many statements before it stay if it fails; nil if none does.
  func run(_ statement: SQLStatement, _ file: MigrationFile, _ part: MigrationFile.Part, done: Int?) throws {
    guard !options.stop.isSet else { throw MigrationError.interrupted }
    let cancel = connection.cancelHandle
    let registration = options.stop.onSet { cancel.cancel() }
    defer { registration.remove() }
    do {
      try connection.execute(statement.text)
    } catch let error as PostgresError {
      if options.stop.isSet, error.isCancelled { throw MigrationError.interrupted }
      let place = statement.place(ofCharacter: error.sqlPosition ?? 1)
      var drop: String?
      if done != nil, connection.isAlive, let made = try InvalidIndex.made(by: statement, in: connection),
        !made.isValid
      {
        drop = made.index.drop
      }
      var cause = error
      // The file's line says it better.
      cause.sqlPosition = nil
      throw MigrationError.failed(
        MigrationFailure(
          title: file.title, file: part.file, line: place.line, column: place.column, cause: cause,
          statementsDone: done, drop: drop))
    }
  }

  // MARK: Settings of the session

  func setLockTimeout(_ milliseconds: Int, isLocal: Bool) throws {
    _ = try connection.query(
      "SELECT set_config('lock_timeout', $1, $2)", [.text(String(milliseconds)), .boolean(isLocal)])
  }

  /// Takes schema kedge off the path. A role of that name has it there as its own, and would make its tables in it.
  func keepOutOfKedge(isLocal: Bool) throws {
    _ = try connection.query(
      """
      SELECT set_config('search_path', (SELECT string_agg(quote_ident(name), ', ' ORDER BY place)
        FROM unnest(current_schemas(false)) WITH ORDINALITY AS path (name, place) WHERE name <> 'kedge'), $1)
      WHERE 'kedge' = ANY (current_schemas(false))
      """, [.boolean(isLocal)])
  }

  /// What was set in this session, by name.
  func sessionSettings() throws -> [String: String] {
    var settings: [String: String] = [:]
    for row in try connection.query("SELECT name, setting FROM pg_settings WHERE source = 'session'") {
      settings[try row.text("name")] = try row.text("setting")
    }
    return settings
  }

  /// Undoes what a migration's own SET left behind: the next one begins as this one did.
  func restore(_ before: [String: String]) throws {
    try connection.execute("RESET SESSION AUTHORIZATION")
    try connection.execute("RESET ROLE")
    for (name, value) in try sessionSettings() where before[name] != value {
      if let old = before[name] {
        _ = try connection.query("SELECT set_config($1, $2, false)", [.text(name), .text(old)])
      } else {
        try connection.execute("RESET \(quoteIdentifier(name))")
      }
    }
  }
}
