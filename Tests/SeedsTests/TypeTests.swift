import Seeds
import TestSupport
import Testing

@Suite("Values of seeds")
struct TypeTests {
  private static let table = """
    CREATE TYPE mood AS ENUM ('calm', 'busy');
    CREATE TYPE place AS (street text, number int);
    CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
    CREATE DOMAIN settings AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
    CREATE TABLE everything (id uuid PRIMARY KEY, flag boolean, small smallint, big bigint, exact numeric, two numeric(12,2),
      real8 double precision, label varchar(5), fixed char(3), bytes bytea, day date, at timestamptz, clock time, span interval,
      host inet, net cidr, doc jsonb, raw json, tags text[], grid int[], docs jsonb[], mood mood, moods mood[], share percent,
      options settings, home place, spot point, during int4range, long text, "odd ""name" text);
    """

  private static let row = """
    table: public.everything
    rows:
      - id: 5B30857F-0BFA-48B5-AC0B-5C64E28078D1
        flag: yes
        small: -3
        big: 9007199254740993
        exact: 1.50
        two: "1.5"
        real8: 0.1
        label: Zürich
        fixed: ab
        bytes: '\\x00ff10'
        day: 2026-02-28
        at: 2026-01-01T01:00:00+01:00
        clock: 12:30
        span: 1 day 2 hours
        host: 10.0.0.1
        net: 10.0.0.0/8
        doc: { b: [1, 1.50, "1", true, null, ~, text, { }], a: "x\\ty" }
        raw: [1, { a: b }]
        tags: [a, "b,c", null, 'say "hi"', 12]
        grid: [[1, 2], [3, 4]]
        docs: [{ a: 1 }, [2]]
        mood: busy
        moods: [calm, busy]
        share: 50
        options: { x: 1 }
        home: { street: "Main", number: 7 }
        spot: (1,2)
        during: "[1,5)"
        long: |
          two
          lines
        'odd "name': "it's"
    """

