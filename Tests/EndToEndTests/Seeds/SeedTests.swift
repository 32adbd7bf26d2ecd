import Foundation
import Postgres
import TestSupport
import Testing

@Suite("kedge seed")
struct SeedTests {
  private let folder: TemporaryFolder
  private let target: TestPostgres

  init() throws {
    folder = try TemporaryFolder()
    target = try TestPostgres()
    try folder.write(
      "mappings/shop/set.yaml",
      """
      set: shop
      stores:
        app: { kind: sqlite, environment: [KEDGE_NO_SUCH_VARIABLE] }
        core: { kind: postgres, environment: [DATABASE_URL] }
      """)
    try folder.write(
      "mappings/shop/tiers.yaml",
      """
      entity: tiers
      owner: core
      key: [code]
      fields: { code: text, name: { type: text, required: true }, contact: { type: text, personal: true } }
      guard: { mode: enforce, fence: required }
      writers: [TierRepository]
      """)
    try folder.write(
      "mappings/shop/plans.yaml",
      """
      entity: plans
      owner: core
      source: { store: app, table: plans }
      key: [id]
      fields: { id: { type: bigint } }
      """)
    try target.execute(
      """
      CREATE SCHEMA core; CREATE TABLE core.tiers (code text COLLATE "C" PRIMARY KEY, name text NOT NULL, contact text);
      CREATE TABLE core.plans (id bigint PRIMARY KEY);
      """)
    try folder.write(
      "seeds/shop/010_tiers.yaml",
      "seed: tiers\nrows:\n  - { code: free, name: Free }\n  - { code: pro, name: Pro, contact: ada@example.com }\n"
    )
    try folder.write(
      "seeds/shop/020_more.sql", "-- kedge: seed tiers\nSELECT 'team' AS code, 'Team' AS name\n")
  }

  private func kedge(_ arguments: String..., environment: [String: String] = [:]) throws -> Program.Outcome {
    try Program.kedge.run(
      arguments, environment: ["DATABASE_URL": target.url].merging(environment) { _, given in given },
      in: folder.path)
  }

  private func figures(_ outcome: Program.Outcome) throws -> [[Int]] {
    let seeds = try outcome.json()["seeds"] as? [[String: Any]] ?? []
    return seeds.map { seed in
      ["inserted", "updated", "unchanged", "kept", "removed"].map { seed[$0] as? Int ?? -1 }
    }
  }

  private func tiers() throws -> [String] { try target.rows("SELECT code, name FROM core.tiers ORDER BY 1") }

  @Test("the whole way: dry run, diff, seed, seed again, a person's change, force, prune")
  func wholeWay() throws {
    let dry = try kedge("seed", "--dry-run", "--json")
    #expect(dry.code == 0, "\(dry.errors)")
    #expect(try dry.json()["dry_run"] as? Bool == true)
    #expect(try figures(dry) == [[2, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
    let diff = try kedge("seed", "--diff")
    #expect(
      diff.output.contains("+ core.tiers code=free: name Free, contact null\n")
        || diff.output.contains("+ core.tiers code=free: name Free\n"), "\(diff.output)")
    #expect(diff.output.contains("+ core.tiers code=pro: name Pro, contact sha256:"))
    #expect(diff.output.hasSuffix("nothing was written\n"))
    #expect(try tiers() == [])

    let first = try kedge("seed", "--json")
    #expect(first.code == 0, "\(first.errors)")
    #expect(try first.json()["ok"] as? Bool == true)
    let seeds = try first.json()["seeds"] as? [[String: Any]]
    #expect(seeds?.map { $0["seed"] as? String } == ["010_tiers.yaml", "020_more.sql"])
    #expect(seeds?.map { $0["table"] as? String } == ["core.tiers", "core.tiers"])
    #expect(try figures(first) == [[2, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
    #expect(try tiers() == ["free | Free", "pro | Pro", "team | Team"])
    #expect(try kedge("seed").output.hasSuffix("nothing to do\n"))

