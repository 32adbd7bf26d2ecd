-- What is there of motiv8 while its tables are still SQLite's. One table is known to nobody.
CREATE TABLE users (
  id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password_hash VARCHAR(255), name VARCHAR(120),
  is_admin BOOLEAN, plan VARCHAR(20), balance FLOAT, streak INTEGER, preferences TEXT, created_at DATETIME, last_seen FLOAT
);
CREATE TABLE goals (
  id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER REFERENCES users (id), program VARCHAR(40), title VARCHAR(200), target VARCHAR(20),
  progress FLOAT, is_done BOOLEAN, tags JSON, due_on VARCHAR(10), deleted INTEGER, created_at VARCHAR(30)
);
CREATE TABLE media_files (
  id VARCHAR(36) NOT NULL PRIMARY KEY, user_id INTEGER, store VARCHAR(20), path VARCHAR(255), mime_type VARCHAR(80), size_bytes, width,
  height, sha256 CHAR(64), status VARCHAR(20), uploaded_at INTEGER
);
CREATE TABLE generated_items (
  id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER, goal_id INTEGER, media_id VARCHAR(36), kind VARCHAR(20), prompt TEXT, model VARCHAR(60),
  cost FLOAT, parameters JSON, status VARCHAR(20), created_at INTEGER
);
CREATE TABLE embeddings (
  id INTEGER NOT NULL PRIMARY KEY, source_id VARCHAR(36), file_id VARCHAR(36), model VARCHAR(60), dimensions INTEGER, chunks, norm FLOAT,
  created_at DATETIME
);
CREATE TABLE sessions (token CHAR(43) NOT NULL PRIMARY KEY, user_id INTEGER, ip VARCHAR(45), user_agent TEXT, created_at DATETIME, expires_at FLOAT);
CREATE TABLE settings (user_id INTEGER NOT NULL, name VARCHAR(60) NOT NULL, value TEXT, updated_at DATETIME, PRIMARY KEY (user_id, name));
CREATE TABLE badges (user_id INTEGER REFERENCES users (id), name TEXT);

INSERT INTO users (id, email) VALUES (1, ' Admin@MOTIV8.example'), (2, 'ada@example.com'), (3, 'bob@example.com'), (4, 'cat@example.com'), (5, 'dan@example.com');
INSERT INTO goals (id, user_id, program, deleted) VALUES (1, 2, 'run-5k', 1), (2, 3, NULL, 0), (3, 1, 'run-5k', 0);
INSERT INTO media_files (id, user_id) VALUES ('00000000-0000-4000-8000-000000000001', 2), ('00000000-0000-4000-8000-000000000002', 3);
INSERT INTO generated_items (id, user_id, goal_id, media_id) VALUES (1, 2, 1, '00000000-0000-4000-8000-000000000001'), (2, 3, 2, '');
INSERT INTO embeddings (id, source_id, file_id) VALUES (1, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002');
INSERT INTO sessions (token, user_id) VALUES ('a', 1), ('b', 2);
INSERT INTO settings (user_id, name) VALUES (1, 'theme'), (2, 'theme');
INSERT INTO badges VALUES (4, 'first'), (NULL, 'spare');
