import Database
import TestSupport
import Testing

@Suite("Errors on both backends")
struct ErrorTests {
  private static let schema = """
    CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, tenant int, UNIQUE (email, tenant));
    CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users (id),
      amount int CONSTRAINT amount_is_positive CHECK (amount > 0));
    INSERT INTO users VALUES (1, 'secret@x.de', 5);
    INSERT INTO orders VALUES (1, 1, 10)
    """

  @Test(
    "The same mistake is of the same kind, and no error holds a value", arguments: DatabaseBackend.allCases)
  func kinds(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let database = test.database
      try await database.runScript(Self.schema)
      let unique = try await failure {
        try await database.run("INSERT INTO users VALUES (2, 'secret@x.de', 5)")
      }
      guard case .uniqueViolation(let constraint, let columns) = unique.kind else {
        Issue.record("\(unique.kind)")
        return
      }
      #expect(columns == ["email", "tenant"])
      #expect(constraint == (backend == .postgres ? "users_email_tenant_key" : nil))
      #expect(unique.table == "users")
      let key = try await failure { try await database.run("INSERT INTO users VALUES (1, 'other', 6)") }
      #expect(key.isUniqueViolation)
      let missing = try await failure {
        try await database.run("INSERT INTO orders VALUES (2, 271828182, 1)")
      }
      #expect(missing.isForeignKeyViolation)
      let kept = try await failure { try await database.run("DELETE FROM users WHERE id = 1") }
      #expect(kept.isForeignKeyViolation)
      let null = try await failure { try await database.run("INSERT INTO users VALUES (3, NULL, 1)") }
      #expect(null.kind == .notNullViolation(column: "email"))
      let check = try await failure {
        try await database.run("INSERT INTO orders VALUES (3, 1, ?)", [-314159265])
      }
      #expect(check.kind == .checkViolation(constraint: "amount_is_positive"))
      let syntax = try await failure { try await database.run("SELEKT 1") }
      #expect(syntax.kind == .statement)
      let table = try await failure { try await database.run("SELECT * FROM nothing_here") }
      #expect(table.kind == .statement)
      let two = try await failure { try await database.run("SELECT 1; SELECT 2") }
      #expect(two.kind == .statement)
      for error in [unique, key, missing, kept, null, check] {
        var shown = "\(error)" + String(reflecting: error)
        dump(error, to: &shown)
        #expect(error.isConstraintViolation)
        #expect(!shown.contains("secret@") && !shown.contains("314159265") && !shown.contains("271828182"))
      }
    }
  }

  @Test("Transactions are begun and ended by their calls alone", arguments: DatabaseBackend.allCases)
  func commands(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      for sql in [
        "BEGIN", "  commit", "/* x */ ROLLBACK", "SAVEPOINT a", "-- y\nRELEASE a", "END", "start transaction",
        "SET search_path = x",
        "Reset ALL", "DISCARD ALL", "PREPARE TRANSACTION 'x'", "set  session role x",
      ] {
        let kind1 = try await failure { try await test.database.run(sql) }.kind
        #expect(kind1 == .usage)
      }
    }
  }

  @Test("Settings that end with the transaction are allowed in it")
  func localSettings() async throws {
    try await TestDatabase.with(.postgres) { test in
      let found = try await test.database.transaction { transaction in
        try await transaction.run("SET LOCAL application_name = 'inside'")
        return try await transaction.one("SELECT current_setting('application_name') AS name")?[
          "name", as: String.self]
      }
      #expect(found == "inside")
    }
  }
}
