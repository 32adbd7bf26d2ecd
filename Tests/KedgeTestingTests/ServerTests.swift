import Codec
import KedgeTesting
import Mongo
import Postgres
import SQLite
import Testing

@Suite struct ServerTests {
  @Test func postgresDatabasesAreApart() async throws {
    for round in 0..<3 {
      try withPostgres { database in
        try database.execute("CREATE TABLE a (n int); INSERT INTO a VALUES (\(round))")
        #expect(try database.rows("SELECT n FROM a") == [["\(round)"]])
      }
    }
    for _ in 0..<3 {
      try await withPostgres(prepared: "CREATE TABLE a (n int); INSERT INTO a VALUES (7)") { database in
        let rows = try database.rows("SELECT n FROM a")
        #expect(rows == [["7"]])
        await Task.yield()
      }
    }
  }

  @Test func mongoDatabasesAreApart() async throws {
    for round in 0..<3 {
      try withMongo { database in
        try database.insert("a", [["_id": .init(round)]])
        #expect(try database.documents("a") == [["_id": .init(round)]])
      }
    }
    try await withMongo { database in
      await Task.yield()
      let documents = try database.documents("a")
      #expect(documents == [])
    }
  }

  @Test func sqliteFilesAreApart() async throws {
    for round in 0..<3 {
      try withSQLite { database in
        try database.execute("CREATE TABLE a (n); INSERT INTO a VALUES (\(round))")
        #expect(try database.rows("SELECT n FROM a") == [[.integer(Int64(round))]])
      }
    }
    try await withSQLite { database in
      await Task.yield()
      let rows = try database.rows("SELECT count(*) FROM sqlite_schema")
      #expect(rows == [[0]])
    }
  }
}
