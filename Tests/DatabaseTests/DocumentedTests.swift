import Database
import TestSupport
import Testing

func credits(of email: String, _ environment: [String: String], orIn file: String) async throws -> Int {
  let database = try Database(environment: environment, sqlitePath: file)
  let user = try await database.one("SELECT id, credits FROM users WHERE email = ?", [email])
  await database.close()
  return try user?["credits"] ?? 0
}

func reserve(_ cost: Int, for user: Int, on database: Database) async throws -> Int? {
  try await database.transaction(retries: 3, deadline: .after(.seconds(60))) { transaction in
    let paid = try await transaction.run(
      "UPDATE users SET credits = credits - ? WHERE id = ? AND credits >= ?", [cost, user, cost])
    guard paid == 1 else { return nil }
    let generation = try await transaction.one(
      "INSERT INTO generations (user_id, credits, status) VALUES (?, ?, ?) RETURNING id",
      [user, cost, "pending"])
    return try generation?["id", as: Int.self]
  }
}

struct Painters {
  let health = EndpointHealth(["fal", "replicate", "openai"])

  func paint(asking ask: (String) async throws -> String) async throws -> String {
    try await health.first { painter in try await ask(painter) }
  }
}

/// The code of `docs/database.md`, as it stands there.
@Suite("What the page on databases shows")
struct DocumentedTests {
  private func prepare(_ database: Database) async throws {
    let id =
      database.backend == .postgres ? "int GENERATED ALWAYS AS IDENTITY PRIMARY KEY" : "INTEGER PRIMARY KEY"
    try await database.runScript(
      """
      CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, credits int NOT NULL);
      CREATE TABLE generations (id \(id), user_id int NOT NULL REFERENCES users, credits int, status text);
      INSERT INTO users VALUES (1, 'ada@example.com', 50)
      """)
  }

  @Test("Settings from the environment, and one row")
  func environment() async throws {
    let folder = try MemoryFolder()
    let file = folder.path + "/omnihub.db"
    let database = try Database(DatabaseConfiguration.sqlite(path: file))
    try await prepare(database)
    await database.close()
    #expect(try await credits(of: "ada@example.com", [:], orIn: file) == 50)
    #expect(try await credits(of: "nobody@example.com", ["SQLITE_PATH": file], orIn: "elsewhere.db") == 0)
  }

  @Test(
    "A reservation happens whole, or not at all, also for 100 at once", arguments: DatabaseBackend.allCases)
  func reservation(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let database = test.database
      try await prepare(database)
      let made = try await withThrowingTaskGroup(of: Int?.self) { group in
        for _ in 0..<100 { group.addTask { try await reserve(7, for: 1, on: database) } }
        return try await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
      }
      #expect(made == 7)
      #expect(try await database.all("SELECT credits FROM users") { try $0["credits", as: Int.self] } == [1])
      #expect(try await database.one("SELECT count(*) AS n FROM generations")?["n", as: Int.self] == 7)
    }
  }

  @Test("A fallback order")
  func fallback() async throws {
    struct Down: Error {}
    let image = try await Painters().paint { painter in
      if painter == "fal" { throw Down() }
      return "image by \(painter)"
    }
    #expect(image == "image by replicate")
  }
}
