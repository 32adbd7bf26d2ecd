import Postgres
import TestSupport
import Testing

@testable import Migrations

@Suite("Verifying a database against its migrations")
struct VerificationTests {
  private let everything = """
    -- kedge: up
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE people (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL DEFAULT 'x', age int CHECK (age > 0), mood mood);
    CREATE INDEX by_name ON people (name);
    CREATE VIEW adults AS SELECT * FROM people WHERE age > 17;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    """

  private func differences(_ here: Migrating) throws -> [String] {
    try Verification(here.database.settings, try here.folder()).run().map(\.description)
  }

  @Test("a database that its migrations made has no differences, and every planted one is found")
  func planted() throws {
    let here = try Migrating(["0001_all.sql": everything])
    try here.runner().up()
    #expect(try differences(here) == [])
    let changes = [
      ("ALTER TABLE people ADD COLUMN extra int", "extra: column public.people.extra"),
      (
        "ALTER TABLE people ALTER age TYPE bigint USING age",
        "different: column public.people.age is \"bigint\""
      ),
      (
        "ALTER TABLE people ALTER name DROP DEFAULT",
        "different: column public.people.name is \"text NOT NULL\""
      ),
      (
        "ALTER TABLE people DROP CONSTRAINT people_age_check",
        "missing: constraint people_age_check on public.people"
      ),
      ("DROP INDEX by_name", "missing: index public.by_name"),
      ("ALTER TYPE mood ADD VALUE 'calm'", "different: type public.mood"),
      (
        "CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "different: function public.f()"
      ),
      ("CREATE TABLE public.other (a int)", "extra: table public.other"),
    ]
    for (sql, expected) in changes {
      let copy = try Migrating(["0001_all.sql": everything])
      try copy.runner().up()
      if sql.contains("TYPE bigint") { try copy.database.execute("DROP VIEW adults") }
      try copy.database.execute(sql)
      let found = try differences(copy)
      #expect(found.contains { $0.hasPrefix(expected) }, "\(sql): \(found)")
    }
  }

  @Test("what the migrations don't touch isn't theirs, and pending ones don't count")
  func scope() throws {
    let here = try Migrating(twoTables)
    try here.runner().up(to: 1)
    try here.database.execute("CREATE SCHEMA core; CREATE TABLE core.users (id int)")
    #expect(try differences(here) == [])
    try here.write("0002_b.sql", "-- kedge: up\nCREATE INDEX i ON core.users (id);\n")
    try here.runner().up()
    #expect(here.failure { _ = try differences(here) }.contains("0002_b failed"))
    let prelude = "CREATE SCHEMA core; CREATE TABLE core.users (id int)"
    #expect(try Verification(here.database.settings, try here.folder()).run(prelude: prelude) == [])
  }
}
