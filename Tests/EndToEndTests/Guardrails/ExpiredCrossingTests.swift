import TestSupport
import Testing

@Suite("Crossings that have expired")
struct ExpiredCrossingTests {
  @Test("kedge check warns of those whose last day has passed, and of no others", arguments: [true, false])
  func check(isExpired: Bool) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "set.yaml",
      """
      set: shop
      stores: { app: { kind: mongo } }
      crossings:
        first order: { entities: [users, carts], reason: both at once, link: "https://x.example/1", expires: \(isExpired ? "2026-01-31" : "9999-12-31") }
      """)
    try folder.write(
      "users.yaml",
      "entity: users\nowner: core\nsource: { store: app, collection: users }\nkey: id\nfields: { id: text }\n"
    )
    try folder.write(
      "carts.yaml", "entity: carts\nowner: feature\nsource: { store: app, collection: carts }\n")
    let outcome = try Program.kedge.run(["check", "--mappings", folder.path])
    #expect(outcome.code == 0)
    #expect(
      outcome.errors.contains("set.yaml:4:3: the crossing \"first order\" expired on 2026-01-31")
        == isExpired,
      "\(outcome.errors)")
  }
}
