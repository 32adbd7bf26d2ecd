import Codec
import Mapping
import Testing

@Suite("References of arrays, of child tables, and of feature entities' elements")
struct ReferencePlaceTests {
  private static let users = """
    entity: users
    owner: core
    source: { store: app, collection: users }
    key: [id]
    fields: { id: text, team: { type: integer, unique: true } }
    """

  private func core(_ rest: String) -> [String: String] {
    [
      "users.yaml": Self.users,
      "teams.yaml": """
      entity: teams
      owner: core
      source: { store: app, collection: teams }
      key: [id]
      fields: { id: text, members: "text[]", numbers: "integer[]", name: text }
      \(rest)
      """,
    ]
  }

  private func reference(_ text: String) -> [String] { errors(core("references: [{ \(text) }]")) }

  @Test("each element of an array column refers, if it is of the key's type")
  func arrays() throws {
    let set = try parse(core("references: [{ columns: members, entity: users }]")).set
    let found = try #require(set.entity(named: "teams")?.references.first)
    #expect(found.isArray && found.enforcement == .audit && found.targetColumns == ["id"])
    #expect(reference("columns: numbers, entity: users, to: team, on-delete: set-null") == [])
    #expect(
      reference("columns: numbers, entity: users") == [
        "teams.yaml:6:25: error: \"numbers\" is integer[], but \"users.id\" is text | give both the same type"
      ])
    #expect(
      reference("columns: members, entity: users, enforce: constraint") == [
        "teams.yaml:6:58: error: Postgres can't keep references of an array's elements | write enforce: audit"
      ])
    #expect(
      reference("columns: [members, name], entity: users, to: [id, team], enforce: audit") == [
        "teams.yaml:6:26: error: \"members\" is an array, whose elements can't refer together with other columns | give it a reference of its own",
        "teams.yaml:6:35: error: \"name\" is text, but \"users.team\" is integer | give both the same type",
      ])
  }

  @Test("a child table refers with its own columns and its parent's, and only audits keep that")
  func children() throws {
    func child(_ text: String) -> [String: String] {
      core(
        """
        children:
          seats:
            fields: { user: text, place: integer }
            references: [{ \(text) }]
        """)
    }
    let set = try parse(child("columns: user, entity: users, on-delete: cascade")).set
    let found = try #require(set.entity(named: "teams")?.children.first?.references.first)
    #expect(found.enforcement == .audit && found.onDelete == .cascade && !found.isArray)
    #expect(set.entity(named: "teams")?.hasReferences == true)
    #expect(errors(child("columns: teams_id, entity: users")) == [])
    #expect(
      errors(child("columns: usr, entity: users")) == [
        "teams.yaml:9:29: error: the reference's column \"usr\" is not among the fields of \"seats\" | did you mean \"user\"?"
      ])
    #expect(
      errors(child("columns: user, entity: users, enforce: constraint")) == [
        "teams.yaml:9:59: error: a backfill can't keep a foreign key of a child table | write enforce: audit"
      ])
    #expect(
      errors(child("columns: teams_id, entity: users, on-delete: set-null")) == [
        "teams.yaml:9:65: error: a deletion can't set \"teams_id\" to null: the column is required | write restrict, cascade or no-action"
      ])
  }

  @Test("a feature entity names the elements of its arrays as children, which have no table")
  func features() throws {
    func feature(_ key: String, _ child: String) -> [String: String] {
      [
        "users.yaml": Self.users,
        "chats.yaml": """
        entity: chats
        owner: feature
        source: { store: app, collection: chats }
        \(key)
        fields: { id: { from: _id, type: text, transforms: [text] } }
        children:
          people:
            \(child)
            fields: { user: text }
            references: [{ columns: user, entity: users }]
        """,
      ]
    }
    let set = try parse(feature("key: id", "from: members.list[]")).set
    let chats = try #require(set.entity(named: "chats"))
    #expect(chats.hasReferences && chats.table == nil)
    #expect(chats.children.first?.references.first?.enforcement == .audit)
    let plan = try EntityPlan(referencesOf: chats, source: .mongo)
    #expect(plan.children.map(\.path.description) == ["members.list[]"])
    #expect(
      errors(feature("key: id", "table: x")) == [
        "chats.yaml:8:5: error: a feature entity stays in its store, so its children have no \"table\" | remove it, or make the entity's owner core"
      ])
    #expect(
      errors(feature("filters: []", "from: people[]")) == [
        "chats.yaml:6:1: error: a feature entity with children needs \"key\", so that an element's record can be named"
      ])
  }

  @Test("the set says what an undeclared table is")
  func undeclared() throws {
    func set(_ text: String) -> [String: String] {
      [
        "set.yaml": "set: test\naudit: \(text)\nstores: { app: { kind: mongo } }\n",
        "users.yaml": Self.users,
      ]
    }
    #expect(try parse(set("{ undeclared: drift }")).set.undeclared == .drift)
    #expect(try parse(set("{}")).set.undeclared == .report)
    #expect(
      errors(set("{ undeclared: eror }")) == [
        "set.yaml:2:22: error: \"undeclared\" can't be \"eror\" | it is one of report, drift, ignore"
      ])
  }

  @Test("what is written reads back")
  func written() throws {
    var files = core(
      """
      references: [{ columns: members, entity: users, on-delete: set-null }]
      children:
        seats:
          fields: { user: text }
          references: [{ columns: user, entity: users, enforce: none }]
      """)
    files["set.yaml"] =
      "set: test\naudit: { undeclared: drift }\nstores: { app: { kind: mongo, environment: MONGODB_URI } }\n"
    let set = try parse(files).set
    let again = try parse(
      Dictionary(MappingWriter.files(for: set).map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })
    ).set
    #expect(again.undeclared == .drift)
    let (one, other) = (
      try #require(set.entity(named: "teams")), try #require(again.entity(named: "teams"))
    )
    #expect(one.references.map(\.isArray) == other.references.map(\.isArray))
    #expect(one.references.map(\.onDelete) == other.references.map(\.onDelete))
    #expect(other.children.first?.references.map(\.enforcement) == [Reference.Enforcement.none])
  }
}
