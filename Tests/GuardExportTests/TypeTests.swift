import CommandLine
import Foundation
import GuardExport
import Guardrails
import Mapping
import TestSupport
import Testing

/// What the compilers of typed languages find before anything runs.
@Suite("Exported types")
struct TypeTests {
  private func plan() throws -> GuardPlan {
    try #require(GuardCases.scenes.first { $0.name == "core-observe" }).plan()
  }

  @Test(
    "a wrong entity, store, operation or place is an error of TypeScript",
    .enabled(if: ModuleScene.Language.node.isThere, "node and tsc aren't there"))
  func typescript() throws {
    let right = [
      #"guard.authorize("insert", "users", "core", { writer: "UserRepository", fence: 5 });"#,
      #"guard.authorize("insert", "users", "postgres");"#, #"guard.authorize("insert", "flows", "mongo");"#,
      #"guard.unitOfWork({ crossing: "signup" }).authorize("delete", "notes", "shelf");"#,
    ]
    let wrong = [
      #"guard.authorize("insert", "user", "core");"#, #"guard.authorize("insert", "users", "attic");"#,
      #"guard.authorize("insert", "users", "shelf");"#, #"guard.authorize("insert", "flows", "core");"#,
      #"guard.authorize("insert", "notes", "mongo");"#, #"guard.authorize("paint", "users", "core");"#,
      #"guard.authorize("insert", "users", "core", { writer: 7 });"#,
      #"guard.unitOfWork().authorize("insert", "flows", "core");"#,
    ]
    let module = try ModuleScene(try plan(), .node)
    // The compiler complains of a line that it was told to find wrong and doesn't.
    let lines = right + wrong.map { "// @ts-expect-error\n\($0)" }
    try module.folder.write(
      "use.ts", "import { guard } from \"./guard\";\n\(lines.joined(separator: "\n"))\n")
    let compiled = try module.compile("use.ts")
    #expect(compiled.code == 0, "\(compiled.output)")
  }

  @Test(
    "an empty set makes modules that compile and refuse everything",
    arguments: ModuleScene.Language.allCases.filter(\.isThere))
  func empty(language: ModuleScene.Language) throws {
    let plan = GuardPlan(set: "", stores: [], entities: [])
    let found = try ModuleScene(plan, language).run(
      python: "print(json.dumps(guard.decide('insert', 'a', 'b')._asdict()))",
      node: "print(guard.guard.decide('insert', 'a', 'b'));")
    #expect(found.first?["reason"] as? String == "unknown_entity")
  }

  private static let observing = (
    python: """
    seen = []
    guard.guard.on_observed = seen.append
    for _ in range(3):
        guard.authorize("insert", "users", "mongo", writer="UserRepository")
    print(json.dumps([count._asdict() for count in guard.guard.observed()][0]))
    print(json.dumps({"seen": len(seen), "caller": seen[0].caller}))
    try:
        guard.authorize("insert", "ghosts", "mongo")
    except guard.GuardRefusal as refusal:
        print(json.dumps({"message": str(refusal), "reason": refusal.decision.reason}))
    """,
    node: """
    const seen = [];
    guard.guard.onObserved = (observation) => seen.push(observation);
    for (let i = 0; i < 3; i += 1) guard.guard.authorize("insert", "users", "mongo", { writer: "UserRepository" });
    print(guard.guard.observed()[0]);
    print({ seen: seen.length, caller: seen[0].caller });
    try {
      guard.guard.authorize("insert", "ghosts", "mongo");
    } catch (refusal) {
      if (!(refusal instanceof guard.GuardRefusal)) throw refusal;
      print({ message: refusal.message, reason: refusal.decision.reason });
    }
    """
  )

  @Test(
    "what is observed passes, is counted with its caller, and told; what is unknown never passes",
    arguments: ModuleScene.Language.allCases.filter(\.isThere))
  func observe(language: ModuleScene.Language) throws {
    let found = try ModuleScene(try plan(), language).run(
      python: Self.observing.python, node: Self.observing.node)
    #expect(found.count == 3)
    #expect(found[0]["times"] as? Int == 3 && found[0]["reason"] as? String == "not_owner", "\(found[0])")
    let caller = try #require(found[0]["caller"] as? String)
    #expect(caller.contains(language == .python ? "ask.py:" : "ask.js:"), "\(caller)")
    #expect(found[1]["seen"] as? Int == 3 && found[1]["caller"] as? String == caller)
    #expect(found[2]["reason"] as? String == "unknown_entity")
    #expect(
      found[2]["message"] as? String
        == (try plan().answer(GuardRequest(entity: "ghosts", store: "mongo", operation: "insert")))
        .explanation
        .description)
  }

  private static let loading = (
    python: """
    moved, other, rails = lines[0], lines[1], guard.guard
    unit = rails.unit_of_work(writer="UserRepository")
    print(json.dumps(unit.decide("update", "users", "mongo")._asdict()))
    for bad in (other, "{", {"version": 2}, dict(moved, entities=[{}]), []):
        try:
            rails.load(bad)
            print(json.dumps({"loaded": str(bad)}))
        except guard.InvalidPlan:
            pass
    print(json.dumps({"epoch": rails.epoch}))
    rails.load(json.dumps(moved))
    print(json.dumps(unit.decide("update", "users", "mongo")._asdict()))
    print(json.dumps(unit.decide("update", "users", "postgres")._asdict()))
    """,
    node: """
    const [moved, other] = lines, rails = guard.guard;
    const unit = rails.unitOfWork({ writer: "UserRepository" });
    print(unit.decide("update", "users", "mongo"));
    for (const bad of [other, "{", { version: 2 }, { ...moved, entities: [{}] }, []]) {
      try {
        rails.load(bad);
        print({ loaded: String(bad) });
      } catch (error) {
        if (!(error instanceof guard.InvalidPlan)) throw error;
      }
    }
    print({ epoch: rails.epoch });
    rails.load(JSON.stringify(moved));
    print(unit.decide("update", "users", "mongo"));
    print(unit.decide("update", "users", "postgres"));
    """
  )

  @Test(
    "a newer plan is loaded at run time: the open unit of work is stale; a bad plan changes nothing",
    arguments: ModuleScene.Language.allCases.filter(\.isThere))
  func loading(language: ModuleScene.Language) throws {
    let scene = try #require(GuardCases.scenes.first { $0.name == "legacy-enforce" })
    let before = try scene.plan()
    var after = before
    let users = try #require(after.entity(named: "users"))
    (after.epoch, after.entities[users].phase, after.entities[users].epoch) = (6, "core", 6)
    var other = before
    other.set = "another"
    let input = [after, other].map { PlanDocument.json($0).text(.compact) + "\n" }.joined()
    let found = try ModuleScene(before, language).run(
      python: Self.loading.python, node: Self.loading.node, input: input)
    #expect(found.map { $0["reason"] as? String } == ["owner", nil, "not_owner", "stale_fence"], "\(found)")
    #expect(found[1]["epoch"] as? Int == 5)
  }
}
