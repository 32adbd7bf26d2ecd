import Guardrails
import Mapping
import Testing

@Suite("Refusals")
struct RefusalTests {
  private func refusal(_ phase: String, store: String, writer: String?, fence: Int? = nil) throws
    -> GuardRefusal
  {
    let guardrails = Guardrails(try DecisionTests.plan(phase))
    return try #require(throws: GuardRefusal.self) {
      try guardrails.authorize(.insert, "users", in: store, as: writer, fence: fence)
    }
  }

  @Test("say what is declared, where, who asked, and what to do instead")
  func sentence() throws {
    let guardrails = Guardrails(try DecisionTests.plan("core"))
    var found: GuardRefusal?
    let line = #line + 2
    do throws(GuardRefusal) {
      try guardrails.authorize(.insert, "users", in: "app", as: "UserRepository")
    } catch {
      found = error
    }
    let refusal = try #require(found)
    #expect(
      refusal.description == """
        insert of "users" in store "app" is refused (not_owner): store "app" doesn't own entity "users" in phase core. \
        Declared at users.yaml:1:9: entity "users", owner core, phase core, mode enforce. \
        Write it to store "postgres", which owns it; only Kedge writes the other side. \
        (asked for at GuardrailsTests/RefusalTests.swift:\(line))
        """)
    #expect(refusal.entity == "users" && refusal.store == "app" && refusal.operation == .insert)
    #expect(refusal.writer == "UserRepository" && refusal.fence == nil)
  }

  @Test("are the same by handles as by names")
  func handles() throws {
    let guardrails = Guardrails(try DecisionTests.plan("core"))
    let users = try #require(guardrails.entity("users"))
    let app = try #require(guardrails.store("app"))
    let refusal = try #require(throws: GuardRefusal.self) {
      try guardrails.authorize(.delete, users, in: app, as: guardrails.writer("UserRepository"), fence: 4)
    }
    #expect(refusal.explanation.finding == #"store "app" doesn't own entity "users" in phase core"#)
    #expect(refusal.writer == "UserRepository" && refusal.fence == 4 && refusal.entity == "users")
  }

  @Test(
    "have advice for each reason",
    arguments: [
      (
        "legacy", "redis", "UserRepository", nil, GuardReason.unknownStore,
        #"Name one of "app", "archive", "postgres""#
      ),
      ("frozen", "app", "UserRepository", nil, .unknownPhase, "its phase is frozen"),
      ("core", "archive", "UserRepository", nil, .wrongStore, #"Write it to store "postgres""#),
      ("retired", "app", "UserRepository", nil, .retired, "left store \"app\" for good"),
      ("core", "postgres", nil, nil, .unnamedWriter, #"one of "UserRepository""#),
      ("core", "postgres", "Other", nil, .undeclaredWriter, #""Other" isn't a writer of entity "users""#),
      ("core", "postgres", "kedge", nil, .moverIntoOwner, "over its owner, store \"postgres\""),
      ("core", "postgres", "UserRepository", 2, .staleFence, "in phase core since epoch 3"),
      ("core", "postgres", "UserRepository", 6, .futureFence, "the newest is 5"),
    ] as [(String, String, String?, Int?, GuardReason, String)])
  func advice(phase: String, store: String, writer: String?, fence: Int?, reason: GuardReason, words: String)
    throws
  {
    let refusal = try refusal(phase, store: store, writer: writer, fence: fence)
    #expect(refusal.reason == reason)
    #expect(refusal.description.contains(words), "\(refusal)")
    #expect(!refusal.description.contains("{"))
  }

  @Test("every reason has its sentence, with no word left in braces", arguments: GuardReason.allCases)
  func sentences(reason: GuardReason) throws {
    var plan = try DecisionTests.plan("core")
    plan.crossings = [
      Crossing(
        name: "signup", entities: ["users", "flows"], reason: "one form", link: "https://example.com/1",
        expires: try #require(CalendarDay("2027-01-31")),
        location: SourceLocation(file: "set.yaml", line: 7, column: 3))
    ]
    let request = WriteRequest(
      entity: "users", store: "postgres", operation: "insert", writer: "W", fence: 4, crossing: "signup",
      others: ["flows"])
    let explanation = plan.explanation(of: reason, for: request)
    #expect(!explanation.description.contains("{") && !explanation.description.contains("(none)"))
    #expect((explanation.advice == nil) == reason.isAllowed)
    #expect(explanation.declaration != nil)
    // What a name brings in isn't filled again.
    let hostile = plan.explanation(
      of: reason, for: WriteRequest(entity: "{set}{", store: "{entity}", operation: "insert", writer: "{}"))
    #expect(hostile.description.contains("{set}{"))
  }
}
