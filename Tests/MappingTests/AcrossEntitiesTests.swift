import Mapping
import Testing

@Suite("Errors across files and in set.yaml")
struct AcrossEntitiesTests {
  private func entity(_ name: String, _ rest: String = "", owner: String = "core", id: String = "text")
    -> String
  {
    """
    entity: \(name)
    owner: \(owner)
    source: { store: app, collection: \(name) }
    key: [id]
    fields: { id: { type: \(id) }, other: text, n: integer, need: { type: text, required: true }, u: { type: text, unique: true } }
    \(rest)
    """
  }

  private func refer(_ text: String) -> [String] {
    errors([
      "a.yaml": entity("a", "references: [{ \(text) }]"), "b.yaml": entity("b", id: "bigint"),
      "f.yaml": entity("f", owner: "feature"),
    ])
  }

  @Test("references name columns that exist, as many and of the same type, on unique columns")
  func references() {
    #expect(refer("columns: n, entity: b") == [])
    #expect(refer("columns: other, entity: b, to: u") == [])
    #expect(
      refer("columns: other, entity: b") == [
        "a.yaml:6:25: error: \"other\" is text, but \"b.id\" is bigint | give both the same type"
      ])
    #expect(
      refer("columns: othr, entity: b").first
        == "a.yaml:6:25: error: the reference's column \"othr\" is not among the fields of \"a\" | did you mean \"other\"?"
    )
    #expect(
      refer("columns: other, entity: b, to: oter") == [
        "a.yaml:6:47: error: \"b\" has no column \"oter\" | did you mean \"other\"?"
      ])
    #expect(
      refer("columns: [other, n], entity: b") == [
        "a.yaml:6:26: error: 2 columns can't refer to 1 of \"b\" (id)"
      ])
    #expect(
      refer("columns: other, entity: b, to: other") == [
        "a.yaml:6:47: error: a foreign key needs unique columns, and (other) of \"b\" is neither its key nor marked unique | refer to the key, or mark the column unique: true"
      ])
    #expect(refer("columns: other, entity: b, to: other, enforce: audit") == [])
    #expect(
      refer("columns: need, entity: a, to: u, on-delete: set-null") == [
        "a.yaml:6:60: error: a deletion can't set \"need\" to null: the column is required | write restrict, cascade or no-action"
      ])
    #expect(refer("columns: other, entity: f") == [])
    #expect(
      refer("columns: other, entity: f, enforce: constraint") == [
        "a.yaml:6:52: error: Postgres can't keep a reference that involves the feature entity \"f\" | write enforce: audit"
      ])
    #expect(
      refer("columns: n, entity: b, on-delete: set_null").first
        == "a.yaml:6:50: error: \"on-delete\" can't be \"set_null\" | did you mean \"set-null\"?")
    #expect(refer("columns: other, entity: zebra") == ["a.yaml:6:40: error: unknown entity \"zebra\""])
  }

  @Test("foreign keys make no circles, but may point to their own table")
  func cycles() {
    func pointing(_ name: String, _ targets: String...) -> String {
      entity(
        name,
        "references:\n" + targets.map { "  - { columns: other, entity: \($0) }" }.joined(separator: "\n"))
    }
    #expect(errors(["a.yaml": pointing("a", "a")]) == [])
    let circle = [
      "a.yaml": pointing("a", "b"), "b.yaml": pointing("b", "b", "c"), "c.yaml": pointing("c", "a"),
    ]
    #expect(
      errors(circle) == [
        "c.yaml:7:31: error: foreign keys make a circle: \"a\" → \"b\" → \"c\" → \"a\" | write enforce: audit at one of them; an entity may refer to itself"
      ])
    let audited = entity("c", "references: [{ columns: other, entity: a, enforce: audit }]")
    #expect(errors(circle.merging(["c.yaml": audited]) { $1 }) == [])
  }

  @Test("names and tables belong to one entity")
  func claims() {
    #expect(
      errors(["a.yaml": entity("a"), "b.yaml": entity("a")]) == [
        "b.yaml:1:9: error: the name \"a\" of an entity is already taken by an entity at a.yaml:1 | give one of them another name",
        "b.yaml:1:9: error: the table core.a of entity \"a\" is already the table of entity \"a\" at a.yaml:1 | give one of them another \"table\"",
      ])
    #expect(
      errors(["a.yaml": entity("a"), "b.yaml": entity("b", "target: { table: a }")]) == [
        "b.yaml:6:18: error: the table core.a of entity \"b\" is already the table of entity \"a\" at a.yaml:1 | give one of them another \"table\""
      ])
    #expect(
      errors(["a.yaml": entity("a"), "b.yaml": entity("b", "target: { table: a, schema: other }")]) == [])
  }

  @Test("a feature entity has no table")
  func features() {
    #expect(
      errors(["f.yaml": entity("f", "target: { table: f }", owner: "feature")]) == [
        "f.yaml:6:1: error: a feature entity stays in its store, so it has no \"target\" | remove it, or make the entity's owner core"
      ])
    #expect(errors(["f.yaml": entity("f", "phase: core\nrest: x", owner: "feature")]).count == 2)
    #expect(
      errors(["f.yaml": "entity: f\nowner: core\nsource: { store: app, collection: f }"]) == [
        "f.yaml:1:9: error: a core entity needs \"fields\"", "f.yaml:1:9: error: a core entity needs \"key\"",
      ])
    #expect(
      errors(["f.yaml": "entity: f\nowner: corr\nsource: { store: app, collection: f }"]) == [
        "f.yaml:2:8: error: \"owner\" can't be \"corr\" | did you mean \"core\"?"
      ])
  }

  @Test("sources fit their stores")
  func sources() {
    func source(_ text: String, _ fields: String = "id: text", _ rest: String = "") -> [String] {
      errors([
        "a.yaml": "entity: a\nowner: core\nsource: { \(text) }\nkey: id\nfields: { \(fields) }\n\(rest)"
      ])
    }
    #expect(source("store: lite, table: a") == [])
    #expect(
      source("store: lite, collection: a") == [
        "a.yaml:3:24: error: the sqlite store \"lite\" has tables, not collections | write \"table\""
      ])
    #expect(
      source("store: app, table: a") == [
        "a.yaml:3:23: error: the mongo store \"app\" has collections, not tables | write \"collection\""
      ])
    #expect(source("store: app") == ["a.yaml:3:9: error: a source needs \"collection\""])
    #expect(
      source("store: app, table: a, collection: a") == [
        "a.yaml:3:23: error: a source has a \"collection\" or a \"table\", not both"
      ])
    #expect(
      source("store: lit, table: a") == ["a.yaml:3:18: error: unknown store \"lit\" | did you mean \"lite\"?"]
    )
    #expect(
      source("store: lite, table: a", "id: { from: a.b, type: text }") == [
        "a.yaml:5:23: error: a row's column has no fields inside it | name the column in \"json-text\" if it holds JSON; a column whose name has a dot or a bracket is written as a JSON string, as in '\"a.b\"'"
      ])
    #expect(
      source("store: lite, table: a", "id: text", "children: { x: { fields: { y: text } } }") == [
        "a.yaml:6:1: error: the records are rows, which hold no arrays to make child tables of | name the column in \"json-text\" if it holds JSON, or give the other table an entity of its own"
      ])
  }

  @Test("JSON text: paths go into columns that it names, and what it can't mean is said")
  func jsonText() {
    func problems(_ text: String, store: String = "store: lite, table: a") -> [String] {
      diagnostics([
        "a.yaml": "entity: a\nowner: core\nsource: { \(store) }\nkey: id\n" + text
      ]).filter { !$0.contains("no entity uses") }
    }
    #expect(
      problems(
        "json-text: [p, q, p.inner]\nfields: { id: bigint, l: { from: p.l, type: text }, m: { from: p.inner.x, type: text } }\nchildren: { q: { fields: { y: text } } }\nunmapped: { ignore: [p.old] }"
      ) == [])
    #expect(
      problems("json-text: [p]\nfields: { id: { from: p.id, type: bigint } }") == [
        "a.yaml:6:23: error: the key can't come from JSON text, in which the source can't look it up | use a field of the record itself"
      ])
    #expect(
      problems("json-text: [p, \"x[]\", p]\nfields: { id: bigint, p: jsonb }") == [
        "a.yaml:5:16: error: \"json-text\" names fields whose text is JSON, and \"x[]\" is no field",
        "a.yaml:5:23: error: \"p\" stands twice in \"json-text\"",
      ])
    #expect(
      problems("json-text: [p.q, r]\nfields: { id: bigint }").map { String($0.prefix(60)) } == [
        "a.yaml:5:13: error: a row's column has no fields inside it |",
        "a.yaml:5:18: warning: nothing takes \"r\" or goes into it; thi",
      ])
  }

  @Test("rules for elements are for arrays, and say what an element can become")
  func elements() {
    func problems(_ field: String) -> [String] {
      errors([
        "a.yaml":
          "entity: a\nowner: core\nsource: { store: app, collection: a }\nkey: id\nfields:\n  id: text\n  v: { \(field) }"
      ])
    }
    #expect(
      problems("type: \"text[]\", null-element: skip, empty-element: { value: none }") == [])
    #expect(
      problems("type: text, null-element: skip") == [
        "a.yaml:7:34: error: \"null-element\" is for array columns, and \"v\" is text | remove it; a single value's rules are missing, null and empty"
      ])
    #expect(
      problems("type: \"text[]\", null-element: keep") == [
        "a.yaml:7:38: error: \"null-element\" can't be \"keep\" | it is null, skip, quarantine, or a value as in { value: keep }"
      ])
    #expect(
      problems("type: \"integer[]\", null-element: { value: x }, empty-element: skipp") == [
        "a.yaml:7:50: error: \"x\" can't be a value of type integer",
        "a.yaml:7:70: error: \"empty-element\" can't be \"skipp\" | did you mean \"skip\"?",
      ])
  }

  @Test(
    "set.yaml",
    arguments: [
      ("stores: {}", ["1:1: error: set.yaml needs \"set\""]),
      ("set: x", ["1:1: error: set.yaml needs \"stores\""]),
      ("set: \"\"\nstores: {}", ["1:6: error: a set needs a name"]),
      ("set: x\nstore: {}", ["2:1: error: set.yaml has no key \"store\" | did you mean \"stores\"?"]),
      ("set: x\nschema: kedge\nstores: {}", ["2:9: error: the schema \"kedge\" holds Kedge's own state"]),
      (
        "set: x\nstores: { a: { kind: mongodb } }",
        ["2:22: error: \"kind\" can't be \"mongodb\" | did you mean \"mongo\"?"]
      ),
      (
        "set: x\nstores: { a: { kind: sqlite, database: x } }",
        ["2:30: error: only a mongo store has a \"database\"; this one is sqlite | name it in the URL"]
      ),
      (
        "set: x\nstores: { a: { kind: sqlite, read-concern: local } }",
        ["2:30: error: only a mongo store has a \"read-concern\"; this one is sqlite"]
      ),
      (
        "set: x\nstores: { a: { kind: mongo, read-preference: secondry } }",
        ["2:46: error: \"read-preference\" can't be \"secondry\" | did you mean \"secondary\"?"]
      ),
      (
        "set: x\nstores: { a: { kind: mongo, environment: \"A-B\" } }",
        [
          "2:42: error: \"A-B\" isn't the name of an environment variable | letters, digits and \"_\", as in MONGODB_URI"
        ]
      ),
      (
        "set: x\nstores: { a: { kind: mongo, url: \"postgres://h/d\" } }",
        ["2:34: error: the URL of a mongo store starts with mongodb:// or mongodb+srv://"]
      ),
      (
        "set: x\nstores: { a: { kind: postgres, url: \"postgres://h/d?password=secret\" } }",
        [
          "2:37: error: a password doesn't belong into a mapping file | put the whole URL into an environment variable and name that under \"environment\""
        ]
      ),
      (
        "set: x\nstores: { a: { kind: postgres }, b: { kind: postgres } }",
        ["2:34: error: a set has one postgres store, its target; \"b\" is another"]
      ),
      ("- set", ["1:1: error: expected set.yaml as a mapping of keys, found a list"]),
    ])
  func set(_ text: String, _ said: [String]) {
    #expect(errors(["set.yaml": text]) == said.map { "set.yaml:" + $0 })
  }

  @Test("what isn't used is a warning")
  func warnings() throws {
    #expect(
      try parse(["a.yaml": entity("a")]).warnings.map(oneLine) == [
        "set.yaml:4:3: warning: no entity uses the store \"lite\""
      ])
    #expect(
      try parse(["set.yaml": "set: x\nstores: {}"]).warnings.map(oneLine) == [
        "set.yaml:1:1: warning: the mapping set has no entities | add a file such as users.yaml"
      ])
  }

  @Test("a file that can't be read hides no errors of others, and makes up none")
  func independence() {
    let said = errors([
      "a.yaml": entity("a", "references: [{ columns: other, entity: b }]\nrest: id"), "b.yaml": "entity: [b",
      "c.yml": "entity: c",
      "set.yaml": "set: x\nstores: {",
    ])
    #expect(
      said == [
        "a.yaml:7:7: error: the column \"id\" of \"rest\" is already taken by a field at line 5 | give one of them another name",
        "b.yaml:1:9: error: the list that starts here isn't closed | it ends with \"]\"",
        "c.yml:1:1: error: mapping files end in .yaml | rename it to c.yaml",
        "set.yaml:2:10: error: the file ends where a value should stand | is a \"[\" or a \"{\" not closed?",
      ])
  }

  @Test("references that no audit looks up are warned of")
  func unaudited() {
    let said = diagnostics([
      "set.yaml": "set: x\nstores: { app: { kind: mongo }, main: { kind: postgres } }",
      "a.yaml": entity("a"),
      "f.yaml":
        "entity: f\nowner: feature\nsource: { store: main, table: f }\nkey: id\nfields: { id: text }\nreferences: [{ columns: id, entity: a, enforce: audit }]",
    ])
    #expect(
      said == [
        "f.yaml:6:14: warning: an audit doesn't look up the references of feature data that stays in Postgres | a foreign key in the migrations keeps them"
      ])
  }
}
