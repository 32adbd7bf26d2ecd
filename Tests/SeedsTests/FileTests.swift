import Seeds
import TestSupport
import Testing

@Suite("What is wrong with seeds")
struct FileTests {
  @Test("everything is found in one pass, with its place and a suggestion, and nothing is written")
  func onePass() throws {
    let seeding = try Seeding([
      "005_good.yaml": "seed: tiers\nrows: [{ code: good, name: Good }]\n",
      "010_entity.yaml": "seed: teirs\nrows: []\n",
      "020_column.yaml": "seed: tiers\nrows:\n  - { code: a, nmae: A }\n",
      "030_value.yaml":
        "seed: tiers\nrows:\n  - code: b\n    name: B\n    price: cheap\n  - { code: c, name: C, price: 1 }\n  - { code: d, name: D, price: 12345678901234 }\n",
      "040_key.yaml": "seed: tiers\nrows: [{ name: A }, { code: null, name: B }]\n",
      "050_twice.yaml": "seed: tiers\nrows:\n  - { code: e, name: A }\n  - { code: e, name: B }\n",
      "060_word.yaml": "seed: tiers\nrow: []\n",
      "070_query.sql": "-- kedge: seed tiers\nSELECT 'x' AS code,\n  nowhere AS name\n",
      "080_table.yaml": "table: core.teirs\nrows: []\n",
      "090_both.yaml": "seed: tiers\nrows:\n  - { code: good, name: Good }\n",
      "095_id.yaml": "seed: tiers\nrows: [{ code: f, name: F, id: 3 }]\n",
      "097_list.yaml": "seed: tiers\nrows: [{ code: g, name: [a] }]\n",
      "098_uneven.yml": "",
    ])
    let failure = seeding.failure()
    for expected in [
      "010_entity.yaml:1:7: error: unknown entity \"teirs\"", "did you mean \"tiers\"?",
      "020_column.yaml:3:16: error: core.tiers has no column \"nmae\"", "did you mean \"name\"?",
      "030_value.yaml:5:12: error: the column \"price\" of type numeric(12,2) doesn't take this value (SQLSTATE 22P02)",
      "030_value.yaml:7:32: error: the column \"price\" of type numeric(12,2) doesn't take this value (SQLSTATE 22003)",
      "040_key.yaml:2:8: error: the row has no \"code\", which is part of the key",
      "040_key.yaml:2:29: error: \"code\" is part of the key, and can't be null",
      "050_twice.yaml:4:5: error: the key of this row is already given at line 3, column 5",
      "060_word.yaml:2:1: error: a file of seeds has no key \"row\"", "did you mean \"rows\"?",
      "070_query.sql:3:3: error:", "42703",
      "080_table.yaml:1:8: error: the table core.teirs isn't there", "kedge migrate up",
      "090_both.yaml:3:5: error: 005_good.yaml seeds this row too, at line 2",
      "095_id.yaml:2:28: error: Postgres itself fills the column \"id\"",
      "097_list.yaml:2:25: error: the column \"name\" of type text doesn't take a list",
      "098_uneven.yml:1:1: error: files of seeds end in .yaml or .sql", "errors in the seeds",
    ] { #expect(failure.contains(expected), "no \(expected) in:\n\(failure)") }
    #expect(try seeding.tiers() == [])
    #expect(try seeding.database.value("SELECT to_regnamespace('kedge')") == "∅")
  }

  @Test("a personal value that doesn't fit isn't repeated")
  func personal() throws {
    let seeding = try Seeding(
      ["010_tiers.yaml": "seed: tiers\nrows: [{ code: a, name: A, contact: far too long }]\n"],
      tables: Seeding.tables + "ALTER TABLE core.tiers ALTER contact TYPE varchar(5)")
    let failure = seeding.failure()
    #expect(
      failure.contains(
        "010_tiers.yaml:2:37: error: the column \"contact\" of type character varying(5) doesn't take this value (SQLSTATE 22001)"
      ), "\(failure)")
    #expect(!failure.contains("far too"))
  }

  @Test("a key that nothing makes unique is refused, with those that are")
  func notUnique() throws {
    let seeding = try Seeding(
      ["010_tiers.yaml": "seed: tiers\nkey: [name]\nrows: [{ code: a, name: A }]\n"],
      tables: Seeding.tables
        + "CREATE UNIQUE INDEX ON core.tiers (name) WHERE price > 0; CREATE UNIQUE INDEX ON core.tiers (lower(name))"
    )
    #expect(
      seeding.failure().contains(
        "010_tiers.yaml:2:7: error: nothing makes the key (name) unique in core.tiers"))
    #expect(seeding.failure().contains("unique are: (code)"))
    try seeding.database.execute("CREATE UNIQUE INDEX ON core.tiers (name)")
    #expect(try seeding.figures() == ["010_tiers.yaml +1 ~0 =0 !0 -0"])
  }

  @Test("a rule of the table that a row breaks fails its file as a whole, and the files before it stay")
  func brokenRule() throws {
    let seeding = try Seeding(
      [
        "010_tiers.yaml": threeTiers,
        "020_bad.yaml":
          "seed: tiers\nrows:\n  - { code: y, name: Y, price: 1 }\n  - { code: z, name: Z, price: -1 }\n",
      ], tables: Seeding.tables + "ALTER TABLE core.tiers ADD CONSTRAINT positive CHECK (price >= 0)")
    let failure = seeding.failure()
    #expect(failure.hasPrefix("020_bad.yaml:4:5: error:"), "\(failure)")
    #expect(failure.contains("positive") && failure.contains("23514"), "\(failure)")
    #expect(try seeding.tiers().count == 3)
    try seeding.write("020_bad.yaml", "seed: tiers\nrows: [{ code: z, name: Z, price: 1 }]\n")
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =3 !0 -0", "020_bad.yaml +1 ~0 =0 !0 -0"])
  }
}
