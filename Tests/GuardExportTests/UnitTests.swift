import CommandLine
import Foundation
import GuardExport
import Guardrails
import Mapping
import TestSupport
import Testing

/// Units of work: the desk of the command line and the socket, the Swift library, and the exported modules say the same.
@Suite("Units of work")
struct UnitTests {
  /// One unit of work: what it names, and its writes.
  struct Script {
    var scene: GuardScene
    var crossing: String?
    var requests: [GuardRequest]
  }

  /// Scripts that cross the boundary in every way, the same each time.
  static func scripts() -> [Script] {
    var random = SeededRandom(seed: 7, stream: 0)
    let writers = ["users": "UserRepository", "flows": "FlowRepository"]
    let scenes = GuardCases.scenes.filter { $0.phase == "core" || $0.phase == "legacy" }
    return (0..<240).map { number in
      let scene = scenes[number % scenes.count]
      let crossing = [nil, "signup", "old-signup", "none-such"][number % 4]
      let requests = (0..<6).map { _ in
        let entity =
          ["users", "users", "flows", "flows", "notes", "orders", "ghosts"].randomElement(using: &random)
          ?? ""
        let store = ["app", "core", "core", "shelf"].randomElement(using: &random) ?? ""
        return GuardRequest(
          entity: entity, store: store, operation: "update", writer: writers[entity],
          fence: [nil, nil, 5, 1].randomElement(using: &random) ?? nil)
      }
      return Script(scene: scene, crossing: crossing, requests: requests)
    }
  }

  static let today = CalendarDay(year: 2026, month: 11, day: 21)

  static func answers(to script: Script) throws -> [GuardAnswer] {
    let plan = try script.scene.plan()
    var unit = GuardUnit(crossing: script.crossing, fence: plan.epoch)
    let today = try #require(today)
    return script.requests.map { plan.answer($0, in: &unit, today: today) }
  }

  @Test("the scripts reach every way of crossing, allowed and refused")
  func reach() throws {
    let reasons = try Set(Self.scripts().flatMap { try Self.answers(to: $0).map(\.decision.reason) })
    for reason in [
      GuardReason.undeclaredCrossing, .unknownCrossing, .expiredCrossing, .outsideCrossing, .owner, .off,
      .staleFence,
    ] {
      #expect(reasons.contains(reason))
    }
  }

  @Test("as the Swift library does")
  func library() throws {
    for script in Self.scripts() {
      let guardrails = Guardrails(try script.scene.plan())
      let unit = UnitOfWork(of: guardrails, crossing: script.crossing, today: Self.today)
      for (request, answer) in zip(script.requests, try Self.answers(to: script)) where request.fence == nil {
        // The library's unit has one fence; requests with their own are for the modules below.
        guard !script.requests.contains(where: { $0.fence != nil }) else { break }
        do throws(GuardRefusal) {
          try unit.authorize(.update, request.entity, in: request.store, as: request.writer)
          #expect(answer.decision.isAllowed, "\(request): \(answer.decision.reason)")
        } catch {
          #expect(error.reason == answer.decision.reason)
          #expect(error.explanation == answer.explanation)
        }
      }
    }
  }

  private static let python = """
    import datetime
    today = lambda: datetime.date(2026, 11, 21)
    for line in lines:
        unit = guard.Guardrails(line["plan"], today=today).unit_of_work(crossing=line["crossing"])
        for ask in line["requests"]:
            decision = unit.decide(
                ask["operation"], ask["entity"], ask["store"], writer=ask["writer"], fence=ask["fence"])
            print(json.dumps(decision._asdict()))
    """
  private static let node = """
    for (const line of lines) {
      const rails = new guard.Guardrails(line.plan, { today: () => "2026-11-21" });
      const unit = rails.unitOfWork({ crossing: line.crossing });
      for (const ask of line.requests) {
        print(unit.decide(ask.operation, ask.entity, ask.store, { writer: ask.writer, fence: ask.fence }));
      }
    }
    """

  @Test("exported modules do", arguments: ModuleScene.Language.allCases.filter(\.isThere))
  func modules(language: ModuleScene.Language) throws {
    let scripts = Self.scripts()
    let input = try scripts.map { script in
      JSONValue.object([
        ("plan", PlanDocument.json(try script.scene.plan())), ("crossing", .optional(script.crossing)),
        (
          "requests",
          .array(
            script.requests.map {
              [
                "operation": .string($0.operation), "entity": .string($0.entity), "store": .string($0.store),
                "writer": .optional($0.writer), "fence": .optional($0.fence),
              ]
            })
        ),
      ]).text(.compact) + "\n"
    }.joined()
    let module = try ModuleScene(try GuardCases.scenes[0].plan(), language)
    let found = try module.run(python: Self.python, node: Self.node, input: input)
    let expected = try scripts.flatMap { try Self.answers(to: $0) }
    #expect(found.count == expected.count)
    for (answer, found) in zip(expected, found) {
      #expect(try dictionary(.object(answer.members)) == found)
    }
  }

  @Test("the desk keeps units apart, and refuses a crossing without one and units without end")
  func desk() throws {
    let plan = try #require(GuardCases.scenes.first { $0.name == "core-enforce" }).plan()
    let today = try #require(Self.today)
    var desk = GuardDesk(mostUnits: 2)
    func ask(_ line: String) throws -> String {
      do throws(MalformedRequest) {
        let reply = try desk.reply(GuardQuestion(line: line.utf8), plan: plan, phases: "live", today: today)
        return reply.answer.map { $0.decision.reason.rawValue } ?? reply.line.text(.compact)
      } catch {
        return error.description
      }
    }
    let user = #""entity":"users","operation":"insert","store":"postgres","writer":"UserRepository""#
    let flow = #""entity":"flows","operation":"insert","store":"mongo","writer":"FlowRepository""#
    #expect(try ask("{\(user),\"unit\":\"a\"}") == "owner")
    #expect(try ask("{\(flow),\"unit\":\"b\"}") == "owner")
    #expect(try ask("{\(flow),\"unit\":\"a\"}") == "undeclared_crossing")
    #expect(try ask("{\(flow),\"unit\":\"a\",\"crossing\":\"signup\"}") == "owner")
    #expect(try ask("{\(flow),\"crossing\":\"signup\"}").contains("name it in \"unit\""))
    #expect(try ask("{\(flow),\"unit\":\"c\"}").contains("2 units of work are open"))
    #expect(try ask(#"{"end":"a","id":3}"#) == #"{"id":3,"ended":true}"#)
    #expect(try ask(#"{"end":"a"}"#) == #"{"id":null,"ended":false}"#)
    #expect(try ask("{\(flow),\"unit\":\"c\"}") == "owner")
    for (line, words) in [
      ("[]", "isn't a JSON object"), ("{", "isn't JSON"), (#"{"entity":"users"}"#, "needs \"store\""),
      ("{\(user),\"fence\":\"3\"}", "\"fence\" is a whole number"),
      ("{\(user),\"fence\":true}", "whole number"),
      ("{\(user),\"fence\":1.5}", "whole number"), ("{\(user),\"fense\":3}", "\"fense\" isn't a key"),
      (#"{"entity":7,"operation":"insert","store":"app"}"#, "\"entity\" is a text"),
      ("{\(user),\"id\":[]}", "\"id\" is a text or a whole number"),
    ] {
      #expect(try ask(line).contains(words), "\(line)")
    }
  }
}
