-- What is there of omnihub while its tables are still SQLite's.
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE, password_hash TEXT, display_name TEXT, credits REAL DEFAULT 0, role TEXT DEFAULT 'user',
  is_active BOOLEAN DEFAULT 1, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, last_login INTEGER
);
CREATE TABLE generations (
  id TEXT PRIMARY KEY, user_id INTEGER REFERENCES users(id), type TEXT, model TEXT, provider TEXT, prompt TEXT, credits NUMERIC,
  status TEXT DEFAULT 'pending', result TEXT, error TEXT, duration_ms INTEGER, created_at INTEGER, finished_at DATETIME
);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE logs (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, level TEXT, message TEXT, context TEXT, created_at DATETIME);

INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'bob@example.com'), (3, 'cat@example.com');
INSERT INTO generations (id, user_id) VALUES ('00000000-0000-4000-8000-000000000001', 1), ('00000000-0000-4000-8000-000000000002', 2);
INSERT INTO settings (key) VALUES ('theme'), ('limit');
INSERT INTO logs (user_id, level) VALUES (1, 'info'), (2, 'info'), (NULL, 'error');
