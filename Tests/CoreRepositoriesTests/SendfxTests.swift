import CoreRepositories
import Database
import Foundation
import Guardrails
import Mapping
import Testing

@Suite("The core of sendfx")
struct SendfxTests {
  private let scene: Scene
  private let tag = newTag()
  private let users: Sendfx.UserRepository
  private let workspaces: Sendfx.WorkspaceRepository

  init() async throws {
    scene = try await Scene.shared("sendfx")
    users = Sendfx.UserRepository(scene.core)
    workspaces = Sendfx.WorkspaceRepository(scene.core)
  }

  private func workspace() async throws -> Sendfx.WorkspaceRepository.Record {
    let name = tag
    let owner = try await users.create(Sendfx.User(email: "\(name)@example.org"))
    return try await workspaces.create(Sendfx.Workspace(name: name, slug: name, ownerID: owner.id))
  }

  @Test("users keep what they are given, are found by any spelling, and changed by one at a time")
  func usersTests() async throws {
    let born = try #require(CalendarDay("1990-02-28"))
    let user = Sendfx.User(
      email: "  \(tag)Ada@Example.ORG ", passwordHash: "$2b$12$x", displayName: "Ada, \"the\" {first}\\",
      phone: " ", born: born,
      role: .admin, balance: Decimal(string: "12345678.0001"), externalID: UUID(),
      tags: ["a,b", "", "c\"d\\e", "NULL", "ü"], settings: JSONText(#"{"theme": "dark"}"#),
      lastLoginAt: Date(timeIntervalSince1970: 1_700_000_000.123456))
    let made = try await users.create(user)
    #expect(made.id.count == 24)
    #expect(made.email == "\(tag)ada@example.org")
    #expect(made.phone == nil)
    var expected = user
    expected.email = "\(tag)ada@example.org"
    expected.phone = nil
    #expect(made.content.tags == expected.tags)
    #expect(
      abs((made.lastLoginAt ?? .distantPast).timeIntervalSince(try #require(user.lastLoginAt))) < 0.000_001)
    expected.lastLoginAt = made.lastLoginAt
    #expect(made.content == expected)
    #expect(made.updatedAt == nil)
    #expect(try await users.find(email: " \(tag)ADA@example.org") == made)
    #expect(try await users.find(made.id) == made)
    #expect(try await users.find("nobody") == nil)
    #expect(try await users.administrators().contains(made))

    var mine = made
    var theirs = made
    mine.displayName = "Ada"
    theirs.bio = "Counts."
    let after = try await users.update(mine)
    #expect(after.displayName == "Ada")
    #expect(after.updatedAt != nil)
    await #expect(throws: RepositoryError.changedMeanwhile(entity: "users", key: made.id)) {
      try await users.update(theirs)
    }
    #expect(try await users.find(made.id)?.bio == nil)
    let login = try await users.noteLogin(made.id, at: Date(timeIntervalSince1970: 1_800_000_000))
    #expect(login.loginCount == 1)

    await #expect(throws: DatabaseError.self) {
      try await users.create(Sendfx.User(email: "\(tag)ADA@EXAMPLE.org"))
    }
    do {
      _ = try await users.create(Sendfx.User(email: "\(tag)ADA@EXAMPLE.org"))
    } catch let error as DatabaseError {
      #expect(error.isUniqueViolation)
      #expect(!"\(error)".lowercased().contains("ada@example"))
    }
    for wrong in ["", "ada", "@example.org", "ada@", "a b@example.org"] {
      await #expect(throws: RepositoryError.self) { try await users.create(Sendfx.User(email: wrong)) }
    }
    let again = try await users.upsert(Sendfx.User(email: "\(tag)Ada@example.org", role: .user))
    #expect(again.id == made.id)
    #expect(again.role == .user)
    #expect(again.displayName == nil)
    #expect(again.createdAt == made.createdAt)
  }

  @Test("pages come in one order, hold each row once, and stay right while rows come and go")
  func pages() async throws {
    let scene = try await Scene.postgres("sendfx")
    let users = Sendfx.UserRepository(scene.core)
    // Several with the very same time: their keys decide.
    _ = try await scene.database.run(
      "INSERT INTO core.users (id, email, created_at) SELECT lpad(n::text, 24, '0'), 'u' || n || '@example.org',"
        + " timestamptz '2026-01-01' + (n / 10) * interval '1 microsecond' FROM generate_series(1, 95) AS n")
    var seen: [String] = []
    var cursor: PageCursor?
    repeat {
      let page = try await users.page(after: cursor, limit: 20)
      seen += page.items.map(\.id)
      cursor = try page.next.map { try PageCursor($0.description) }
      if seen.count == 40 {
        try await users.delete(seen[39])
        _ = try await users.create(Sendfx.User(email: "new@example.org"))
      }
    } while cursor != nil
    #expect(seen.count == 95)
    #expect(seen == (1...95).reversed().map { String(repeating: "0", count: 24 - "\($0)".count) + "\($0)" })
    #expect(throws: RepositoryError.invalidCursor) { try PageCursor("nonsense!") }
    #expect(try await users.page(isActive: false).items.isEmpty)
  }

  @Test("a workspace has domains, members, accounts and subscriptions, and takes them along")
  func workspaceTests() async throws {
    let record = try await workspace()
    try await workspaces.setDomains(["One.example", "two.example"], of: record.id)
    try await workspaces.setDomains(["Two.example", "three.example"], of: record.id)
    #expect(try await workspaces.domains(of: record.id) == ["two.example", "three.example"])
    #expect(try await workspaces.find(slug: tag.uppercased())?.id == record.id)

    let tiers = Sendfx.TierRepository(scene.core)
    let tier = try await tiers.upsert(
      Sendfx.Tier(
        code: " \(tag.prefix(12))Pro ", name: "Pro", priceMonthly: Decimal(string: "19.99") ?? 0,
        features: ["a", "b"]))
    #expect(
      try await tiers.upsert(Sendfx.Tier(code: "\(tag.prefix(12))pro", name: "Pro 2", priceMonthly: 20)).id
        == tier.id)
    #expect(try await tiers.all(onlyPublic: true).map(\.name).contains("Pro 2"))
    #expect(try await tiers.find(code: "\(tag.prefix(12))PRO")?.features == nil)

    let members = Sendfx.WorkspaceMemberRepository(scene.core)
    let results = await atOnce(20) { _ in
      try await members.upsert(
        Sendfx.WorkspaceMember(
          workspaceID: record.id, userID: record.ownerID, role: .owner, permissions: ["all"]))
    }
    let ids = Set(try results.map { try $0.get().id })
    #expect(ids.count == 1)
    #expect(try await members.page(ofWorkspace: record.id).items.map(\.id) == Array(ids))
    #expect(try await workspaces.all(ofMember: record.ownerID).map(\.id) == [record.id])

    let accounts = Sendfx.BillingAccountRepository(scene.core)
    let account = try await accounts.upsert(
      Sendfx.BillingAccount(workspaceID: record.id, customerID: tag, invoiceEmail: "Bill@Example.org "))
    #expect(account.invoiceEmail == "bill@example.org")
    _ = await atOnce(10) { _ in try await accounts.charge(account.id, Decimal(string: "0.1001") ?? 0) }
    #expect(try await accounts.find(customerID: tag)?.balance == Decimal(string: "1.001"))

    let subscriptions = Sendfx.SubscriptionRepository(scene.core)
    let end = Date(timeIntervalSince1970: 1_800_000_000)
    let subscription = try await subscriptions.upsert(
      "\(tag)",
      Sendfx.Subscription(
        workspaceID: record.id, billingAccountID: account.id, tierID: tier.id, status: .pastDue, amount: 20,
        startedOn: CalendarDay("2026-01-01"), periodEnd: end))
    #expect(subscription.id == "\(tag)")
    #expect(try await subscriptions.current(ofWorkspace: record.id) == subscription)
    #expect(try await subscriptions.ending(before: end, status: .pastDue).isEmpty)
    #expect(try await subscriptions.ending(before: end + 1, status: .pastDue) == [subscription])

    // What the foreign keys say.
    for body: @Sendable () async throws -> Bool in [
      { try await tiers.delete(tier.id) }, { try await users.delete(record.ownerID) },
      { try await accounts.delete(account.id) },
    ] {
      do {
        _ = try await body()
        Issue.record("the database let a row go that others need")
      } catch let error as DatabaseError {
        #expect(error.isForeignKeyViolation)
      }
    }
    #expect(try await subscriptions.delete("\(tag)"))
    #expect(try await workspaces.delete(record.id))
    #expect(try await !workspaces.delete(record.id))
    #expect(try await members.page(ofWorkspace: record.id).items.isEmpty)
    #expect(try await accounts.find(account.id) == nil)
  }

