import Foundation
import TestSupport
import Testing

/// `kedge schema --json`: a program must find every column by it, and the field that fills it.
@Suite("The schema as JSON")
struct SchemaDocumentTests {
  private static let set = """
    set: shop
    stores: { app: { kind: sqlite, environment: [SQLITE_PATH] } }
    """
  private static let entity = """
    entity: people
    owner: core
    source: { store: app, table: Person }
    key: [id]
    json-text: [addresses, profile]
    fields:
      id: bigint
      locale: { from: [profile.locale, '"odd name"'], type: text, transforms: [trim, lower] }
      tags: { from: profile.tags, type: "text[]", null-element: skip }
      status: { type: { enum: status, values: [new, lost] } }
      idle: { type: interval, transforms: [{ interval: seconds }] }
      origin: { type: text, transforms: [{ constant: old }] }
    children:
      addresses:
        fields: { city: text }
        children:
          phones:
            fields: { number: { from: "@", type: inet, transforms: [inet] } }
            children: { calls: { from: "[]", fields: { at: { from: "@", type: date, transforms: [date] } } } }
    rest: extra
    generated: { number: { type: bigint, as: identity }, twice: { type: bigint, as: "id * 2" } }
    """

  @Test("it names every column of every table, and nests tables as their arrays are nested")
  func everything() throws {
    let folder = try TemporaryFolder()
    try folder.write("mappings/set.yaml", Self.set)
    try folder.write("mappings/people.yaml", Self.entity)
    let outcome = try Program.kedge.run(["schema", "--json", "--mappings", folder.path + "/mappings"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let entities = try #require(outcome.json()["entities"] as? [[String: Any]])
    let people = try #require(entities.first)
    #expect(people["table"] as? String == "core.people" && people["source"] as? String == "Person")
    #expect(people["json_text"] as? [String] == ["addresses", "profile"])
    #expect(
      columns(people) == [
        "id id bigint []", #"profile.locale locale text ["trim", "lower"]"#, "profile.tags tags text[] []",
        #"status status "core"."status" []"#, #"idle idle interval ["interval"]"#,
        #"- origin text ["constant"]"#, "* extra jsonb []", "- number bigint [] identity",
        "- twice bigint [] id * 2",
      ])
    let locale = try #require((people["columns"] as? [[String: Any]])?[1])
    #expect(locale["paths"] as? [String] == ["profile.locale", #""odd name""#])

    let addresses = try only(people)
    #expect(addresses["path"] as? String == "addresses[]")
    #expect(addresses["key"] as? [String] == ["people_id", "position"])
    #expect(columns(addresses) == ["addresses[].city city text []"])
    let phones = try only(addresses)
    #expect(phones["table"] as? String == "core.people_addresses_phones")
    #expect(phones["parent"] as? [String] == ["people_id", "addresses_position"])
    #expect(columns(phones) == [#"addresses[].phones[] number inet ["inet"]"#])
    let calls = try only(phones)
    #expect(calls["path"] as? String == "addresses[].phones[][]")
    #expect(calls["ordinal"] as? String == "position")
    #expect(columns(calls) == [#"addresses[].phones[][] at date ["date"]"#])
    #expect((calls["children"] as? [Any])?.isEmpty == true)
  }

  private func only(_ table: [String: Any]) throws -> [String: Any] {
    let children = try #require(table["children"] as? [[String: Any]])
    #expect(children.count == 1)
    return try #require(children.first)
  }

  private func columns(_ table: [String: Any]) -> [String] {
    (table["columns"] as? [[String: Any]] ?? []).map { column in
      let parts = [
        column["path"] as? String ?? "-", column["column"] as? String ?? "", column["type"] as? String ?? "",
        "\(column["transforms"] as? [String] ?? [])",
      ]
      return (parts + [column["generated"] as? String].compactMap { $0 }).joined(separator: " ")
    }
  }

  @Test("a dry run over its quarantine limit fails as a backfill does, and says why before")
  func dryRunLimit() throws {
    let folder = try TemporaryFolder()
    let file = try TestSQLite(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 1)")
    let target = try TestPostgres()
    try folder.write("mappings/set.yaml", Self.set)
    func run(_ limit: Int, _ more: [String]) throws -> Program.Outcome {
      try folder.write(
        "mappings/t.yaml",
        """
        entity: t
        owner: core
        source: { store: app, table: t }
        key: [id]
        fields: { id: bigint, v: integer }
        quarantine: { limit: \(limit) }
        """)
      return try Program.kedge.run(
        [
          "backfill", "--source", "sqlite:" + file.path, "--target", target.url, "--mappings",
          folder.path + "/mappings",
        ]
          + more)
    }
    let dry = try run(1, ["--dry-run"])
    #expect(dry.code == 1)
    #expect(
      dry.errors.contains("2 records would be quarantined, more than its limit of 1, after 3 were read"))
    #expect(dry.errors.contains("t: 2 would be quarantined: field v is a string"))
    let real = try run(1, [])
    #expect(real.code == 1)
    #expect(real.errors.contains("2 records are quarantined, more than its limit of 1, after 3 were read"))
    // Within the limit both say that records wait.
    #expect(try run(2, ["--dry-run"]).code == 4)
    #expect(try run(2, []).code == 4)
  }
}
