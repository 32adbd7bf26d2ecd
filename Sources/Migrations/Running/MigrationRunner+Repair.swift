internal import Postgres

extension MigrationRunner {
  /// Declares that a database that was there before holds all migrations up to a number. Runs nothing of them.
  ///
  /// - Parameter isDry: whether nothing is written.
  /// - Returns: the migrations that are declared now, those that were known before left out.
  /// - Throws: ``MigrationError``, `PostgresError`.
  @discardableResult
  public func baseline(_ number: Int, isDry: Bool = false) throws -> [MigrationFile] {
    try checkNumber(number)
    func missing() throws -> [MigrationFile] {
      let status = try status()
      if let entry = status.entries.first(where: { $0.state == .partlyUp || $0.state == .partlyDown }) {
        throw MigrationError.notPossible(
          "\(entry.title) isn't finished; finish it before you declare a baseline")
      }
      let known = Set(status.entries.filter { $0.record != nil }.map(\.number))
      return folder.files.filter { $0.number <= number && !known.contains($0.number) }
    }
    if isDry { return try missing() }
    return try alone {
      try connection.transaction {
        try takeLock()
        let files = try missing()
        for file in files { try records.setApplied(file, seconds: 0, isBaseline: true) }
        return files
      }
    }
  }

  /// Takes an edited file as it is now for what was applied.
  ///
  /// - Throws: ``MigrationError`` if it isn't applied; `PostgresError`.
  public func accept(_ number: Int) throws {
    try checkNumber(number)
    try alone {
      try connection.transaction {
        try takeLock()
        guard let record = try records.one(number), record.state == .applied else {
          throw MigrationError.notPossible("migration \(number) isn't applied, so there is nothing to accept")
        }
        for file in folder.files where file.number == number { try records.accept(file) }
      }
    }
  }

  /// Declares that one migration is wholly in the database, which a person has seen to.
  ///
  /// - Throws: ``MigrationError``, `PostgresError`.
  public func markApplied(_ number: Int) throws {
    try checkNumber(number)
    try alone {
      try connection.transaction {
        try takeLock()
        for file in folder.files where file.number == number {
          try records.setApplied(file, seconds: 0)
          try records.note(number, file.name, "marked as applied")
        }
      }
    }
  }

  /// Declares that nothing of one migration is in the database, which a person has seen to.
  ///
  /// - Throws: ``MigrationError`` if nothing is known of it; `PostgresError`.
  public func markPending(_ number: Int) throws {
    try alone {
      try connection.transaction {
        try takeLock()
        guard let record = try records.one(number) else {
          throw MigrationError.notPossible("migration \(number) isn't applied: it is pending already")
        }
        try records.remove(number, record.name, event: "marked as pending")
      }
    }
  }

  /// Drops the invalid indexes that unfinished migrations left, and no other.
  ///
  /// - Returns: those that were dropped.
  /// - Throws: ``MigrationError``, `PostgresError`.
  public func dropInvalidIndexes() throws -> [InvalidIndex] {
    guard !isPooled else {
      throw MigrationError.notPossible(
        "an index is dropped outside of a transaction, which needs the server's own address in place of the pooler's"
      )
    }
    return try alone {
      let left = try left()
      for (entry, index) in left {
        try connection.execute(index.drop)
        try records.note(entry.number, entry.record?.name ?? "", "dropped an invalid index", index.name)
      }
      return left.map(\.index)
    }
  }

  /// The invalid indexes that unfinished migrations left.
  ///
  /// - Throws: ``MigrationError``, `PostgresError`.
  public func leftIndexes() throws -> [InvalidIndex] { try left().map(\.index) }

  /// Every invalid index of the database, whoever left it.
  ///
  /// - Throws: `PostgresError`.
  public func invalidIndexes() throws -> [InvalidIndex] { try InvalidIndex.all(in: connection) }

  private func left() throws -> [(entry: MigrationStatus.Entry, index: InvalidIndex)] {
    var left: [(MigrationStatus.Entry, InvalidIndex)] = []
    for entry in try status().entries where entry.state == .partlyUp || entry.state == .partlyDown {
      let direction: MigrationFile.Direction = entry.state == .partlyUp ? .up : .down
      let part = folder.files.first { $0.number == entry.number }?.part(direction)
      for statement in part?.statements ?? [] {
        guard let made = try InvalidIndex.made(by: statement, in: connection), !made.isValid else { continue }
        left.append((entry, made.index))
      }
    }
    return left
  }

  private func takeLock() throws {
    if let holder = try lock.tryTransaction() { throw MigrationError.busy(holder: holder) }
  }
}