  @Test("a hundred at once count right, and make one counter")
  func counters() async throws {
    let id = try await workspace().id
    let counters = Sendfx.UsageCounterRepository(scene.core)
    let january = Sendfx.UsagePeriod(of: Date(timeIntervalSince1970: 1_767_225_600))
    #expect(january.description == "2026-01")
    let results = await atOnce(100) { number in
      try await counters.increment(.messages, in: january, by: id, number % 3 + 1)
    }
    #expect(results.compactMap(\.failure).isEmpty)
    let total = (0..<100).reduce(0) { $0 + $1 % 3 + 1 }
    #expect(try await counters.used(.messages, in: january, by: id) == total)
    #expect(try await counters.all(in: january, of: id).count == 1)
    #expect(try await counters.used(.contacts, in: january, by: id) == 0)
    await #expect(throws: RepositoryError.self) {
      try await counters.increment(.messages, in: january, by: id, 0)
    }
    #expect(Sendfx.UsagePeriod("2026-13") == nil)
  }

  @Test("several repositories write as one transaction, which a failure undoes")
  func transactions() async throws {
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      try await scene.core.transaction { core in
        let owner = try await Sendfx.UserRepository(core).create(Sendfx.User(email: "\(tag)@example.org"))
        _ = try await Sendfx.WorkspaceRepository(core).create(
          Sendfx.Workspace(name: "One", slug: tag, ownerID: owner.id))
        throw Stop()
      }
    }
    #expect(try await users.find(email: "\(tag)@example.org") == nil)
    let id = try await scene.core.transaction { core in
      let owner = try await Sendfx.UserRepository(core).create(Sendfx.User(email: "\(tag)@example.org"))
      // A part of it alone is undone.
      await #expect(throws: DatabaseError.self) {
        try await core.transaction { core in
          _ = try await Sendfx.UserRepository(core).create(Sendfx.User(email: "\(tag)@example.org"))
        }
      }
      return try await Sendfx.WorkspaceRepository(core).create(
        Sendfx.Workspace(name: "One", slug: tag, ownerID: owner.id)
      ).id
    }
    #expect(try await workspaces.find(id)?.name == "One")
  }

  @Test("no repository writes what Postgres doesn't own, or by a name that isn't declared")
  func guarded() async throws {
    let legacy = CoreContext(scene.database, by: try Scene.guardrails(of: "sendfx", phase: "legacy"))
    do {
      _ = try await Sendfx.UserRepository(legacy).create(Sendfx.User(email: "\(tag)a@example.org"))
      Issue.record("the guardrail let a write pass")
    } catch let refusal as GuardRefusal {
      #expect(refusal.reason == .notOwner)
    }
    #expect(try await Sendfx.UserRepository(legacy).find(email: "\(tag)a@example.org") == nil)
    let usage = Sendfx.OpenAIUsageRepository(legacy, as: .agent)
    await #expect(throws: GuardRefusal.self) {
      try await usage.log(
        Sendfx.ModelCall(workspaceID: "w", writer: .agent, model: "m", promptTokens: 1, completionTokens: 1))
    }
    let file = try Scene.sqlite("sendfx", "CREATE TABLE users (id TEXT)")
    await #expect(throws: RepositoryError.wrongBackend(entity: "users", backend: "sqlite")) {
      try await Sendfx.UserRepository(file.core).find("x")
    }
  }
}
