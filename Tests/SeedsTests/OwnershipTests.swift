import Catalog
import Mapping
import Postgres
import Seeds
import TestSupport
import Testing

@Suite("Only what Postgres owns is seeded")
struct OwnershipTests {
  private func plans(phase: String) -> (name: String, text: String) {
    (
      "plans.yaml",
      """
      entity: plans
      owner: core
      phase: \(phase)
      source: { store: app, collection: plans }
      key: [id]
      fields: { id: { from: _id, type: text, transforms: [text] } }
      children: { prices: { fields: { amount: integer } } }
      """
    )
  }
  private let flows = (
    name: "flows.yaml",
    text: "entity: flows\nowner: feature\nsource: { store: app, collection: flows }\n"
  )
  private static let tables = """
    CREATE SCHEMA core; CREATE TABLE core.plans (id text PRIMARY KEY); CREATE TABLE core.others (id text PRIMARY KEY);
    CREATE TABLE core.plans_prices (plans_id text, ordinal int, amount int, PRIMARY KEY (plans_id, ordinal));
    """

  @Test(
    "legacy and shadow entities, their children and feature entities are refused, and nothing of any file is written",
    arguments: ["legacy", "shadow"])
  func refused(phase: String) throws {
    let seeding = try Seeding(
      [
        "010_others.yaml": "table: core.others\nrows: [{ id: a }]\n",
        "020_plans.yaml": "seed: plans\nrows: [{ id: a }]\n",
        "030_table.yaml": "table: core.plans\nrows: [{ id: b }]\n",
        "040_flows.yaml": "seed: flows\nrows: []\n",
      ], tables: Self.tables)
    let set = try seeding.mapping([plans(phase: phase), flows])
    let child =
      set.entities[0].children.map { $0.table.display }.first ?? set.entities[1].children[0].table.display
    try seeding.write("050_child.yaml", "table: \(child)\nrows: []\n")
    let failure = seeding.failure(set)
    #expect(throws: SeedRefusal.self) { try seeding.run(set) }
    for expected in [
      "020_plans.yaml:1:7: refused: entity \"plans\" is in phase \(phase): store \"app\" owns it",
      "030_table.yaml:1:8: refused:",
      "040_flows.yaml:1:7: refused: entity \"flows\" lives in store \"app\"", "050_child.yaml:1:8: refused:",
    ] { #expect(failure.contains(expected), "no \(expected) in:\n\(failure)") }
    #expect(try seeding.database.value("SELECT count(*) FROM core.others") == "0")
  }

  @Test("the phase that was set counts, not the mapping's")
  func livePhase() throws {
    let seeding = try Seeding(["020_plans.yaml": "seed: plans\nrows: [{ id: a }]\n"], tables: Self.tables)
    let set = try seeding.mapping([plans(phase: "shadow")])
    let catalog = Catalog(seeding.database.connection)
    try catalog.ensure()
    func go(from old: Entity.Phase, to new: Entity.Phase) throws {
      _ = try seeding.database.connection.transaction {
        try catalog.setPhase(of: "plans", in: "shop", from: old, to: new, reason: nil)
      }
    }
    try go(from: .shadow, to: .core)
    #expect(try seeding.figures(set) == ["020_plans.yaml +1 ~0 =0 !0 -0"])
    try go(from: .core, to: .shadow)
    #expect(throws: SeedRefusal.self) { try seeding.run(try seeding.mapping([plans(phase: "core")])) }
  }

  @Test("tables that no entity declares need no mapping, and schema kedge isn't for seeds")
  func noMapping() throws {
    let seeding = try Seeding(
      ["010_others.yaml": "table: core.others\nrows: [{ id: a }]\n"], tables: Self.tables)
    let report = try SeedRunner(seeding.database.connection, try SeedFolder(path: seeding.path), nil).run()
    #expect(report.seeds.map(\.inserted) == [1])
    #expect(try seeding.database.rows("SELECT set_name, key FROM kedge.seeds") == ["shop | [\"a\"]"])
    try seeding.write("010_others.yaml", "table: kedge.seeds\nrows: []\n")
    #expect(seeding.failure().contains("the tables of schema kedge aren't for seeds"))
  }

  @Test("the library as the documentation shows it")
  func library() throws {
    let seeding = try Seeding(["010_tiers.yaml": threeTiers])
    let (connection, folder, set) = (seeding.database.connection, seeding.path, try seeding.mapping())
    let seeds = try SeedFolder(path: folder)
    var options = SeedOptions()
    options.isDry = true
    let report = try SeedRunner(connection, seeds, set).run(options)
    #expect(report.isDry && report.seeds.map(\.inserted) == [3])
  }
}
