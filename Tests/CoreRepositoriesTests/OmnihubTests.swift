import CoreRepositories
import Database
import Foundation
import Synchronization
import Testing

@Suite("The core of omnihub")
struct OmnihubTests {
  @Test("users, settings and logs are the same on both backends", arguments: OmnihubBackend.allCases)
  func both(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene(isShared: false)
    let users = Omnihub.UserRepository(scene.core)
    let login = Date(timeIntervalSince1970: 1_700_000_000.25)
    let made = try await users.create(
      Omnihub.User(
        email: " Ada@Example.ORG", passwordHash: "$2b$12$x", credits: Decimal(string: "12.5") ?? 0,
        role: .admin,
        lastLoginAt: login))
    #expect(made.id == 1)
    #expect(made.email == "ada@example.org")
    #expect(made.credits == Decimal(string: "12.5"))
    #expect(made.isActive)
    #expect(made.lastLoginAt == login)
    #expect(made.createdAt == scene.clock.now)
    #expect(try await users.find(email: "ADA@example.org ") == made)
    do {
      _ = try await users.create(Omnihub.User(email: "ADA@example.org", passwordHash: "x"))
      Issue.record("two accounts have one address")
    } catch let error as DatabaseError { #expect(error.isUniqueViolation) }
    var changed = made
    changed.displayName = "Ada"
    changed.isActive = false
    let after = try await users.update(changed)
    #expect(after == changed)
    #expect(after.credits == made.credits)
    await #expect(throws: RepositoryError.notEnough(of: "credits", key: "1")) {
      try await Omnihub.CreditRepository(scene.core).reserve(
        Omnihub.Generation(userID: 1, type: .text, model: "gpt-4o", prompt: "x", credits: 1))
    }
    for number in 2...7 {
      #expect(
        try await users.create(Omnihub.User(email: "u\(number)@x.org", passwordHash: "x")).id == number
          + (backend == .postgres ? 1 : 0))
    }
    var ids: [Int] = []
    var cursor: PageCursor?
    repeat {
      let page = try await users.page(after: cursor, limit: 3)
      ids += page.items.map(\.id)
      cursor = page.next
    } while cursor != nil
    #expect(ids == ids.sorted(by: >))
    #expect(ids.count == 7)

    let settings = Omnihub.SettingRepository(scene.core)
    let set = try await settings.set("theme", to: "dark")
    #expect(set.updatedAt == scene.clock.now)
    _ = try await settings.set("theme", to: nil)
    _ = try await settings.set("max", to: "{\"n\": 5}")
    #expect(try await settings.all().map { "\($0.key)=\($0.value ?? "-")" } == ["max={\"n\": 5}", "theme=-"])
    #expect(try await settings.delete("theme"))
    #expect(try await settings.find("theme") == nil)

    let logs = Omnihub.LogRepository(scene.core)
    let line = try await logs.append(
      Omnihub.LogLine(userID: 1, level: .warn, message: "Slow", context: JSONText(#"{"ms": 900}"#)))
    #expect(line.createdAt == scene.clock.now)
    scene.clock.advance(by: 60)
    _ = try await logs.append(Omnihub.LogLine(level: .error, message: "Down"))
    #expect(try await logs.page().items.map(\.message) == ["Down", "Slow"])
    #expect(try await logs.page(level: .warn).items == [line])
    #expect(try line.context?.decode([String: Int].self) == ["ms": 900])

    // The account goes with its generations, and what was logged about it stays.
    #expect(try await users.delete(1))
    #expect(try await logs.page(level: .warn).items.first?.userID == nil)
    #expect(try await logs.delete(before: scene.clock.now) == 1)
    #expect(try await logs.page().items.map(\.message) == ["Down"])
  }

  @Test("what the old application left is read in the words of today")
  func oldForms() async throws {
    let scene = try await OmnihubBackend.sqlite.scene()
    try await scene.database.runScript(
      """
      INSERT INTO users (id, email, password_hash, display_name, credits, role, is_active, created_at, last_login)
        VALUES (1, ' OLD@Example.org', 'h', '', 12, NULL, 1, '2024-02-29 12:30:00', 1709210000123);
      INSERT INTO generations VALUES ('AAAAAAAA-0000-4000-8000-000000000001', 1, 'img', ' veo-2', '', 'p', 2.25, 'done',
        '{"urls": []}', NULL, 5, 1709210000123, '2024-02-29T12:33:20.500Z');
      INSERT INTO generations VALUES ('bbbbbbbb-0000-4000-8000-000000000001', 1, 'image', 'sdxl', NULL, 'p', 3, 'pending',
        '', NULL, NULL, 1709210000123, NULL);
      INSERT INTO logs VALUES (1, NULL, 'WARNING', 'm', '', '2024-02-29 12:30:00.123');
      """)
    let user = try #require(try await Omnihub.UserRepository(scene.core).find(email: "old@example.org"))
    #expect(user.email == "old@example.org")
    #expect(user.displayName == nil)
    #expect(user.role == .user)
    #expect(user.credits == 12)
    #expect(user.lastLoginAt == Date(timeIntervalSince1970: 1_709_210_000.123))
    #expect(user.createdAt == Date(timeIntervalSince1970: 1_709_209_800))
    let generations = Omnihub.GenerationRepository(scene.core)
    let id = try #require(UUID(uuidString: "AAAAAAAA-0000-4000-8000-000000000001"))
    let old = try #require(try await generations.find(id))
    #expect(old.status == .completed)
    #expect(old.type == .image)
    #expect(old.model == "veo-2")
    #expect(old.provider == nil)
    #expect(old.credits == Decimal(string: "2.25"))
    #expect(old.finishedAt == Date(timeIntervalSince1970: 1_709_210_000.5))
    // One time, two spellings of keys: one order.
    let first = try await generations.page(ofUser: 1, limit: 1)
    let second = try await generations.page(ofUser: 1, after: first.next, limit: 1)
    #expect((first.items + second.items).map(\.status) == [.pending, .completed])
    #expect(second.next == nil)
    #expect(try await generations.page(ofUser: 1, status: .completed).items == [old])
    let credits = Omnihub.CreditRepository(scene.core)
    #expect(try await !credits.complete(id))
    await #expect(throws: RepositoryError.self) { try await credits.fail(id, error: "x") }
    #expect(
      try await Omnihub.LogRepository(scene.core).page(level: .warn).items.map(\.content.context) == [nil])
    await #expect(throws: RepositoryError.wrongBackend(entity: "models", backend: "sqlite")) {
      try await Omnihub.ModelRepository(scene.core).all()
    }
  }

