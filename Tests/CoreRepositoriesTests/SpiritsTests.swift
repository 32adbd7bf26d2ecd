import CoreRepositories
import Database
import Foundation
import Mapping
import Testing

@Suite("The core of spirits")
struct SpiritsTests {
  private let scene: Scene
  private let core: CoreContext
  private let user = newTag()

  init() async throws {
    scene = try await Scene.shared("spirits")
    core = scene.core
    try await scene.database.run(
      "INSERT INTO spirits_registry (id, legacy_id, name, category, tier, price, points_price) VALUES"
        + " ('builder', 1, 'B', 'engineering', 'basic', 4.99, 500), ('writer', 2, 'W', 'creative', 'basic', 4.99, 500),"
        + " ('oracle', 3, 'O', 'research', 'basic', 4.99, 500) ON CONFLICT DO NOTHING")
  }

  @Test("a bundle's saving follows from its spirits' prices")
  func bundles() async throws {
    let spirits = Spirits.SpiritRepository(core)
    let singer = Spirits.Spirit(
      legacyID: 4, name: "Singer", category: .creative, tier: .free, price: 0, pointsPrice: 0, isActive: false
    )
    #expect(try await spirits.put("singer", singer).content == singer)
    #expect(try await spirits.find(legacyID: 4)?.id == "singer")
    #expect(try await spirits.all().map(\.id) == ["builder", "writer", "oracle"])
    #expect(try await spirits.all(category: .research).map(\.id) == ["oracle"])
    let bundles = Spirits.BundleRepository(core)
    let made = try await bundles.put(
      "duo",
      Spirits.Bundle(name: "Duo", spiritIDs: ["writer", "builder"], price: Decimal(string: "5.59") ?? 0))
    #expect(made.listPrice == Decimal(string: "9.98"))
    #expect(made.saving == 44)
    #expect(made.spiritIDs == ["writer", "builder"])
    #expect(try await bundles.all(holding: "builder") == [made])
    #expect(try await bundles.find("duo") == made)
    await #expect(throws: RepositoryError.notFound(entity: "spirits_registry", key: "ghost")) {
      try await bundles.put("bad", Spirits.Bundle(name: "Bad", spiritIDs: ["writer", "ghost"], price: 1))
    }
    await #expect(throws: DatabaseError.self) {
      try await bundles.put("bad", Spirits.Bundle(name: "Bad", spiritIDs: ["writer", "builder"], price: 20))
    }
    await #expect(throws: DatabaseError.self) { try await Spirits.SpiritRepository(core).delete("writer") }

    // Bought, paid twice, paid back twice.
    let purchases = Spirits.SpiritPurchaseRepository(core)
    let access = Spirits.SpiritAccessRepository(core)
    let purchase = try await purchases.begin(bundle: "duo", for: user)
    #expect(purchase.price == made.price)
    await #expect(throws: RepositoryError.self) { try await purchases.refund(purchase.id) }
    for _ in 0..<2 { try await purchases.pay(purchase.id, paymentID: "pay_\(user)") }
    #expect(try await access.all(ofUser: user).map(\.spiritID) == ["builder", "writer"])
    #expect(try await access.isOpen("writer", to: user))
    for _ in 0..<2 { try await purchases.refund(purchase.id) }
    #expect(try await access.all(ofUser: user).isEmpty)
    await #expect(throws: RepositoryError.self) { try await purchases.pay(purchase.id, paymentID: "x") }

    // For the longer of two times; what is for good stays so.
    let end = scene.clock.now + 3600
    try await access.grant(Spirits.Access(userID: user, spiritID: "oracle", grantedBy: .gift, expiresAt: end))
    try await access.grant(
      Spirits.Access(userID: user, spiritID: "oracle", grantedBy: .points, expiresAt: end - 60))
    #expect(try await access.all(ofUser: user).map(\.expiresAt) == [end])
    try await access.grant(Spirits.Access(userID: user, spiritID: "oracle", grantedBy: .purchase))
    try await access.grant(Spirits.Access(userID: user, spiritID: "oracle", grantedBy: .gift, expiresAt: end))
    let open = try await access.all(ofUser: user)
    #expect(open.map(\.expiresAt) == [nil])
    #expect(open.map(\.grantedBy) == [.purchase])
    #expect(try await access.revoke("oracle", of: user))
  }

  @Test("points and their changes agree, and never go below nothing, with a hundred at once")
  func points() async throws {
    let points = Spirits.PointsRepository(core)
    let user = user
    try await points.add(100, to: user, reason: "quest")
    let spent = await atOnce(100) { number in
      if number % 2 == 0 {
        try await points.spend(7, of: user)
      } else {
        try await points.add(1, to: user, .bonus)
      }
    }
    let refused = spent.compactMap(\.failure)
    #expect(refused.allSatisfy { $0 as? RepositoryError == .notEnough(of: "points", key: user) })
    let paid = 50 - refused.count
    let record = try #require(try await points.find(user))
    #expect(record.balance == 150 - 7 * paid)
    #expect(record.balance >= 0)
    #expect(refused.count >= 29)
    #expect(record.earned == 150)
    #expect(try await !points.unbalanced().contains(user))
    #expect(try await points.page(ofUser: user, limit: 1000).items.count == 51 + paid)
    await #expect(throws: RepositoryError.self) { try await points.add(0, to: user) }
    await #expect(throws: RepositoryError.self) { try await points.spend(-5, of: user) }
  }

  @Test("days in a row make a streak")
  func streak() async throws {
    let scene = try await Scene.shared("spirits")
    let clock = SetClock(Date(timeIntervalSince1970: 1_767_225_600))
    let points = Spirits.PointsRepository(
      CoreContext(scene.database, by: try Scene.guardrails(of: "spirits", phase: "core"), clock: clock))
    var streaks: [Int] = []
    for hours in [0, 1, 24, 24, 72, 24] {
      clock.advance(by: TimeInterval(hours * 3600))
      try await points.add(1, to: user)
      try await points.add(1, to: user, .bonus)
      streaks.append(try await points.find(user)?.streakDays ?? -1)
    }
    #expect(streaks == [1, 1, 2, 3, 1, 2])
    #expect(try await points.find(user)?.lastEarnedOn == CalendarDay("2026-01-07"))
  }

  @Test("experience makes levels, whoever adds it")
  func mastery() async throws {
    let minions = Spirits.MinionRepository(core)
    let minion = try await minions.create(Spirits.Minion(userID: user, name: " Bolt "))
    await #expect(throws: DatabaseError.self) {
      try await minions.create(Spirits.Minion(userID: user, name: "BOLT"))
    }
    try await minions.equip(["writer", "builder"], minion.id)
    try await minions.equip(["oracle", "writer"], minion.id)
    #expect(try await minions.spirits(of: minion.id) == ["oracle", "writer"])
    let mastery = Spirits.SpiritMasteryRepository(core)
    for (xp, level) in [(99, 1), (1, 2), (299, 2), (1, 3), (979_699, 99), (1, 100), (5_000_000, 100)] {
      let record = try await mastery.gain(xp, minion: minion.id, spirit: "writer")
      #expect(record.level == level)
      #expect(Spirits.SpiritMasteryRepository.level(forXP: record.xp) == level)
    }
    _ = await atOnce(50) { _ in try await mastery.gain(10, minion: minion.id, spirit: "oracle") }
    #expect(try await mastery.find(minion: minion.id, spirit: "oracle")?.xp == 500)
    #expect(try await mastery.all(ofMinion: minion.id).map(\.spiritID) == ["writer", "oracle"])
    #expect(try await minions.delete(minion.id))
    #expect(try await mastery.all(ofMinion: minion.id).isEmpty)
  }

  @Test("plans and subscriptions: one at a time")
  func subscriptions() async throws {
    let plans = Spirits.PlanRepository(core)
    try await plans.put(
      "basic",
      Spirits.Plan(
        name: "Basic", tier: .basic, priceMonthly: 5, priceYearly: 50, pointsMonthly: 10,
        features: ["a", "b, c"],
        sortOrder: 1))
    #expect(try await plans.all().map(\.content.features) == [["a", "b, c"]])
    let subscriptions = Spirits.SpiritSubscriptionRepository(core)
    let start = scene.clock.now
    let day = try #require(CalendarDay("2026-01-01"))
    let wanted = Spirits.Subscription(
      userID: user, planID: "basic", status: .active, price: 5, billingEmail: " A@Example.org",
      periodStart: start,
      periodEnd: start + 86400, startedOn: day)
    let made = try await subscriptions.create(wanted)
    #expect(made.billingEmail == "a@example.org")
    await #expect(throws: DatabaseError.self) { try await subscriptions.create(wanted) }
    let renewed = try await subscriptions.renew(made.id, until: start + 2 * 86400)
    #expect(renewed.periodStart == start + 86400)
    _ = try await subscriptions.cancel(made.id)
    #expect(try await subscriptions.current(ofUser: user) == nil)
    #expect(try await subscriptions.create(wanted).id != made.id)
    let tools = Spirits.ToolRepository(core)
    try await tools.put(
      "draft", Spirits.Tool(name: "Draft", category: "text", spiritID: "writer", description: "Drafts."))
    try await tools.put(
      "clock", Spirits.Tool(name: "Clock", category: "time", description: "Tells the time."))
    #expect(try await tools.all(carrying: []).map(\.id) == ["clock"])
    #expect(try await tools.all(carrying: ["writer"]).map(\.id) == ["draft", "clock"])
  }
}
