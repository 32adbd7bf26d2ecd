import Mapping
import Testing

@Suite("Errors in what guardrails are told")
struct GuardRuleErrorTests {
  private static let set = "set: x\nstores: { app: { kind: mongo } }\n"
  private static let files = [
    "users.yaml":
      "entity: users\nowner: core\nsource: { store: app, collection: users }\nkey: [id]\nfields: { id: text }\nwriters: [Users]",
    "flows.yaml":
      "entity: flows\nowner: feature\nsource: { store: app, collection: flows }\nwriters: [Flows]",
  ]

  @Test(
    "in set.yaml, each is said at its place, with what to do",
    arguments: [
      (
        "guard: { mode: warn }",
        "3:16: error: \"mode\" can't be \"warn\" | it is one of off, observe, enforce"
      ),
      ("guard: { mod: off }", "3:10: error: the set's \"guard\" has no key \"mod\" | did you mean \"mode\"?"),
      (
        "guard: { roles: { app: [User] } }",
        "3:25: error: no entity names the writer \"User\" | did you mean \"Users\"?"
      ),
      (
        "guard: { roles: { kedge: [] } }",
        "3:19: error: \"kedge\" is the name by which Kedge itself writes, and so can't be a role"
      ),
      (crossing("entities: [users]"), "3:30: error: a crossing names two entities or more"),
      (
        crossing("entities: [users, flow]"),
        "3:37: error: unknown entity \"flow\" | did you mean \"flows\"?"
      ),
      (
        crossing(expires: "2027-02-29"),
        "3:89: error: \"2027-02-29\" isn't a day | the last day on which it is allowed, as in 2027-01-31"
      ),
      (
        crossing(link: "ticket 7"),
        "3:64: error: \"link\" must be a URL that starts with https:// or http://"
      ),
    ])
  func inSet(_ line: String, _ expected: String) {
    let said = diagnostics(Self.files.merging(["set.yaml": Self.set + line]) { $1 })
    #expect(said == ["set.yaml:" + expected])
  }

  private static func crossing(
    _ entities: String = "entities: [users, flows]", link: String = "https://x.io/1",
    expires: String = "2027-01-31"
  ) -> String {
    "crossings: { c: { \(entities), reason: why, link: \(link), expires: \(expires) } }"
  }

  @Test("an entity's own rules and writers")
  func inEntity() {
    func said(_ rest: String) -> [String] {
      diagnostics([
        "set.yaml": Self.set,
        "flows.yaml": "entity: flows\nowner: feature\nsource: { store: app, collection: flows }\n" + rest,
      ])
    }
    #expect(said("guard: { mode: observe, fence: required }\nwriters: [A]") == [])
    #expect(
      said("guard: { fence: always }") == [
        "flows.yaml:4:17: error: \"fence\" can't be \"always\" | it is one of optional, required"
      ])
    #expect(
      said("writers: [kedge-admin]") == [
        "flows.yaml:4:11: error: \"kedge-admin\" is the name by which Kedge itself writes, and so can't be a writer"
      ])
  }

  @Test("days are those of the calendar")
  func days() {
    for text in ["2028-02-29", "2000-02-29", "2027-12-31", "0001-01-01"] {
      #expect(CalendarDay(text)?.description == text)
    }
    for text in [
      "1900-02-29", "2027-04-31", "2027-00-01", "2027-1-01", "2027-01-01 ", "２０２７-01-01", "-001-01-01",
    ] {
      #expect(CalendarDay(text) == nil, "\(text)")
    }
  }
}
