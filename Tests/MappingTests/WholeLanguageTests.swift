import Codec
import Mapping
import Testing

@Suite("The whole language")
struct WholeLanguageTests {
  static let setFile = """
    set: sendfx
    stores:
      app: { kind: mongo, environment: [MONGODB_URI], url: "mongodb://localhost:27017", database: sendfx }
      core: { kind: postgres, environment: [DATABASE_URL, POSTGRES_URL] }
    """
  static let usersFile = """
    entity: users
    owner: core
    phase: shadow
    source: { store: app, collection: users }
    target: { table: user, schema: app }
    key: id
    json-text: [settings, "addresses[].geo"]
    fields:
      id: { from: _id, type: text, transforms: [text] }
      name: text
      email: { type: text, transforms: [trim, lower], required: true, unique: true, personal: true, empty: quarantine }
      locale: { from: [profile.locale, locale], type: varchar(16), missing: { value: en }, null: null, empty: keep }
      credits: { type: "numeric(12,2)", transforms: [{ cents: 2 }] }
      joined: { type: timestamp with time zone, transforms: [{ epoch: milliseconds }] }
      born: { type: date, transforms: [{ date: "%d.%m.%Y" }] }
      plan: { type: text, transforms: [{ enum: { f: free, p: pro } }] }
      active: { type: bool, transforms: [{ boolean: { true: [yes, "1"], false: [no, "0"] } }] }
      origin: { type: text, transforms: [{ constant: legacy }] }
      flags: { from: settings.flags, type: "text[]", null-element: skip, empty-element: { value: none } }
      limits: { type: "integer[]", null-element: quarantine, empty-element: keep }
      ref: { type: uuid, transforms: [{ uuid: java }] }
      workspace_id: { type: text, transforms: [text] }
    children:
      addresses:
        table: user_addresses
        parent: user_id
        ordinal: place
        missing: quarantine
        null: no-rows
        empty: quarantine
        null-element: skip
        fields: { city: text, street: { from: geo.street, type: text }, value: { from: "@", type: jsonb } }
        children:
          phones:
            parent: [user_id, address]
            fields: { number: text }
            children: { calls: { from: "log.calls[]", fields: { at: timestamptz } } }
          grid: { from: "[]", children: { cells: { from: "[]", fields: { cell: { from: "@", type: integer } } } } }
      tags:
        fields: { tag: { from: "@", type: text } }
    rest: extra
    unmapped: { ignore: [__v, legacy.x, "addresses[].trace"], others: reject }
    references:
      - { columns: [workspace_id], entity: workspaces, on-delete: cascade }
    filters:
      - { field: deleted, exists: false }
      - { field: status, none-of: [test, "null"] }
    quarantine: { limit: 100 }
    audit: { ignore: [updated_at], tolerance: { credits: 0.001 } }
    reset: { keep: { email: [admin@sendfx.ai] } }
    writers: [UserRepository]
    """
  static let workspacesFile = """
    entity: workspaces
    owner: core
    source: { store: app, collection: workspaces }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] } }
    """

