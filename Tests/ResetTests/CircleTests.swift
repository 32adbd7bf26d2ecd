import Postgres
import Reset
import TestSupport
import Testing

/// Rows that refer to their own table, or round in a circle.
@Suite("Resets of circles")
struct CircleTests {
  private static let people = "entity: people\nowner: core\nkey: [id]\nfields: { id: integer, name: text }"

  @Test(
    "a chain that refuses every single deletion goes, whichever way its keys run",
    arguments: ["RESTRICT", "NO ACTION", "CASCADE", "SET NULL"])
  func chain(rule: String) throws {
    let target = try TestPostgres()
    try target.execute(
      """
      CREATE SCHEMA core;
      CREATE TABLE core.people (id integer PRIMARY KEY, name text, boss integer REFERENCES core.people ON DELETE \(rule));
      INSERT INTO core.people SELECT i, 'n', CASE WHEN i < 20 THEN i + 1 END FROM generate_series(1, 20) i;
      INSERT INTO core.people SELECT 100 + i, 'n', CASE WHEN i > 1 THEN 99 + i END FROM generate_series(1, 20) i;
      INSERT INTO core.people VALUES (50, 'self', 50), (60, 'admin', 61), (61, 'n', 62), (62, 'n', 60), (63, 'n', 60);
      UPDATE core.people SET boss = 60 WHERE id = 107;
      """)
    let scene = try ResetScene(into: target, Self.people + "\nreset: { keep: { name: [admin] } }")
    let report = try scene.reset()
    #expect(
      try target.rows("SELECT id, boss FROM core.people ORDER BY id") == ["60 | 61", "61 | 62", "62 | 60"])
    #expect(report.figures == ["core.core.people: 42/3"])
  }

  @Test("two tables that need each other go together")
  func pair() throws {
    let target = try TestPostgres()
    try target.execute(
      """
      CREATE SCHEMA core;
      CREATE TABLE core.people (id integer PRIMARY KEY, name text, home integer NOT NULL);
      CREATE TABLE core.homes (id integer PRIMARY KEY, owner integer NOT NULL REFERENCES core.people ON DELETE RESTRICT);
      CREATE TABLE core.rooms (id integer PRIMARY KEY, home integer REFERENCES core.homes ON DELETE CASCADE);
      INSERT INTO core.people SELECT i, 'n' || i, i FROM generate_series(1, 10) i;
      INSERT INTO core.homes SELECT i, i % 10 + 1 FROM generate_series(1, 10) i;
      INSERT INTO core.rooms SELECT i, i % 10 + 1 FROM generate_series(1, 30) i;
      ALTER TABLE core.people ADD FOREIGN KEY (home) REFERENCES core.homes;
      """)
    let scene = try ResetScene(
      into: target, Self.people,
      "entity: homes\nowner: core\nkey: [id]\nfields: { id: integer, owner: integer }",
      "entity: rooms\nowner: core\nkey: [id]\nfields: { id: integer, home: integer }")
    let report = try scene.reset()
    #expect(report.figures == ["core.core.homes: 10/0", "core.core.people: 10/0", "core.core.rooms: 30/0"])
    #expect(
      try target.value("SELECT (SELECT count(*) FROM core.people) + (SELECT count(*) FROM core.homes)") == "0"
    )
  }
}