  @Test("Postgres casts every type, and the same values written otherwise are unchanged")
  func types() throws {
    let seeding = try Seeding(["010_all.yaml": Self.row], tables: Self.table)
    // The label has six characters.
    let failure = seeding.failure()
    #expect(
      failure.contains(
        "010_all.yaml:10:12: error: the column \"label\" of type character varying(5) doesn't take this value (SQLSTATE 22001)"
      ), "\(failure)")
    let good = Self.row.replacing("Zürich", with: "Zürri")
    try seeding.write("010_all.yaml", good)
    #expect(try seeding.figures() == ["010_all.yaml +1 ~0 =0 !0 -0"])
    #expect(
      try seeding.database.rows(
        "SELECT flag, big, exact, two, label, bytes, at, doc, raw, tags, grid, docs, moods, options, home, spot, during, long, \"odd \"\"name\" FROM everything"
      )
        == [
          #"t | 9007199254740993 | 1.50 | 1.50 | Zürri | \x00ff10 | 2026-01-01 00:00:00+00 | {"a": "x\ty", "b": [1, 1.50, "1", true, null, null, "text", {}]} | [1,{"a":"b"}] | {a,"b,c",NULL,"say \"hi\"",12} | {{1,2},{3,4}} | {"{\"a\": 1}",[2]} | {calm,busy} | {"x": 1} | (Main,7) | (1,2) | [1,5) | two"#
            + "\nlines\n | it's"
        ])
    #expect(try seeding.figures() == ["010_all.yaml +0 ~0 =1 !0 -0"])
    let before = try seeding.database.value("SELECT xmin FROM everything")
    try seeding.write(
      "010_all.yaml",
      good.replacing("flag: yes", with: "flag: true").replacing("exact: 1.50", with: "exact: 1.5")
        .replacing("2026-01-01T01:00:00+01:00", with: "2026-01-01 00:00:00Z").replacing(
          "[1,5)", with: "[1,4]"
        )
        .replacing(
          "{ b: [1, 1.50, \"1\", true, null, ~, text, { }], a: \"x\\ty\" }",
          with: "'{\"a\": \"x\\ty\", \"b\": [1.0, 1.5, \"1\", true, null, null, \"text\", {}]}'"
        )
        .replacing("[1, { a: b }]", with: "'[1, {\"a\":  \"b\"}]'").replacing(
          "[calm, busy]", with: "\"{calm,busy}\""
        )
        .replacing("1 day 2 hours", with: "26 hours").replacing("5B30857F", with: "5b30857f"))
    #expect(try seeding.figures() == ["010_all.yaml +0 ~0 =1 !0 -0"])
    #expect(try seeding.database.value("SELECT xmin FROM everything") == before)
    // And those without an equality of their own are compared all the same.
    try seeding.write(
      "010_all.yaml",
      good.replacing("spot: (1,2)", with: "spot: (2,1)").replacing("raw: [1,", with: "raw: [2,"))
    #expect(try seeding.figures() == ["010_all.yaml +0 ~1 =0 !0 -0"])
    #expect(try seeding.database.rows("SELECT spot, raw FROM everything") == [#"(2,1) | [2,{"a":"b"}]"#])
  }

  @Test("each value that doesn't fit is named")
  func misfits() throws {
    let seeding = try Seeding(
      [
        "010_all.yaml": """
        table: public.everything
        rows:
          - { id: 5b30857f-0bfa-48b5-ac0b-5c64e28078d1, small: 40000, mood: bussy, share: 101 }
          - { id: 5b30857f-0bfa-48b5-ac0b-5c64e28078d2, doc: plain text, at: tomorrowish, grid: [1, x] }
          - { id: nonsense, tags: { a: b }, flag: [true] }
        """
      ], tables: Self.table)
    let failure = seeding.failure()
    for expected in [
      ":3:56: error: the column \"small\" of type smallint doesn't take this value (SQLSTATE 22003)",
      ":3:69: error: the column \"mood\" of type mood doesn't take this value (SQLSTATE 22P02)",
      "it takes calm, busy",
      ":3:83: error: the column \"share\" of type percent doesn't take this value (SQLSTATE 23514)",
      ":4:54: error: the column \"doc\" of type jsonb doesn't take this value (SQLSTATE 22P02)",
      ":4:70: error: the column \"at\"", ":4:89: error: the column \"grid\"",
      ":5:27: error: the column \"tags\" of type text[] doesn't take a mapping",
      ":5:11: error: the column \"id\" of type uuid",
      ":5:43: error: the column \"flag\" of type boolean doesn't take a list",
    ] { #expect(failure.contains(expected), "no \(expected) in:\n\(failure)") }
  }

  @Test("what rows don't name is left to Postgres: defaults, identities, generated columns; null is null")
  func defaults() throws {
    let seeding = try Seeding(
      [
        "010_t.yaml": """
        table: public.t
        key: code
        rows:
          - { code: a }
          - { code: b, number: 77, note: null, price: 3 }
          - { code: c, note: mine }
        """
      ],
      tables: """
        CREATE TABLE t (number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, code text UNIQUE, note text DEFAULT 'none',
          price numeric(8,2) DEFAULT 1 + 1, twice numeric GENERATED ALWAYS AS (price * 2) STORED, at timestamptz NOT NULL DEFAULT now());
        """)
    #expect(try seeding.figures() == ["010_t.yaml +3 ~0 =0 !0 -0"])
    #expect(
      try seeding.database.rows(
        "SELECT number, code, note, price, twice, at IS NOT NULL FROM t ORDER BY code") == [
          "1 | a | none | 2.00 | 4.00 | t", "77 | b | ∅ | 3.00 | 6.00 | t", "2 | c | mine | 2.00 | 4.00 | t",
        ])
    #expect(try seeding.figures() == ["010_t.yaml +0 ~0 =3 !0 -0"])
    // A column that one row doesn't name isn't touched in it.
    try seeding.database.execute("UPDATE t SET note = 'x' WHERE code = 'a'")
    #expect(try seeding.figures() == ["010_t.yaml +0 ~0 =3 !0 -0"])
  }

  @Test("what a trigger makes of a value isn't a person's change, and isn't written again at every run")
  func triggers() throws {
    let seeding = try Seeding(
      ["010_t.yaml": "table: public.t\nrows: [{ id: 1, mail: Ada@Example.com }]\n"],
      tables: """
        CREATE TABLE t (id int PRIMARY KEY, mail text, touched int NOT NULL DEFAULT 0);
        CREATE FUNCTION lowered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.mail := lower(NEW.mail); NEW.touched := NEW.touched + 1; RETURN NEW; END $$;
        CREATE TRIGGER lowered BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION lowered();
        """)
    #expect(try seeding.figures() == ["010_t.yaml +1 ~0 =0 !0 -0"])
    #expect(try seeding.figures() == ["010_t.yaml +0 ~0 =1 !0 -0"])
    try seeding.write("010_t.yaml", "table: public.t\nrows: [{ id: 1, mail: Eve@Example.com }]\n")
    #expect(try seeding.figures() == ["010_t.yaml +0 ~1 =0 !0 -0"])
    #expect(try seeding.database.rows("SELECT mail, touched FROM t") == ["eve@example.com | 2"])
    try seeding.database.execute("ALTER TABLE t DISABLE TRIGGER ALL; UPDATE t SET mail = 'mine'")
    #expect(try seeding.figures() == ["010_t.yaml +0 ~0 =0 !1 -0"])
  }

  @Test("rows refer to each other in one file, and to files before; what leads nowhere is named")
  func references() throws {
    let seeding = try Seeding(
      [
        "010_t.yaml":
          "table: public.t\nrows:\n  - { id: 1, above: 3 }\n  - { id: 2 }\n  - { id: 3, above: 2 }\n",
        "020_u.yaml": "table: public.u\nrows: [{ t: 3, n: 1 }, { t: 3, n: 2 }]\n",
      ],
      tables: """
        CREATE TABLE t (id int PRIMARY KEY, above int REFERENCES t);
        CREATE TABLE u (n int, t int REFERENCES t, note text, PRIMARY KEY (t, n));
        """)
    #expect(try seeding.figures() == ["010_t.yaml +3 ~0 =0 !0 -0", "020_u.yaml +2 ~0 =0 !0 -0"])
    try seeding.write("020_u.yaml", "table: public.u\nrows:\n  - { t: 3, n: 1 }\n  - { n: 3, t: 9 }\n")
    let failure = seeding.failure()
    #expect(failure.hasPrefix("020_u.yaml:4:16: error:") && failure.contains("23503"), "\(failure)")
  }

  @Test("keys without regard to case, and of several columns")
  func keys() throws {
    let seeding = try Seeding(
      [
        "010_t.yaml":
          "table: public.t\nrows: [{ n: 1.0, code: a, v: 1 }, { n: 1.0, code: b, v: 2 }, { n: 2, code: a, v: 3 }]\n"
      ],
      tables: "CREATE TABLE t (n numeric, code text COLLATE \"C\", v int, PRIMARY KEY (n, code))")
    #expect(try seeding.figures() == ["010_t.yaml +3 ~0 =0 !0 -0"])
    try seeding.write(
      "010_t.yaml",
      "table: public.t\nrows: [{ n: 1.00, code: a, v: 4 }, { n: 1, code: b, v: 2 }, { n: 2, code: a, v: 3 }]\n"
    )
    #expect(try seeding.figures() == ["010_t.yaml +0 ~1 =2 !0 -0"])
    #expect(try seeding.database.value("SELECT count(*) FROM kedge.seeds") == "3")
  }

  @Test("a hundred thousand rows of a query, and many batches of a file")
  func many() throws {
    var text = "table: public.t\nrows:\n"
    for number in 0..<6000 {
      text +=
        "  - { id: \(number), name: 'name \(number)', above: \(number == 0 ? "null" : "\(5999 - number)") }\n"
    }
    let seeding = try Seeding(
      [
        "010_t.yaml": text,
        "020_u.sql":
          "-- kedge: seed public.u\nSELECT n AS id, 'name ' || n AS name FROM generate_series(1, 100000) n\n",
      ],
      tables:
        "CREATE TABLE t (id int PRIMARY KEY, name text, above int REFERENCES t); CREATE TABLE u (id int PRIMARY KEY, name text)"
    )
    #expect(try seeding.figures() == ["010_t.yaml +6000 ~0 =0 !0 -0", "020_u.sql +100000 ~0 =0 !0 -0"])
    try seeding.database.execute(
      "UPDATE u SET name = 'mine' WHERE id % 50000 = 7; UPDATE t SET name = 'mine' WHERE id = 5555")
    #expect(try seeding.figures() == ["010_t.yaml +0 ~0 =5999 !1 -0", "020_u.sql +0 ~0 =99998 !2 -0"])
    try seeding.write("010_t.yaml", text.replacing("name: 'name 5432'", with: "name: 'name 5432', id2: 1"))
    #expect(seeding.failure().contains("010_t.yaml:5435:"))
  }
}
