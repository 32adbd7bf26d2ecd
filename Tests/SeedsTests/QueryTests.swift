import Seeds
import TestSupport
import Testing

@Suite("Seeds in SQL")
struct QueryTests {
  @Test("a query yields rows: same engine, same figures, texts cast to the columns' types")
  func rows() throws {
    let seeding = try Seeding(
      [
        "010_tiers.yaml": threeTiers,
        "020_query.sql": """
        -- kedge: seed tiers
        -- Years, of what is there; "quoted" and 'quoted'.
        WITH yearly AS (SELECT code || '-year' AS code, name || ' by the year' AS name, price * 10 AS price
          FROM core.tiers WHERE code IN ('free', 'pro'))
        SELECT *, '{"a": 1}' AS settings, '2026-01-01T01:00:00+01:00' AS starts_at, ARRAY['x', 'y'] AS tags FROM yearly -- the end
        """,
      ],
      tables: Seeding.tables
        + "ALTER TABLE core.tiers ADD settings jsonb, ADD starts_at timestamptz, ADD tags text[]")
    let whole = ["010_tiers.yaml +3 ~0 =0 !0 -0", "020_query.sql +2 ~0 =0 !0 -0"]
    #expect(try seeding.figures { $0.isDry = true } == whole)
    #expect(try seeding.figures() == whole)
    #expect(
      try seeding.database.rows(
        "SELECT code, price, settings, starts_at, tags FROM core.tiers WHERE code LIKE '%year' ORDER BY 1")
        == [
          "free-year | 0.00 | {\"a\": 1} | 2026-01-01 00:00:00+00 | {x,y}",
          "pro-year | 105.00 | {\"a\": 1} | 2026-01-01 00:00:00+00 | {x,y}",
        ])
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =3 !0 -0", "020_query.sql +0 ~0 =2 !0 -0"])
    try seeding.database.execute("UPDATE core.tiers SET name = 'x' WHERE code = 'pro-year'")
    #expect(try seeding.figures()[1] == "020_query.sql +0 ~0 =1 !1 -0")
  }

  @Test("the first line may name the key and force, and a table by its schema")
  func heading() throws {
    let seeding = try Seeding(
      [
        "010_pairs.sql":
          "-- kedge: seed public.pairs key a, b force\nVALUES (1, 'x', 'one'), (1, 'y', 'two')\n"
      ],
      tables: "CREATE TABLE pairs (column1 int, column2 text, column3 text, UNIQUE (column2, column1))")
    #expect(
      seeding.failure().contains("010_pairs.sql:1:33: error: public.pairs has no column \"a\""),
      "\(seeding.failure())")
    try seeding.write(
      "010_pairs.sql",
      "-- kedge: seed public.pairs key column1, column2 force\nVALUES (1, 'x', 'one'), (1, 'y', 'two')\n")
    #expect(try seeding.figures() == ["010_pairs.sql +2 ~0 =0 !0 -0"])
    try seeding.database.execute("UPDATE pairs SET column3 = 'mine'")
    #expect(try seeding.figures() == ["010_pairs.sql +0 ~2 =0 !0 -0"])
  }

  @Test("what isn't one query that fits is a located error")
  func faults() throws {
    let seeding = try Seeding([
      "010_a.sql": "SELECT 1\n",
      "020_b.sql": "-- kedge: seed tiers\nINSERT INTO core.tiers VALUES (1)\n",
      "030_c.sql": "-- kedge: seed tiers\nSELECT 1;\n  SELECT 2\n",
      "040_d.sql": "-- kedge: seed tiers forse\nSELECT 1\n",
      "050_e.sql": "-- kedge: seed tiers\nSELECT 'a' AS code, 'b' AS nam\n",
      "060_f.sql": "-- kedge: seed tiers\nSELECT 'a\n",
      "070_g.sql": "-- kedge: seed tiers\n-- nothing\n",
      "080_h.sql": "-- kedge: seed tiers\nSELECT 'b' AS name\n",
      "090_i.sql": "-- kedge: seed tiers\nSELECT 'b' AS code FROM\n  core.nowhere\n",
    ])
    let failure = seeding.failure()
    for expected in [
      "010_a.sql:1:1: error: a file of seeds in SQL begins with a line",
      "020_b.sql:2:1: error: a seed is a query",
      "030_c.sql:3:3: error: a file of seeds has one query",
      "040_d.sql:1:22: error: \"forse\" has no meaning here",
      "did you mean \"force\"?", "050_e.sql:2:1: error: core.tiers has no column \"nam\"",
      "did you mean \"name\"?",
      "060_f.sql:2:8: error: this text in quotes isn't closed", "070_g.sql:1:1: error: the file has no query",
      "080_h.sql:2:1: error: the query yields no \"code\"", "090_i.sql:3:3: error:", "42P01",
      "9 errors in the seeds",
    ] { #expect(failure.contains(expected), "no \(expected) in:\n\(failure)") }

    for name in ["010_a", "020_b", "030_c", "040_d", "050_e", "060_f", "070_g", "080_h", "090_i"] {
      try seeding.remove(name + ".sql")
    }
    try seeding.write(
      "010_a.sql", "-- kedge: seed tiers\nSELECT 'a' AS code, 'A' AS name UNION ALL SELECT 'a', 'B'\n")
    #expect(
      seeding.failure().contains("010_a.sql:2:1: error: rows 1 and 2 of the query have the same key (code)"))
    try seeding.write("010_a.sql", "-- kedge: seed tiers\nSELECT NULL::text AS code, 'A' AS name\n")
    #expect(seeding.failure().contains("1 of the query's rows have null in the key (code)"))
    try seeding.write("010_a.sql", "-- kedge: seed tiers\nSELECT 'a' AS code, 'A' AS name, 1 / 0 AS price\n")
    #expect(seeding.failure().contains("22012"))
    #expect(try seeding.tiers() == [])
  }

  @Test("a row that two files seed is refused, in whatever way they name it")
  func overlap() throws {
    let query = "-- kedge: seed tiers\nSELECT 'pro' AS code, 'Other' AS name\n"
    let seeding = try Seeding(["010_tiers.yaml": threeTiers, "020_query.sql": query])
    #expect(seeding.failure().contains("020_query.sql:2:1: error: 010_tiers.yaml seeds this row too"))
    #expect(try seeding.tiers().count == 3)
    try seeding.remove("020_query.sql")
    try seeding.write("005_query.sql", query)
    #expect(seeding.failure().contains("005_query.sql:2:1: error: 010_tiers.yaml seeds this row too"))
    #expect(try seeding.tiers()[1] == "pro | Pro | 10.50")
  }
}
