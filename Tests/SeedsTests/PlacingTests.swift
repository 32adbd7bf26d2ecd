import Executors
import Postgres
import Seeds
import TestSupport
import Testing

@Suite("Seeds are put in place")
struct PlacingTests {
  @Test(
    "first everything is inserted, then all is unchanged and nothing is written, then the file is followed")
  func following() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    #expect(try seeding.figures() == ["010_tiers.yaml +3 ~0 =0 !0 -0"])
    #expect(try seeding.tiers() == ["free | Free | 0.00", "pro | Pro | 10.50", "team | Team | ∅"])
    let before = try seeding.database.rows(
      "SELECT xmin, ctid, code FROM core.tiers UNION ALL SELECT xmin, ctid, key::text FROM kedge.seeds")
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =3 !0 -0"])
    #expect(
      try seeding.database.rows(
        "SELECT xmin, ctid, code FROM core.tiers UNION ALL SELECT xmin, ctid, key::text FROM kedge.seeds")
        == before)

    try seeding.write(
      "010_tiers.yaml", threeTiers.replacing("10.5", with: "12.00").replacing("Team", with: "Teams"))
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~2 =1 !0 -0"])
    #expect(try seeding.tiers() == ["free | Free | 0.00", "pro | Pro | 12.00", "team | Teams | ∅"])
    // 12 is 12.00.
    try seeding.write(
      "010_tiers.yaml", threeTiers.replacing("10.5", with: "12").replacing("Team", with: "Teams"))
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =3 !0 -0"])
  }

  @Test("what a person changed or deleted stays, is reported, and --force puts it as the file says")
  func keeping() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    try seeding.run()
    try seeding.database.execute(
      "UPDATE core.tiers SET price = 9 WHERE code = 'pro'; DELETE FROM core.tiers WHERE code = 'team'")
    try seeding.write("010_tiers.yaml", threeTiers.replacing("name: Pro", with: "name: Professional"))
    let report = try seeding.run()
    #expect(report.seeds[0].kept == 2)
    #expect(report.seeds[0].updated == 0)
    #expect(report.seeds[0].unchanged == 1)
    #expect(report.seeds[0].rows.map(\.kind) == [.changed, .deleted])
    #expect(report.seeds[0].rows[0].key.map(\.wanted) == ["pro"])
    #expect(
      report.seeds[0].rows[0].columns.map { [$0.name, $0.live, $0.wanted] } == [
        ["name", "Pro", "Professional"], ["price", "9.00", "10.50"],
      ])
    #expect(try seeding.tiers() == ["free | Free | 0.00", "pro | Pro | 9.00"])
    // It stays so however often.
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =1 !2 -0"])

    #expect(try seeding.figures { $0.isForced = true } == ["010_tiers.yaml +1 ~1 =1 !0 -0"])
    #expect(try seeding.tiers() == ["free | Free | 0.00", "pro | Professional | 10.50", "team | Team | ∅"])
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =3 !0 -0"])
  }

  @Test(
    "a person's change that the file comes to say is the file's from then on; one of a column that no row names is nobody's business"
  )
  func converging() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    try seeding.run()
    try seeding.database.execute("UPDATE core.tiers SET price = 9, contact = 'ada' WHERE code = 'pro'")
    try seeding.write("010_tiers.yaml", threeTiers.replacing("10.5", with: "9"))
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =3 !0 -0"])
    try seeding.write("010_tiers.yaml", threeTiers.replacing("10.5", with: "8"))
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~1 =2 !0 -0"])
    #expect(try seeding.database.value("SELECT contact FROM core.tiers WHERE code = 'pro'") == "ada")
  }

  @Test("a column that the file names anew isn't written over what a person put there")
  func newColumn() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    try seeding.run()
    try seeding.database.execute(
      """
      UPDATE core.tiers SET contact = 'mine' WHERE code = 'pro';
      ALTER TABLE core.tiers ADD seats int DEFAULT 1, ADD note text; UPDATE core.tiers SET seats = 7 WHERE code = 'team'
      """)
    try seeding.write(
      "010_tiers.yaml",
      """
      seed: tiers
      rows:
        - { code: free, name: Free, price: 0, seats: 2, note: a }
        - { code: pro, name: Pro, price: 10.5, contact: theirs }
        - { code: team, name: Team, price: null, seats: 3 }
      """)
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~1 =0 !2 -0"])
    #expect(
      try seeding.database.rows("SELECT code, contact, seats, note FROM core.tiers ORDER BY 1")
        == ["free | ∅ | 2 | a", "pro | mine | 1 | ∅", "team | ∅ | 7 | ∅"])
  }

  @Test("rows that were there before are adopted where they are the same, and kept where not")
  func adopting() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    try seeding.database.execute(
      "INSERT INTO core.tiers (code, name, price) VALUES ('free', 'Free', 0), ('pro', 'Mine', 1)")
    let report = try seeding.run()
    #expect(report.seeds[0].inserted == 1)
    #expect(report.seeds[0].unchanged == 1)
    #expect(report.seeds[0].rows.map(\.kind) == [.differs])
    // The one that was adopted follows the file now.
    try seeding.write("010_tiers.yaml", threeTiers.replacing("name: Free", with: "name: Gratis"))
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~1 =1 !1 -0"])
    #expect(try seeding.tiers() == ["free | Gratis | 0.00", "pro | Mine | 1.00", "team | Team | ∅"])
  }

  @Test("force in a file holds for that file alone")
  func forcedFile() throws {
    let seeding = try Seeding(
      [
        "010_a.yaml": "force: true\n" + threeTiers,
        "020_b.yaml": "seed: tiers\nrows: [{ code: other, name: Other }]\n",
      ])
    try seeding.run()
    try seeding.database.execute("UPDATE core.tiers SET name = 'x'")
    #expect(try seeding.figures() == ["010_a.yaml +0 ~3 =0 !0 -0", "020_b.yaml +0 ~0 =0 !1 -0"])
  }

  @Test("a dry run says what would be done, and leaves nothing behind")
  func dryRun() throws {
    let seeding = try Seeding([
      "010_tiers.yaml": threeTiers,
      "020_more.sql":
        "-- kedge: seed tiers\nSELECT code || '2' AS code, name FROM core.tiers WHERE code = 'pro'\n",
    ])
    let before = try seeding.database.rows("SELECT nspname FROM pg_namespace ORDER BY 1")
    let report = try seeding.run {
      $0.isDry = true; $0.reportsAll = true
    }
    #expect(report.isDry)
    // The second file sees the rows of the first.
    #expect(report.seeds.map(\.inserted) == [3, 1])
    #expect(report.seeds[0].rows[1].columns.map(\.wanted) == ["Pro", "10.50"])
    #expect(try seeding.tiers() == [])
    #expect(
      try seeding.database.rows(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)' ORDER BY 1")
        == before.filter { !$0.hasPrefix("pg_temp") && !$0.hasPrefix("pg_toast_temp") })
    try seeding.run()
    try seeding.write("010_tiers.yaml", threeTiers.replacing("10.5", with: "11"))
    let memory = try seeding.database.digest("kedge.seeds")
    #expect(try seeding.figures { $0.isDry = true }[0] == "010_tiers.yaml +0 ~1 =2 !0 -0")
    #expect(try seeding.tiers()[1] == "pro | Pro | 10.50")
    #expect(try seeding.database.digest("kedge.seeds") == memory)
  }

  @Test("personal values are shown as digests")
  func personal() throws {
    let seeding = try Seeding([
      "010_tiers.yaml": "seed: tiers\nrows: [{ code: a, name: A, contact: ada@example.com }]\n"
    ])
    let report = try seeding.run {
      $0.isDry = true; $0.reportsAll = true
    }
    #expect(report.seeds[0].rows[0].columns.map(\.name) == ["name", "contact"])
    #expect(report.seeds[0].rows[0].columns[1].wanted?.wholeMatch(of: /sha256:[0-9a-f]{12}/) != nil)
    try seeding.run()
    try seeding.database.execute("UPDATE core.tiers SET contact = 'eve@example.com'")
    let kept = try seeding.run()
    #expect(kept.seeds[0].rows[0].columns.map(\.name) == ["contact"])
    #expect(!"\(kept)".contains("example.com"))
  }

  @Test("a set flag ends the run between files, and the next run goes on")
  func interruption() throws {
    let seeding = try Seeding([
      "010_tiers.yaml": threeTiers, "020_b.yaml": "seed: tiers\nrows: [{ code: other, name: Other }]\n",
    ])
    #expect(throws: SeedError.self) {
      try seeding.run { options in
        let stop = options.stop
        options.say = { _ in stop.set() }
      }
    }
    #expect(try seeding.tiers().count == 3)
    #expect(try seeding.figures() == ["010_tiers.yaml +0 ~0 =3 !0 -0", "020_b.yaml +1 ~0 =0 !0 -0"])
  }

  @Test("a second process waits, and gives up with who is at work")
  func oneAtATime() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    let other = try PostgresConnection(seeding.database.settings)
    defer { other.close() }
    _ = try other.query("SELECT pg_advisory_lock(hashtextextended('kedge seed shop', 0))")
    let failure = seeding.failure { $0.patience = 0 }
    #expect(failure.contains("another process is seeding the set \"shop\""), "\(failure)")
    #expect(failure.contains("server process \(other.backendProcess)"), "\(failure)")
    #expect(try seeding.tiers() == [])
    // Another set isn't held up.
    other.close()
    #expect(try seeding.figures() == ["010_tiers.yaml +3 ~0 =0 !0 -0"])
    #expect(
      try seeding.database.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
      ) == "0")
  }
}
