internal import CSQLite

extension SQLiteConnection {
  /// Reads every page of a table and of its indexes, and makes sure that they are in order.
  ///
  /// Reading alone doesn't notice everything: where two pages have changed places, a search by rowid passes over rows as if
  /// they had never been there. Values that break a constraint are none of its business.
  ///
  /// - Throws: `SQLiteError` for a table that is damaged; its message names pages and cells, and no value.
  public func verifyStructure(of table: String) throws {
    // Checks may call functions that only the file's own program has.
    try execute("PRAGMA ignore_check_constraints = 1")
    let found = try query("PRAGMA main.quick_check(\(Self.quoted(table)))").compactMap { $0.first?.text }
    guard let damage = found.first(where: { $0.hasPrefix("*** in database") }) else { return }
    let first = damage.split(separator: "\n").dropFirst().first ?? "its pages aren't in order"
    throw SQLiteError(
      extendedCode: Int(SQLITE_CORRUPT), message: "the table \(Self.quoted(table)) is damaged: \(first).",
      path: path)
  }
}
