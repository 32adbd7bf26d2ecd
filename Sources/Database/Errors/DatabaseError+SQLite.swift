internal import SQLite

extension DatabaseError {
  /// What SQLite said, without values.
  init(_ error: SQLiteError) {
    let (kind, table) = Self.kind(of: error)
    // The statement's own text may hold values, where it was written without placeholders.
    var error = error
    error.sql = nil
    self.init(kind, error.description, sqliteCode: error.extendedCode, table: table)
  }

  /// SQLite's extended codes are the primary one and a number shifted by eight bits.
  private static func kind(of error: SQLiteError) -> (Kind, table: String?) {
    let (table, columns) = columns(in: error.message)
    switch (error.code, error.extendedCode >> 8) {
    case (19, 8), (19, 6), (19, 10):
      // UNIQUE constraint failed: index 'name', where the index is over expressions.
      let index = error.message.firstMatch(of: /index '(.+)'/).map { String($0.output.1) }
      return (.uniqueViolation(constraint: index, columns: index == nil ? columns : []), table)
    case (19, 3): return (.foreignKeyViolation(constraint: nil, columns: []), nil)
    case (19, 5): return (.notNullViolation(column: columns.first), table)
    case (19, 1):
      let name = error.message.split(separator: ": ", maxSplits: 1).dropFirst().first
      return (.checkViolation(constraint: name.map { String($0) }), nil)
    case (19, _): return (.constraintViolation(constraint: nil), nil)
    // A snapshot that another connection's commit has outdated can't be written from.
    case (5, 2): return (.serialization, nil)
    case (5, _), (6, _): return (.locked, nil)
    case (8, _): return (.readOnly, nil)
    case (9, _): return (.cancelled, nil)
    case (1, 0), (21, _): return (.statement, nil)
    case (18, _), (20, _): return (.invalidValue, nil)
    case (10, _), (11, _), (14, _), (23, _), (26, _): return (.connection, nil)
    case (25, _): return (.placeholders, nil)
    default: return (.other, nil)
    }
  }

  /// The names in `UNIQUE constraint failed: users.email, users.tenant`.
  private static func columns(in message: String) -> (table: String?, columns: [String]) {
    guard let list = message.split(separator: "constraint failed: ", maxSplits: 1).dropFirst().first else {
      return (nil, [])
    }
    let names = list.split(separator: ", ").map { $0.split(separator: ".", maxSplits: 1) }
    return (
      names.first.flatMap { $0.count == 2 ? String($0[0]) : nil },
      names.compactMap { $0.last.map { String($0) } }
    )
  }
}
