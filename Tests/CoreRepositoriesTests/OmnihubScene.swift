import CoreRepositories
import Database
import Foundation

/// The two backends of omnihub.
enum OmnihubBackend: String, CaseIterable, Sendable {
  case postgres, sqlite

  /// - Parameter isShared: for a test that looks at nothing but rows of its own.
  func scene(isShared: Bool = true) async throws -> Scene {
    switch self {
    case .postgres: try await isShared ? Scene.shared("omnihub") : Scene.postgres("omnihub")
    case .sqlite: try Scene.sqlite("omnihub", Self.oldSchema)
    }
  }

  /// The tables as the old application makes them.
  static let oldSchema = """
    CREATE TABLE users (
      id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE, password_hash TEXT, display_name TEXT, credits REAL DEFAULT 0,
      role TEXT DEFAULT 'user', is_active BOOLEAN DEFAULT 1, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, last_login INTEGER
    );
    CREATE TABLE generations (
      id TEXT PRIMARY KEY, user_id INTEGER REFERENCES users(id), type TEXT, model TEXT, provider TEXT, prompt TEXT,
      credits NUMERIC, status TEXT DEFAULT 'pending', result TEXT, error TEXT, duration_ms INTEGER, created_at INTEGER,
      finished_at DATETIME
    );
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE logs (
      id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, level TEXT, message TEXT, context TEXT, created_at DATETIME
    );
    """
}

extension Scene {
  /// An account with some credits.
  func user(_ credits: Decimal, _ name: String = newTag()) async throws -> Int {
    try await Omnihub.UserRepository(core).create(
      Omnihub.User(email: "\(name)@example.org", passwordHash: "$2b$12$x", credits: credits)
    ).id
  }

  /// What all users have and what is reserved.
  func sums(of users: [Int]) async throws -> (
    credits: Decimal, reserved: Decimal, spent: Decimal, lowest: Decimal
  ) {
    let users = users.map { "\($0)" }.joined(separator: ", ")
    let row = try await database.one(
      """
      SELECT (SELECT sum(credits) FROM users WHERE id IN (\(users))) AS credits, (SELECT min(credits) FROM users WHERE id IN (\(users))) AS lowest,
        (SELECT coalesce(sum(credits), 0) FROM generations WHERE user_id IN (\(users)) AND status IN ('pending', 'running')) AS reserved,
        (SELECT coalesce(sum(credits), 0) FROM generations WHERE user_id IN (\(users)) AND status = 'completed') AS spent
      """)
    guard let row else { throw RepositoryError.notFound(entity: "sums", key: "") }
    return (try row["credits"], try row["reserved"], try row["spent"], try row["lowest"])
  }
}
