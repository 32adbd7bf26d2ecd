internal import SQLite

/// The tables of the sample application omnihub.
public enum OmnihubTable: String, Sendable, CaseIterable {
  case users, generations, settings, logs

  /// The table as the application's own start-up code makes it: SQLite's loose types, few constraints.
  var definition: String {
    switch self {
    case .users:
      """
      CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        email TEXT UNIQUE,
        password_hash TEXT,
        display_name TEXT,
        credits REAL DEFAULT 0,
        role TEXT DEFAULT 'user',
        is_active BOOLEAN DEFAULT 1,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
        last_login INTEGER
      )
      """
    case .generations:
      """
      CREATE TABLE generations (
        id TEXT PRIMARY KEY,
        user_id INTEGER REFERENCES users(id),
        type TEXT,
        model TEXT,
        provider TEXT,
        prompt TEXT,
        credits NUMERIC,
        status TEXT DEFAULT 'pending',
        result TEXT,
        error TEXT,
        duration_ms INTEGER,
        created_at INTEGER,
        finished_at DATETIME
      )
      """
    case .settings:
      "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP)"
    case .logs:
      """
      CREATE TABLE logs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER,
        level TEXT,
        message TEXT,
        context TEXT,
        created_at DATETIME
      )
      """
    }
  }

  /// How many columns a row has, in the table's order.
  var columnCount: Int {
    switch self {
    case .users: 9
    case .generations: 13
    case .settings: 3
    case .logs: 6
    }
  }
}

extension SQLiteValue {
  /// An integer that is at hand as an `Int`.
  static func number(_ value: Int) -> SQLiteValue { .integer(Int64(value)) }
}
