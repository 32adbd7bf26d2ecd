import CommandLine
import Foundation
import GuardExport
import Guardrails
import Mapping
import TestSupport
import Testing

/// Names that break out of literals, shadow members of prototypes, or are very long.
@Suite("Hostile names")
struct HostileNameTests {
  static let names = [
    "__proto__", "constructor", "toString", "hasOwnProperty", "a\"b", "a'b", "a`${process.exit(9)}`",
    "back\\slash",
    "*/ } evil {", "#{evil}", "{owner}", "line\nbreak\r", "\u{2028}\u{2029}\u{0}\u{7}", "naïve",
    "nai\u{308}ve", "K", "\u{212A}",
    "日本語", "🐘", "\"\"\"", "'''", String(repeating: "long", count: 2_000), "</script>", "%s%n", " ",
    "__class__",
  ]

  /// Every name is an entity, a writer, a role, a crossing, a collection and a place.
  static let plan = GuardPlan(
    set: "it's \"a\" set\n*/", epoch: 1,
    stores: [
      GuardPlan.Store(name: "__proto__", kind: .mongo), GuardPlan.Store(name: "st\"ore\\", kind: .postgres),
    ],
    entities: names.enumerated().map { offset, name in
      GuardPlan.Entity(
        name: name, owner: offset % 2 == 0 ? .core : .feature, phase: offset % 2 == 0 ? "core" : nil,
        mode: .enforce, writers: [name], source: 0, target: offset % 2 == 0 ? 1 : nil, epoch: 1,
        location: SourceLocation(file: name, line: 1, column: 1), collection: name)
    }, roles: names.map { GuardRole(name: "role " + $0, writers: [$0]) })

  private static let python = """
    for line in lines:
        print(json.dumps(guard.guard.decide("insert", line["entity"], line["store"], writer=line["writer"])._asdict()))
    """
  private static let node = """
    for (const line of lines) print(guard.guard.decide("insert", line.entity, line.store, { writer: line.writer }));
    """

  @Test("are told apart and escaped", arguments: ModuleScene.Language.allCases.filter(\.isThere))
  func names(language: ModuleScene.Language) throws {
    let module = try ModuleScene(Self.plan, language)
    var requests: [GuardRequest] = []
    for name in Self.names + ["__dict__", "prototype", "nobody"] {
      for store in ["__proto__", "st\"ore\\", "mongo", name] {
        for writer in [name, "role " + name, "__proto__"] {
          requests.append(GuardRequest(entity: name, store: store, operation: "insert", writer: writer))
        }
      }
    }
    let input = requests.map { request in
      JSONValue.object([
        ("entity", .string(request.entity)), ("store", .string(request.store)),
        ("writer", .optional(request.writer)),
      ]).text(.compact) + "\n"
    }.joined()
    let found = try module.run(python: Self.python, node: Self.node, input: input)
    #expect(found.count == requests.count)
    for (request, found) in zip(requests, found) {
      #expect(try dictionary(.object(Self.plan.answer(request).members)) == found, "\(request)")
    }
  }

  @Test("the same plan makes the same bytes, of ASCII alone in literals, without a moment or a machine in it")
  func deterministic() throws {
    for text in [PythonModule.text, TypeScriptModule.text, SwiftTypes.text] {
      #expect(text(Self.plan) == text(Self.plan))
    }
    #expect(PythonModule.text(Self.plan).utf8.allSatisfy { $0 < 0x80 })
    #expect(TypeScriptModule.text(Self.plan).utf8.allSatisfy { $0 < 0x80 })
  }
}
