import Catalog
import Seeds
import TestSupport
import Testing

@Suite("Rows that left their file")
struct PruneTests {
  private let one = "seed: tiers\nrows: [{ code: free, name: Free, price: 0 }]\n"

  @Test("they stay and are counted, until --prune removes what nobody changed")
  func pruning() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    try seeding.run()
    // A column that no file names is a person's change too.
    try seeding.database.execute("UPDATE core.tiers SET contact = 'mine' WHERE code = 'pro'")
    try seeding.database.execute("INSERT INTO core.tiers (code, name) VALUES ('mine', 'Mine')")
    try seeding.write("010_tiers.yaml", one)
    let report = try seeding.run()
    #expect(report.seeds[0].left == 2)
    #expect(report.seeds[0].kept == 0)
    #expect(try seeding.tiers().count == 4)
    let dry = try seeding.run {
      $0.isDry = true; $0.prunes = true; $0.reportsAll = true
    }
    #expect(dry.seeds[0].removed == 1)
    #expect(dry.seeds[0].rows.map(\.kind) == [.removed, .changedAndLeft])
    #expect(try seeding.tiers().count == 4)
    #expect(try seeding.figures { $0.prunes = true } == ["010_tiers.yaml +0 ~0 =1 !1 -1"])
    #expect(try seeding.database.rows("SELECT code FROM core.tiers ORDER BY 1") == ["free", "mine", "pro"])
    #expect(
      try seeding.figures {
        $0.prunes = true; $0.isForced = true
      } == ["010_tiers.yaml +0 ~0 =1 !0 -1"])
    #expect(try seeding.database.rows("SELECT code FROM core.tiers ORDER BY 1") == ["free", "mine"])
    #expect(try seeding.database.value("SELECT count(*) FROM kedge.seeds") == "1")
  }

  @Test("a file that is gone leaves its rows to --prune, and a row that moved to another file stays")
  func goneFile() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    try seeding.run()
    try seeding.remove("010_tiers.yaml")
    try seeding.write("030_tiers.yaml", one)
    let before = try seeding.database.value("SELECT id FROM core.tiers WHERE code = 'free'")
    #expect(
      try seeding.figures { $0.prunes = true } == [
        "030_tiers.yaml +0 ~0 =1 !0 -0", "010_tiers.yaml +0 ~0 =0 !0 -2",
      ])
    #expect(try seeding.database.rows("SELECT code, id FROM core.tiers") == ["free | \(before)"])
  }

  @Test("rows that others refer to stay, whatever a deletion would take along")
  func references() throws {
    let seeding = try Seeding(
      [
        "010_a.yaml":
          "table: public.a\nrows: [{ id: 1 }, { id: 2 }, { id: 3, above: 2 }, { id: 4, above: 4 }]\n",
        "020_b.yaml": "table: public.b\nrows: [{ id: 1, a: 1 }]\n",
      ],
      tables: """
        CREATE TABLE a (id int PRIMARY KEY, above int REFERENCES a ON DELETE CASCADE);
        CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);
        """)
    try seeding.run()
    try seeding.database.execute("INSERT INTO b VALUES (77, 1)")
    try seeding.write("010_a.yaml", "table: public.a\nrows: []\n")
    try seeding.write("020_b.yaml", "table: public.b\nrows: []\n")
    let report = try seeding.run {
      $0.prunes = true; $0.isForced = true
    }
    #expect(report.seeds.map(\.removed) == [3, 1])
    #expect(report.seeds[0].rows.map(\.kind) == [.referred])
    #expect(try seeding.database.rows("SELECT id FROM a") == ["1"])
    #expect(try seeding.database.rows("SELECT id, a FROM b") == ["77 | 1"])
  }

  @Test("a table that was made anew is filled anew; one that a person emptied isn't")
  func recreated() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    try seeding.run()
    try seeding.database.execute("TRUNCATE core.tiers")
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =0 !3 -0"])
    try seeding.database.execute("DROP SCHEMA core CASCADE; " + Seeding.tables)
    #expect(try seeding.figures() == ["010_tiers.yaml +3 ~0 =0 !0 -0"])
    // As after a backup was brought back: another table, with the rows.
    try seeding.database.execute(
      "CREATE TABLE core.copy (LIKE core.tiers INCLUDING ALL); INSERT INTO core.copy (code, name, price) SELECT code, name, price FROM core.tiers WHERE code <> 'pro';"
        + " DROP TABLE core.tiers; ALTER TABLE core.copy RENAME TO tiers")
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =2 !1 -0"])
  }

  @Test(
    "what a reset took away on purpose is forgotten, and comes back; what a person deleted elsewhere doesn't")
  func forgetting() throws {
    let seeding = try Seeding(
      [
        "010_tiers.yaml": threeTiers,
        "020_t.yaml": "table: public.t\nrows: [{ a: 1, b: x }, { a: 1, b: y }]\n",
      ],
      tables: Seeding.tables + "CREATE TABLE t (a int, b text, PRIMARY KEY (a, b))")
    try seeding.run()
    try seeding.database.execute(
      "DELETE FROM core.tiers WHERE code <> 'pro'; UPDATE core.tiers SET name = 'x'; DELETE FROM t WHERE b = 'x'"
    )
    let catalog = Catalog(seeding.database.connection)
    #expect(try catalog.forgetMissingSeeds(of: "shop", table: (schema: "core", name: "tiers")) == 2)
    #expect(try seeding.figures() == ["010_tiers.yaml +2 ~0 =0 !1 -0", "020_t.yaml +0 ~0 =1 !1 -0"])
    #expect(try catalog.forgetMissingSeeds(of: "shop") == 1)
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =2 !1 -0", "020_t.yaml +1 ~0 =1 !0 -0"])
    try seeding.database.execute("DROP TABLE t")
    #expect(try catalog.forgetMissingSeeds(of: "shop") == 2)
  }
}