  @Test("models come from their tables, and a failed endpoint is skipped for five minutes")
  func models() async throws {
    let scene = try await Scene.shared("omnihub")
    let models = Omnihub.ModelRepository(scene.core)
    func provider(_ name: String, _ order: Int) -> Omnihub.ModelProvider {
      Omnihub.ModelProvider(
        name: name, endpoint: "https://\(name).example/run", cost: Decimal(string: "0.055") ?? 0,
        fallbackOrder: order)
    }
    let flux = Omnihub.Model(
      name: "flux", type: .image, baseCost: Decimal(string: "5.5") ?? 0, defaultProvider: "second",
      providers: [provider("first", 1), provider("second", 2), provider("third", 3)])
    try await models.put(flux)
    try await models.put(
      Omnihub.Model(
        name: "song", type: .audio, baseCost: 1, defaultProvider: "first", isEnabled: false,
        providers: [provider("first", 1)]))
    #expect(try await models.find("flux") == flux)
    #expect(try await models.all() == [flux])
    #expect(try await models.all(.audio).isEmpty)
    #expect(try await models.all(includingDisabled: true).map(\.name) == ["flux", "song"])
    await #expect(throws: RepositoryError.self) {
      try await models.put(
        Omnihub.Model(
          name: "x", type: .text, baseCost: 1, defaultProvider: "none", providers: [provider("a", 1)]))
    }
    try await models.setEnabled(true, "song")
    #expect(try await models.all(.audio).map(\.name) == ["song"])
    let song = try #require(try await models.find("song"))

    let now = Mutex(ContinuousClock.now)
    let clock = TimeSource(now: { now.withLock { $0 } }, sleep: { _ in })
    let choice = Omnihub.ProviderChoice(time: clock)
    struct Down: Error {}
    func ask(_ model: Omnihub.Model, down: Set<String>) async -> [String] {
      var asked: [String] = []
      do {
        try await choice.first(for: model) { provider in
          asked.append(provider.name)
          if down.contains(provider.name) { throw Down() }
        }
      } catch { asked.append("\(type(of: error))") }
      return asked
    }
    #expect(await ask(flux, down: []) == ["second"])
    #expect(await ask(flux, down: ["second"]) == ["second", "first"])
    // It is skipped, and nobody asks it again until its time is over.
    #expect(await ask(flux, down: []) == ["first"])
    now.withLock { $0 = $0.advanced(by: .seconds(299)) }
    #expect(await ask(flux, down: []) == ["first"])
    now.withLock { $0 = $0.advanced(by: .seconds(1)) }
    #expect(await ask(flux, down: []) == ["second"])
    // An endpoint serves several models.
    #expect(await ask(flux, down: ["second", "first"]) == ["second", "first", "third"])
    #expect(!choice.isAvailable("https://first.example/run"))
    // All that this model has is down: it is asked all the same.
    #expect(await ask(song, down: ["first"]) == ["first", "Down"])
    choice.markWorking("https://first.example/run")
    #expect(choice.candidates(for: flux).map(\.name) == ["first", "third"])
    #expect(try await models.delete("flux"))
  }

  @Test("Postgres hears who writes, and by which fence")
  func announces() async throws {
    let scene = try await OmnihubBackend.postgres.scene(isShared: false)
    try await scene.database.runScript(
      """
      CREATE TABLE heard (writer text, fence text);
      CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO heard VALUES (TG_TABLE_NAME || ' ' || current_setting('kedge.writer', true),
          current_setting('kedge.fence', true));
        RETURN NULL; END $$;
      CREATE TRIGGER hear AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH STATEMENT EXECUTE FUNCTION hear();
      CREATE TRIGGER hear AFTER INSERT OR UPDATE OR DELETE ON generations FOR EACH STATEMENT EXECUTE FUNCTION hear();
      """)
    let user = try await scene.user(5)
    _ = try await Omnihub.CreditRepository(scene.core).reserve(
      Omnihub.Generation(userID: user, type: .text, model: "gpt-4o", prompt: "x", credits: 1))
    let heard = try await scene.database.query("SELECT writer, fence FROM heard")
    #expect(
      try heard.map { try $0["writer", as: String.self] } == [
        "users users", "users credits", "generations credits",
      ])
    #expect(try heard.allSatisfy { try $0["fence", as: String.self] == "1" })
    // Said for the transaction alone: the connection forgets it.
    let left = try await scene.database.one("SELECT coalesce(current_setting('kedge.writer', true), '') AS w")
    #expect(try left?["w", as: String.self] == "")
  }
}
