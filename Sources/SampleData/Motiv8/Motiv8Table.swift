/// The tables of the sample application motiv8.
public enum Motiv8Table: String, Sendable, CaseIterable {
  case users, goals, mediaFiles = "media_files", generatedItems = "generated_items", embeddings, sessions,
    settings

  /// The table as SQLAlchemy made it, with what later hands have added.
  var definition: String {
    switch self {
    case .users:
      """
      CREATE TABLE users (
        id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password_hash VARCHAR(255), name VARCHAR(120),
        is_admin BOOLEAN, plan VARCHAR(20), balance FLOAT, streak INTEGER, preferences TEXT, created_at DATETIME,
        last_seen FLOAT
      )
      """
    case .goals:
      """
      CREATE TABLE goals (
        id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER REFERENCES users (id), program VARCHAR(40), title VARCHAR(200),
        target VARCHAR(20), progress FLOAT, is_done BOOLEAN, tags JSON, due_on VARCHAR(10), deleted INTEGER,
        created_at VARCHAR(30)
      )
      """
    case .mediaFiles:
      """
      CREATE TABLE media_files (
        id VARCHAR(36) NOT NULL PRIMARY KEY, user_id INTEGER, store VARCHAR(20), path VARCHAR(255), mime_type VARCHAR(80),
        size_bytes, width, height, sha256 CHAR(64), status VARCHAR(20), uploaded_at INTEGER
      )
      """
    case .generatedItems:
      """
      CREATE TABLE generated_items (
        id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER, goal_id INTEGER, media_id VARCHAR(36), kind VARCHAR(20), prompt TEXT,
        model VARCHAR(60), cost FLOAT, parameters JSON, status VARCHAR(20), created_at INTEGER
      )
      """
    case .embeddings:
      """
      CREATE TABLE embeddings (
        id INTEGER NOT NULL PRIMARY KEY, source_id VARCHAR(36), file_id VARCHAR(36), model VARCHAR(60), dimensions INTEGER,
        chunks, norm FLOAT, created_at DATETIME
      )
      """
    case .sessions:
      """
      CREATE TABLE sessions (
        token CHAR(43) NOT NULL PRIMARY KEY, user_id INTEGER, ip VARCHAR(45), user_agent TEXT, created_at DATETIME,
        expires_at FLOAT
      )
      """
    case .settings:
      """
      CREATE TABLE settings (
        user_id INTEGER NOT NULL, name VARCHAR(60) NOT NULL, value TEXT, updated_at DATETIME, PRIMARY KEY (user_id, name)
      )
      """
    }
  }

  /// How many columns a row has, in the table's order.
  var columnCount: Int {
    switch self {
    case .users, .goals, .mediaFiles, .generatedItems: 11
    case .embeddings: 8
    case .sessions: 6
    case .settings: 4
    }
  }
}

/// Where motiv8 keeps files: a local folder each, or a prefix in S3.
public enum Motiv8Store: String, Sendable, CaseIterable {
  case uploads, embeddings, generated
}
