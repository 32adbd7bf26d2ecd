import CommandLine
import Foundation
import GuardExport
import Guardrails
import Mapping
import TestSupport
import Testing

/// Exported modules in the real interpreters, against the reference.
@Suite("Exported modules decide as the reference does")
struct ModuleDecisionTests {
  /// Loads the plan of each scene into one module, and asks it every case.
  private static let python = """
    plans = {}
    for line in lines:
        if "plan" in line:
            plans[line["scene"]] = guard.Guardrails(line["plan"])
            continue
        decision = plans[line["scene"]].decide(
            line["operation"], line["entity"], line["store"], writer=line.get("writer"), fence=line.get("fence"))
        print(json.dumps(dict(decision._asdict(), number=line["number"])))
    """
  private static let node = """
    const plans = new Map();
    for (const line of lines) {
      if ("plan" in line) {
        plans.set(line.scene, new guard.Guardrails(line.plan));
        continue;
      }
      const decision = plans.get(line.scene).decide(
        line.operation, line.entity, line.store, { writer: line.writer, fence: line.fence });
      print({ ...decision, number: line.number });
    }
    """

  @Test(
    "every row of the table, with the whole sentence",
    arguments: ModuleScene.Language.allCases.filter(\.isThere))
  func table(language: ModuleScene.Language) throws {
    let plans = try Dictionary(uniqueKeysWithValues: GuardCases.scenes.map { ($0.name, try $0.plan()) })
    let cases = try GuardCases.all()
    let module = try ModuleScene(try #require(plans["core-enforce"]), language)
    let documents = plans.map { name, plan in
      JSONValue.object([("scene", .string(name)), ("plan", PlanDocument.json(plan))]).text(.compact) + "\n"
    }
    let answers = try module.run(
      python: Self.python, node: Self.node, input: documents.joined() + (try GuardCases.lines()))
    #expect(answers.count == cases.count)
    for (row, answer) in zip(cases, answers) {
      let plan = try #require(plans[row.scene])
      let expected = plan.answer(
        GuardRequest(
          entity: row.entity, store: row.store, operation: row.operation, writer: row.writer, fence: row.fence
        ))
      #expect(expected.decision.reason.rawValue == row.reason)
      let members = expected.members + [("number", .int(row.number))]
      #expect(try dictionary(.object(members)) == answer, "\(row)")
    }
  }
}