    try target.execute("UPDATE core.tiers SET name = 'Mine' WHERE code = 'pro'")
    try folder.write("seeds/shop/010_tiers.yaml", "seed: tiers\nrows:\n  - { code: pro, name: Pro }\n")
    let kept = try kedge("seed")
    #expect(kept.code == 0)
    #expect(
      kept.output.contains("kept core.tiers code=pro: a person changed it: name is Mine, the file says Pro"),
      "\(kept.output)")
    #expect(kept.output.contains("1 seeded row left the files; kedge seed --prune"))
    #expect(try figures(try kedge("seed", "--prune", "--json")) == [[0, 0, 0, 1, 1], [0, 0, 1, 0, 0]])
    #expect(try figures(try kedge("seed", "--force", "--json")) == [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0]])
    #expect(try tiers() == ["pro | Pro", "team | Team"])
  }

  @Test("errors end with 2, tables of the older store with 5, a broken rule with 1; nothing of it is written")
  func exitCodes() throws {
    try folder.write("seeds/shop/030_plans.yaml", "seed: plans\nrows: [{ id: 1 }]\n")
    let refused = try kedge("seed", "--json")
    #expect(refused.code == 5)
    #expect(try refused.json()["ok"] as? Bool == false)
    #expect(
      refused.errors.contains("seeds/shop/030_plans.yaml:1:7: refused: entity \"plans\" is in phase legacy"))
    try folder.write("seeds/shop/030_plans.yaml", "seed: plams\nrows: [{ id: 1 }]\n")
    let wrong = try kedge("seed")
    #expect(wrong.code == 2)
    #expect(
      wrong.errors.contains(
        "seeds/shop/030_plans.yaml:1:7: error: unknown entity \"plams\"\n  seed: plams\n        ^\n  help: did you mean \"plans\"?"
      ), "\(wrong.errors)")
    #expect(try tiers() == [])
    #expect(try target.value("SELECT to_regnamespace('kedge')") == "∅")
    try folder.write("seeds/shop/030_plans.yaml", "seed: tiers\nrows: [{ code: z, name: null }]\n")
    let broken = try kedge("seed")
    #expect(broken.code == 1)
    #expect(
      broken.errors.contains("seeds/shop/030_plans.yaml:2:25: error:") && broken.errors.contains("23502"),
      "\(broken.errors)")
    #expect(try tiers() == ["free | Free", "pro | Pro", "team | Team"])
    #expect(try kedge("seed", "--seeds", "nowhere").code == 2)
    let elsewhere = try kedge("seed", "--target", "postgres://kedge@127.0.0.1:1/nowhere")
    #expect(elsewhere.code == 1, "\(elsewhere.errors)")
  }

  @Test(
    "with guardrails installed, others are refused and seeds go in as kedge-admin, also where a fence is wanted"
  )
  func guarded() throws {
    let installed = try kedge("guard", "install", "--store", "core")
    #expect(installed.code == 0, "\(installed.errors)")
    #expect(throws: PostgresError.self) { try target.execute("INSERT INTO core.tiers VALUES ('x', 'X')") }
    #expect(try figures(try kedge("seed", "--dry-run", "--json")) == [[2, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
    let seeded = try kedge("seed", "--json")
    #expect(seeded.code == 0, "\(seeded.errors)")
    #expect(try figures(seeded) == [[2, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
    try folder.write(
      "seeds/shop/010_tiers.yaml", "seed: tiers\nrows:\n  - { code: pro, name: Professional }\n")
    #expect(try figures(try kedge("seed", "--prune", "--json")) == [[0, 1, 0, 0, 1], [0, 0, 1, 0, 0]])
    #expect(throws: PostgresError.self) { try target.execute("INSERT INTO core.tiers VALUES ('x', 'X')") }
  }

  @Test(
    "killed at any commit, the same command goes on, and nothing is put in place twice or half",
    arguments: 1...4, ["before-commit", "after-commit"])
  func killed(number: Int, point: String) throws {
    let killed = try kedge("seed", environment: ["KEDGE_STOP_POINT": "\(point)@\(number):kill"])
    #expect(killed.code != 0)
    #expect([0, 2, 3].contains(try tiers().count))
    let inserted = 3 - (try tiers().count)
    let again = try kedge("seed", "--json")
    #expect(again.code == 0, "\(again.errors)")
    let found = try figures(again)
    #expect(found.map { $0[0] }.reduce(0, +) == inserted)
    #expect(found.map { $0[2] }.reduce(0, +) == 3 - inserted)
    #expect(try tiers() == ["free | Free", "pro | Pro", "team | Team"])
    #expect(try target.value("SELECT count(*) FROM kedge.seeds") == "3")
  }
}
