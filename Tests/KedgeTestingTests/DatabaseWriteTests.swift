import Codec
import Foundation
import Guardrails
import KedgeTesting
import Mapping
import Mongo
import Postgres
import SQLite
import Testing

@Suite struct DatabaseWriteTests {
  @Test func postgresTellsOfEveryManner() throws {
    try withPostgres { database in
      try database.execute(
        """
        CREATE SCHEMA core; CREATE TABLE core.users (id int PRIMARY KEY);
        CREATE TABLE core.addresses (user_id int REFERENCES core.users ON DELETE CASCADE);
        CREATE TABLE quiet (n int); CREATE TABLE rolled (n int);
        CREATE TABLE parted (n int) PARTITION BY RANGE (n); CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9);
        INSERT INTO core.users VALUES (1), (2); INSERT INTO core.addresses VALUES (1), (1);
        """)
      let writes = try database.writes {
        try database.execute("UPDATE quiet SET n = 1; BEGIN; INSERT INTO rolled VALUES (1); ROLLBACK;")
        try database.execute("SET session_replication_role = replica; INSERT INTO core.users VALUES (3), (4)")
        try database.execute("DELETE FROM core.users WHERE id = 1; INSERT INTO parted VALUES (3)")
        try database.execute(
          "CREATE TABLE made (n int); INSERT INTO made VALUES (1); CREATE TABLE also AS SELECT 1 AS n")
        try database.execute("TRUNCATE quiet; CREATE TEMP TABLE t (n int); INSERT INTO t VALUES (1)")
      }
      #expect(
        writes.map { "\($0.collection) \($0.operation.rawValue) \($0.count)" } == [
          "core.addresses delete 2", "core.users delete 1", "core.users insert 2", "public.also insert 1",
          "public.made insert 1", "public.parted insert 1", "public.quiet truncate 1",
        ])
      #expect(try database.rows("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'kedge%'") == [["0"]])
      #expect(try database.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'kedge%'") == [["0"]])
    }
  }

  @Test func mongoTellsOfEveryManner() async throws {
    try await withMongo { database in
      try database.insert("users", [["_id": 1], ["_id": 2]])
      let writes = try await database.writes {
        let connection = try database.connect()
        try connection.insert("users", documents: [["_id": 3], ["_id": 4]])
        _ = try connection.update("users", filter: ["_id": 99], ["$set": ["a": 1]])
        _ = try connection.update("users", filter: ["_id": 1], ["$set": ["a": 1]])
        _ = try connection.deleteOne("users", filter: ["_id": 2])
        try connection.run(command: [
          "aggregate": "users", "pipeline": [["$match": ["_id": 3]], ["$merge": "copies"]],
          "cursor": .document([:]),
        ])
        await Task.yield()
      }
      #expect(
        writes.map { "\($0.collection) \($0.operation.rawValue) \($0.count)" } == [
          "copies insert 1", "users delete 1", "users insert 2", "users update 1",
        ])
      let left = try database.connect().collections().map(\.name)
      #expect(left == ["copies", "users"])
    }
  }

  @Test func sqliteTellsOfEveryManner() throws {
    try withSQLite { database in
      try database.execute(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, n); INSERT INTO users VALUES (1, 1), (2, 2)")
      let before = try database.rows("SELECT name, sql FROM sqlite_schema")
      let writes = try database.writes {
        try database.execute(
          "UPDATE users SET n = 5 WHERE id = 9; DELETE FROM users; INSERT INTO users VALUES (7, 7)")
        try database.execute("BEGIN; INSERT INTO users VALUES (8, 8); ROLLBACK")
      }
      #expect(
        writes.map { "\($0.collection) \($0.operation.rawValue) \($0.count)" } == [
          "users delete 2", "users insert 1",
        ])
      #expect(try database.rows("SELECT name, sql FROM sqlite_schema") == before)
      let made = try database.writes { try database.execute("CREATE TABLE made AS SELECT 1 AS a") }
      #expect(made == [DatabaseWrite(collection: "made", operation: .insert, count: 1)])
    }
  }

  @Test func codeWithoutGuardsIsHeldToItsOwner() throws {
    let mappings = try shop()
    try withMongo { mongo in
      try withPostgres(
        prepared: "CREATE SCHEMA core; CREATE TABLE core.users (id text); CREATE TABLE stray (n int)"
      ) { core in
        let line = #line + 2
        let found = try Collecting.failures {
          try expectWritesOnly(.feature, on: ["app": mongo, "core": core], in: mappings) {
            try mongo.insert("carts", [["_id": 1]])
            try mongo.insert("users", [["_id": 1]])
            try core.execute("INSERT INTO core.users VALUES ('a'); INSERT INTO stray VALUES (1)")
          }
          try expectWritesToOwners(on: ["app": mongo, "core": core], in: mappings) {
            try mongo.insert("orders", [["_id": 1]])
            try core.execute("INSERT INTO core.users VALUES ('b')")
            try mongo.insert("users", [["_id": 2]])
          }
        }
        #expect(found.lines == [line, line, line, line + 5])
        #expect(
          found.messages[0].contains(
            "app saw 1 × insert of users. It belongs to users, which is owned by core"))
        #expect(found.messages[1].contains("core saw 1 × insert of core.users."))
        #expect(found.messages[2].contains("core saw 1 × insert of public.stray. No entity has this"))
        #expect(
          found.messages[3].contains("app saw 1 × insert of users, and users is owned by core in phase core"))
      }
    }
  }

  @Test func whatABlockWritesIsDeclared() async throws {
    let mappings = try shop()
    try await withMongo { mongo in
      let found = try await Collecting.failures {
        try await expectDeclared(writtenOn: ["app": mongo], in: mappings) {
          try mongo.insert("users", [["_id": 1]])
          try mongo.insert("audit_trail", [["_id": 1], ["_id": 2]])
          await Task.yield()
        }
      }
      #expect(
        found.messages == [
          "app saw 2 × insert of audit_trail, and no entity has this collection or table: declare it in the mapping set."
        ])
    }
  }
}
