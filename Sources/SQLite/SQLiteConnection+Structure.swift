internal import CSQLite
internal import Glibc

extension SQLiteConnection {
  /// Reads every page of a table and of its indexes, and makes sure that they are in order.
  ///
  /// Reading alone doesn't notice everything: where two pages have changed places, a search by rowid passes over rows as if
  /// they had never been there. Values that break a constraint are none of its business.
  ///
  /// - Throws: `SQLiteError` for a table that is damaged; its message names pages and cells, and no value.
  public func verifyStructure(of table: String) throws {
    try readForward(table)
    // Checks may call functions that only the file's own program has.
    try execute("PRAGMA ignore_check_constraints = 1")
    let found = try query("PRAGMA main.quick_check(\(Self.quoted(table)))").compactMap { $0.first?.text }
    guard let damage = found.first(where: { $0.hasPrefix("*** in database") }) else { return }
    let first = damage.split(separator: "\n").dropFirst().first ?? "its pages aren't in order"
    throw SQLiteError(
      extendedCode: Int(SQLITE_CORRUPT), message: "the table \(Self.quoted(table)) is damaged: \(first).",
      path: path)
  }

  /// Has a table's pages brought into the system's memory.
  ///
  /// The check walks a table from its end to its beginning, and no kernel reads ahead of who goes backwards: each page of a file that isn't in
  /// memory would be waited for alone. Counting walks forwards, over the same pages, without looking at a row. Of a file that is
  /// larger than memory, they would be gone again before the check comes to them.
  private func readForward(_ table: String) throws {
    let pages = try (pragma("page_count").integer ?? 0, pragma("page_size").integer ?? 0)
    let memory = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    guard Int64(pages.0) * Int64(pages.1) <= memory / 2 else { return }
    do {
      try query("SELECT count(*) FROM main.\(Self.quoted(table)) NOT INDEXED")
    } catch let error as SQLiteError where error.isCorrupt {
      // The check says what is wrong, and where.
    }
  }
}