  @Test("every key arrives in the model")
  func everything() throws {
    let load = try MappingLoad.parse(
      files: [
        ("set.yaml", Self.setFile), ("users.yaml", Self.usersFile), ("workspaces.yaml", Self.workspacesFile),
      ],
      directory: "mappings/sendfx")
    #expect(load.warnings.isEmpty)
    let set = load.set
    #expect(set.name == "sendfx" && set.schema == "core" && set.directory == "mappings/sendfx")
    #expect(
      set.stores.first
        == Store(
          name: "app", kind: .mongo, environment: ["MONGODB_URI"], url: "mongodb://localhost:27017",
          database: "sendfx"))
    let users = try #require(set.entity(named: "users"))
    #expect(
      users.owner == .core && users.phase == .shadow && users.store == "app" && users.collection == "users")
    #expect(users.table == TableName(schema: "app", name: "user"))
    #expect(users.key == ["id"])
    #expect(users.location == SourceLocation(file: "mappings/sendfx/users.yaml", line: 1, column: 9))

    func field(_ column: String) throws -> Field { try #require(users.fields.first { $0.column == column }) }
    let id = try field("id")
    #expect(id.paths == [ValuePath(field: "_id")] && id.transforms == [.text])
    #expect(id.missing == .quarantine && id.null == .quarantine && id.empty == .keep)
    let email = try field("email")
    #expect(email.required && email.unique && email.personal && email.transforms == [.trim, .lower])
    #expect(email.missing == .quarantine && email.null == .quarantine && email.empty == .quarantine)
    let locale = try field("locale")
    #expect(locale.paths == [ValuePath([.field("profile"), .field("locale")]), ValuePath(field: "locale")])
    #expect(locale.type == .varchar(16) && locale.missing == .value("en") && locale.null == .null)
    #expect(try field("credits").type == .numeric(precision: 12, scale: 2))
    #expect(try field("credits").transforms == [.cents(digits: 2)])
    #expect(try field("joined").type == .timestamptz)
    #expect(try field("joined").transforms == [.epoch(.milliseconds)])
    #expect(try field("born").transforms == [.parseDate(.pattern("%d.%m.%Y"))])
    #expect(
      try field("plan").transforms == [
        .enumMap([EnumPair(from: "f", to: "free"), EnumPair(from: "p", to: "pro")])
      ])
    #expect(try field("active").transforms == [.boolean(trueWords: ["yes", "1"], falseWords: ["no", "0"])])
    #expect(try field("origin").transforms == [.constant("legacy")])
    #expect(try field("origin").paths.isEmpty)
    #expect(users.jsonText.map(\.description) == ["settings", "addresses[].geo"])
    let flags = try field("flags")
    #expect(flags.nullElement == .skip && flags.emptyElement == .value("none"))
    let limits = try field("limits")
    #expect(limits.nullElement == .quarantine && limits.emptyElement == .keep)
    #expect(try field("email").nullElement == .null && email.emptyElement == .keep)
    #expect(try field("ref").transforms == [.uuid(.java)])
    #expect(try field("name").type == .text)

    let addresses = users.children[0]
    #expect(addresses.name == "addresses" && addresses.path == ValuePath([.field("addresses"), .each]))
    #expect(addresses.table == TableName(schema: "app", name: "user_addresses"))
    #expect(addresses.parentColumns == ["user_id"] && addresses.ordinal == "place")
    #expect(addresses.fields[2].paths == [ValuePath([])])
    #expect(users.children[1].table == TableName(schema: "app", name: "user_tags"))
    #expect(users.children[1].parentColumns == ["users_id"] && users.children[1].ordinal == "position")

    #expect(addresses.missing == .quarantine && addresses.null == .noRows && addresses.empty == .quarantine)
    #expect(addresses.nullElement == .skip && users.children[1].nullElement == .row)
    let phones = addresses.children[0]
    #expect(phones.path == ValuePath([.field("phones"), .each]) && phones.nullElement == .quarantine)
    #expect(phones.table == TableName(schema: "app", name: "user_addresses_phones"))
    #expect(phones.parentColumns == ["user_id", "address"] && phones.ordinal == "position")
    #expect(phones.children[0].parentColumns == ["user_id", "address", "phones_position"])
    #expect(phones.children[0].path == ValuePath([.field("log"), .field("calls"), .each]))
    let grid = addresses.children[1]
    #expect(grid.path == ValuePath([.each]) && grid.fields.isEmpty)
    #expect(grid.parentColumns == ["user_id", "addresses_place"])
    #expect(grid.children[0].parentColumns == ["user_id", "addresses_place", "grid_position"])

    #expect(users.rest == "extra")
    #expect(users.unmapped.others == .reject)
    #expect(users.unmapped.ignored.map(\.description) == ["__v", "legacy.x", "addresses[].trace"])
    let reference = users.references[0]
    #expect(
      reference.targetColumns == ["id"] && reference.onDelete == .cascade
        && reference.enforcement == .constraint)
    #expect(users.filters.map(\.test) == [.exists(false), .noneOf(["test", "null"])])
    #expect(users.quarantineLimit == .records(100) && users.auditIgnore == ["updated_at"])
    #expect(users.auditTolerance == ["credits": 0.001])
    #expect(users.resetKeep == [KeepRule(column: "email", values: ["admin@sendfx.ai"])])
    #expect(users.writers == ["UserRepository"])
    #expect(set.coreInLoadOrder.map(\.name) == ["workspaces", "users"])
  }

  @Test("unmapped fields and the quarantine limit have short forms")
  func shortForms() throws {
    let entity = try parse([
      "users.yaml": users("a: text", "unmapped: reject\nquarantine: { limit: \"1.5%\" }")
    ])
    .set.entities[0]
    #expect(entity.unmapped == UnmappedRule(others: .reject))
    #expect(entity.quarantineLimit == .percent(1.5))
  }

  @Test("a set without a postgres store has the usual target")
  func impliedTarget() throws {
    let load = try parse(["users.yaml": users("name: text")])
    #expect(load.set.targetStore.environment == ["DATABASE_URL", "POSTGRES_URL"])
    #expect(load.set.stores.map(\.name) == ["app", "lite"])
  }

  @Test("references outside the core are audited, not constrained")
  func featureReferences() throws {
    let conversations = """
      entity: conversations
      owner: feature
      source: { store: app, collection: conversations }
      fields: { user: { type: text, transforms: [text] } }
      references: [{ columns: user, entity: users }]
      """
    let load = try parse(["users.yaml": users("name: text"), "c.yaml": conversations])
    let entity = try #require(load.set.entity(named: "conversations"))
    #expect(entity.references[0].enforcement == .audit && entity.references[0].targetColumns == ["id"])
    #expect(entity.table == nil && entity.key.isEmpty)
  }

  @Test("anchors and aliases stand for what they name")
  func aliases() throws {
    let text = users("a: &id { type: text, transforms: [&t trim, *t] }\n  b: *id")
    let fields = try parse(["users.yaml": text]).set.entities[0].fields
    #expect(fields[1].transforms == [.trim, .trim] && fields[2].transforms == [.trim, .trim])
    #expect(fields[2].paths == [ValuePath(field: "b")])
  }
}
