import Guardrails
import KedgeTesting
import Mapping
import ShopData
import Testing

struct OwnershipTests {
  let mappings: OwnershipMap
  let baseline = OwnershipBaseline("Tests/ownership_todo.txt")

  init() throws { mappings = try OwnershipMap(folder: "mappings/shop") }

  @Test func everythingHasAnOwner() {
    expectEveryEntityHasAnOwner(in: mappings)
    expectOwner("users", is: .core, in: mappings)
    expectOwnerStore(of: "users", is: "postgres", in: mappings)
    expectOwner("carts", is: .feature, in: mappings)
  }

  @Test func everyCollectionInTheSourcesIsDeclared() {
    expectDeclared(
      namesIn: ["Sources"], matching: #/collection\("([^"]+)"\)/#, in: mappings, baseline: baseline)
  }

  @Test func openingACartWritesOnlyFeatureData() throws {
    try withMongo { database in
      try expectWritesOnly(.feature, in: mappings) { guardrails in
        try CartRepository(database.connect(), by: guardrails).open(id: "c1", user: "u1")
      }
    }
  }

  @Test func aUserIsNotWrittenToTheOldStore() throws {
    try expectRefused(.notOwner, in: mappings) { guardrails in
      try guardrails.authorize(.update, "users", in: "app", as: "UserRepository")
    }
  }

  // As the databases see it: this holds for code that asks no guard, too.
  @Test func signingUpWritesToTheOwners() throws {
    let schema =
      "CREATE SCHEMA core; CREATE TABLE core.users (id text PRIMARY KEY, email text, joined timestamptz)"
    try withPostgres(prepared: schema) { core in
      try withMongo { app in
        try expectWritesToOwners(on: ["core": core, "app": app], in: mappings) {
          let guardrails = Guardrails(mappings.plan)
          try UserRepository(core.connect(), by: guardrails).add(id: "u1", email: "a@example.com")
          try CartRepository(app.connect(), by: guardrails).open(id: "c1", user: "u1")
        }
      }
    }
  }

  @Test func legacyCodeIsWatchedByItsDatabase() throws {
    try withMongo { app in
      try Fixtures(of: mappings.set, records: 20).insert(into: app)
      let user = try app.documents("users")[0]["_id"]
      let writes = try app.writes {
        try Legacy(app.connect()).note("\(user ?? .null) looked at")
      }
      #expect(writes.map(\.collection) == ["audit_trail"])
    }
  }
}
