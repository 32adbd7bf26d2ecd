import Testing

@testable import Mapping

@Suite("Errors in rules for unmapped fields, limits and nested tables")
struct RecordRuleErrorTests {
  @Test(
    "each is said at its place, with what to do",
    arguments: [
      ("unmapped: drop", "8:11: error: \"unmapped\" can't be \"drop\" | it is one of count, ignore, reject"),
      (
        "unmapped: { ignore: [a, name] }",
        "8:25: error: \"name\" is mapped, so it can't be left out | remove it here, or remove the field"
      ),
      ("unmapped: { ignore: [a, a] }", "8:25: error: \"a\" stands twice in \"ignore\""),
      ("unmapped: { ignore: \"@\" }", "8:21: error: \"@\" is the whole record; name a field of it"),
      (
        "unmapped: { others: rejct }",
        "8:21: error: \"others\" can't be \"rejct\" | did you mean \"reject\"?"
      ),
      ("quarantine: { limit: \"101%\" }", "8:22: error: a limit in percent is from 0% to 100%"),
      (
        "children: { a: { missing: row, fields: { t: text } } }",
        "8:27: error: \"missing\" can't be \"row\" | it is one of no-rows, quarantine"
      ),
      (
        "children: { a: { fields: { t: text }, children: { b: { parent: x, fields: { u: text } } } } }",
        "8:64: error: \"parent\" repeats the key of the table around, which has 2 columns, but it names 1"
      ),
      (
        "children: { a: { fields: { t: text }, children: { b: { fields: { a_position: text } } } } }",
        "8:51: error: the column \"a_position\" of the parent's key is already taken by a field at line 8 | give one of them another name"
      ),
      (
        "children: { a: { from: \"[]\", fields: { t: text } } }",
        "8:24: error: a child table's path names an array and ends in \"[]\""
      ),
    ])
  func said(_ rest: String, _ expected: String) {
    let said = diagnostics(["users.yaml": users("name: text", rest)])
      .filter { !$0.contains("no entity uses the store \"lite\"") }
    #expect(said == ["users.yaml:" + expected])
  }

  @Test("an array that no table reads can't be left out by its elements")
  func unreadArray() throws {
    let entity = try parse(["users.yaml": users("name: text", "unmapped: { ignore: [\"tags[].x\"] }")]).set
      .entities[0]
    let error = #expect(throws: PlanError.self) { try EntityPlan(entity, source: .mongo) }
    #expect(try #require(error).message.contains("no child table reads that array"))
  }
}
