import CoreSchema
import Mapping
import Migrations
import Postgres
import Schema
import TestSupport
import Testing

/// What is written from a mapping is applied, linted, undone and applied again.
@Suite("Migrations from a mapping")
struct DraftTests {
  private static let tiers = """
    entity: tiers
    owner: core
    target: { table: tiers }
    key: [id]
    fields:
      id: { type: text }
      code: { type: varchar(32), required: true, unique: true }
    """
  private static let users = """
    entity: users
    owner: core
    target: { table: users }
    key: [id]
    fields:
      id: { type: text }
      email: { type: citext, required: true, unique: true }
      name: { type: text }
      tier_id: { type: text }
      status: { type: { enum: status, values: [new, old] } }
      seen: { type: { enum: status, values: [new, old], array: true } }
      boss_id: { type: text }
    references:
      - { columns: [boss_id], entity: users, to: [id], on-delete: set-null, enforce: constraint }
    """

  /// A change of the text.
  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    /// What is replaced in `users`, and by what.
    let replaced: [(String, String)]
    /// Entities that come to it.
    var more: [String] = []
    /// The files that are written, without number and ending.
    let files: [String]
    var testDescription: String { name }
  }

  static let changes: [Change] = [
    Change(
      name: "columns, one of them unique, and a column that Postgres fills",
      replaced: [
        (
          "  boss_id: { type: text }\n",
          "  boss_id: { type: text }\n  age: { type: integer }\n  code: { type: text, unique: true }\n"
        ), ("references:", "generated:\n  number: { type: bigint, as: identity }\nreferences:"),
      ],
      files: ["next_users_columns", "next_users_code_key", "next_users_code_key_constraint"]),
    Change(
      name: "a column that is required",
      replaced: [
        (
          "  name: { type: text }\n",
          "  name: { type: text }\n  age: { type: integer, required: true }\n"
        )
      ],
      files: [
        "next_users_columns", "next_users_required", "next_users_required_validate",
        "next_users_required_set",
      ]),
    Change(
      name: "a column becomes required",
      replaced: [("name: { type: text }", "name: { type: text, required: true }")],
      files: ["next_users_required", "next_users_required_validate", "next_users_required_set"]),
    Change(
      name: "a column becomes unique",
      replaced: [("name: { type: text }", "name: { type: text, unique: true }")],
      files: ["next_users_name_key", "next_users_name_key_constraint"]),
    Change(
      name: "a reference to a table that is there, and one that does something else from now on",
      replaced: [
        ("on-delete: set-null", "on-delete: cascade"),
        (
          "references:\n",
          "references:\n  - { columns: [tier_id], entity: tiers, to: [id], on-delete: restrict, enforce: constraint }\n"
        ),
      ],
      files: ["next_users_references", "next_users_references_validate", "next_users_tier_id_idx"]),
    Change(
      name: "new tables, with references both ways",
      replaced: [
        ("  name: { type: text }\n", "  name: { type: text }\n  house_id: { type: bigint }\n"),
        (
          "references:\n",
          "references:\n  - { columns: [house_id], entity: houses, to: [id], enforce: constraint }\n"
        ),
      ],
      more: [
        """
        entity: houses
        owner: core
        target: { table: houses }
        key: [id]
        fields:
          id: { type: bigint }
          tier_code: { type: varchar(32), required: true }
          state: { type: { enum: state, values: [up, down] } }
        references:
          - { columns: [tier_code], entity: tiers, to: [code], on-delete: cascade, enforce: constraint }
        """
      ],
      files: [
        "next", "next_users_columns", "next_users_references", "next_users_references_validate",
        "next_users_house_id_idx",
      ]),
    Change(
      name: "values of an enum", replaced: [("values: [new, old]", "values: [new, old, \"o'lder\"]")],
      files: ["next"]),
  ]

  private func change(_ change: Change) throws -> SchemaPlan {
    var users = Self.users
    for (old, new) in change.replaced {
      try #require(users.contains(old), "nothing to replace: \(old)")
      users = users.replacing(old, with: new)
    }
    return try DraftScene.plan([Self.tiers, users] + change.more)
  }

  @Test("an empty folder gets everything in one file, which goes and comes back")
  func everything() throws {
    let here = try DraftScene()
    let empty = try here.everything()
    let plan = try DraftScene.plan([Self.tiers, Self.users])
    let draft = try here.write("tables", plan)
    #expect(draft.decisions == [])
    #expect(try here.folder().files.map(\.title) == ["0001_tables"])
    #expect(try here.warnings(after: 0) == [])
    try here.runner().up()
    #expect(try plan.differences(from: here.database.connection) == [])
    // As the engine makes them, to the last name.
    let made = try here.everything()
    let engine = try DraftScene()
    try engine.database.connection.execute(plan.script)
    #expect(try engine.everything() == made)
    #expect(try MigrationDrafter(plan, from: here.database.connection).files(named: "x", set: "app").isEmpty)
    try here.runner().down(to: 0)
    #expect(try here.everything() == empty)
    try here.runner().up()
    #expect(try here.everything() == made)
  }

  @Test(
    "a change of the mapping becomes steps that lint allows, and whose way back is whole", arguments: changes)
  func changed(_ change: Change) throws {
    let here = try DraftScene()
    try here.write("tables", try DraftScene.plan([Self.tiers, Self.users]))
    try here.runner().up()
    try here.database.execute(
      """
      ALTER TABLE core.users ALTER status SET DEFAULT 'old';
      INSERT INTO core.tiers VALUES ('t', 'free');
      INSERT INTO core.users (id, email, name, tier_id, seen) VALUES ('a', 'a@b', 'Ann', 't', '{new,old}')
      """)
    let before = try here.everything()
    let plan = try self.change(change)
    let draft = try here.write("next", plan)
    #expect(draft.decisions == [])
    #expect(try here.folder().files.dropFirst().map(\.name) == change.files)
    #expect(try here.warnings(after: 1) == [])
    if change.files.contains("next_users_columns"), change.files.contains("next_users_required") {
      try here.runner().up(to: 2)
      try here.database.execute("UPDATE core.users SET age = 1")
    }
    try here.runner().up()
    let after = try here.everything()
    #expect(try plan.differences(from: here.database.connection) == [])
    #expect(try MigrationDrafter(plan, from: here.database.connection).files(named: "x", set: "app").isEmpty)
    try here.runner().down(to: 1)
    #expect(try here.everything() == before)
    #expect(try here.database.value("SELECT id || name || seen::text FROM core.users") == "aAnn{new,old}")
    guard !change.files.contains("next_users_required") else { return }
    try here.runner().up()
    #expect(try here.everything() == after)
  }

  @Test("what only a person can know is written as a comment, and keeps 'up' from going on when it is all")
  func decisions() throws {
    let here = try DraftScene()
    try here.write("tables", try DraftScene.plan([Self.tiers, Self.users]))
    try here.runner().up()
    try here.database.execute("ALTER TABLE core.tiers ADD COLUMN own text NOT NULL")
    let users = Self.users.replacing("name: { type: text }", with: "name: { type: jsonb }")
    let draft = try here.write("next", try DraftScene.plan([Self.tiers, users]))
    #expect(
      draft.decisions.map(\.difference) == [
        "column core.tiers.own is NOT NULL without a default and the mapping doesn't fill it",
        "column core.users.name is text; the mapping says jsonb",
      ])
    let file = try #require(draft.files(named: "next", set: "app").first)
    #expect(
      file.text.contains(
        "-- A person has to decide: column core.users.name is text; the mapping says jsonb.\n"))
    #expect(
      file.text.contains(
        "--   ALTER TABLE \"core\".\"users\" ALTER COLUMN \"name\" TYPE jsonb USING \"name\"::jsonb;"))
    #expect(throws: MigrationError.self) { try here.runner().up() }
    // Beside something that can be written, it is a comment there.
    let more = users.replacing(
      "boss_id: { type: text }", with: "boss_id: { type: text }\n  age: { type: integer }")
    let both = try MigrationDrafter(try DraftScene.plan([Self.tiers, more]), from: here.database.connection)
    #expect(both.migrations.map(\.up) == [["ALTER TABLE \"core\".\"users\"\n  ADD COLUMN \"age\" integer"]])
    #expect(both.files(named: "next", set: "app")[0].text.contains("-- A person has to decide"))
  }
}
