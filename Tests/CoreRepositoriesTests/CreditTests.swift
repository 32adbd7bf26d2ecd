import CoreRepositories
import Database
import Foundation
import Guardrails
import Testing

@Suite("Credits, on both backends")
struct CreditTests {
  private func generation(_ user: Int, _ credits: Decimal) -> Omnihub.Generation {
    Omnihub.Generation(userID: user, type: .image, model: " sdxl", prompt: "A boat", credits: credits)
  }

  private func rounded(_ value: Decimal) -> Decimal {
    var value = value
    var result = Decimal()
    NSDecimalRound(&result, &value, 2, .plain)
    return result
  }

  @Test("reserve, start, complete; and a failure gives back, once", arguments: OmnihubBackend.allCases)
  func course(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene()
    let credits = Omnihub.CreditRepository(scene.core)
    let generations = Omnihub.GenerationRepository(scene.core)
    let user = try await scene.user(10)
    let price = try #require(Decimal(string: "3.33"))

    let first = try await credits.reserve(generation(user, price))
    #expect(first.status == .pending)
    #expect(first.model == "sdxl")
    #expect(first.createdAt == scene.clock.now)
    #expect(try await credits.balance(of: user) == Decimal(string: "6.67"))
    #expect(try await credits.start(first.id, provider: "fal"))
    #expect(try await !credits.start(first.id, provider: "other"))
    scene.clock.advance(by: 1.5)
    #expect(try await credits.complete(first.id, result: JSONText(#"{"url": "x"}"#)))
    #expect(try await !credits.complete(first.id, result: JSONText(#"{"url": "y"}"#)))
    let done = try #require(try await generations.find(first.id))
    #expect(done.status == .completed)
    #expect(done.provider == "fal")
    #expect(done.durationMilliseconds == 1500)
    #expect(done.finishedAt == scene.clock.now)
    #expect(try done.result?.decode([String: String].self) == ["url": "x"])
    await #expect(
      throws: RepositoryError.wrongState(
        entity: "generations", key: "\(first.id)", state: "completed", action: "failed")
    ) { try await credits.fail(first.id, error: "late") }

    let second = try await credits.reserve(generation(user, price))
    #expect(try await credits.fail(second.id, error: "Provider answered 503"))
    #expect(try await !credits.fail(second.id, error: "again"))
    #expect(try await credits.balance(of: user) == Decimal(string: "6.67"))
    #expect(try await generations.find(second.id)?.error == "Provider answered 503")
    await #expect(throws: RepositoryError.self) { try await credits.complete(second.id) }

    await #expect(throws: RepositoryError.notEnough(of: "credits", key: "\(user)")) {
      try await credits.reserve(generation(user, Decimal(string: "6.68") ?? 0))
    }
    await #expect(throws: RepositoryError.notFound(entity: "users", key: "987654321")) {
      try await credits.reserve(generation(987_654_321, 1))
    }
    for wrong in ["-1", "0.001"] {
      await #expect(throws: RepositoryError.self) {
        try await credits.reserve(generation(user, Decimal(string: wrong) ?? 0))
      }
    }
    await #expect(throws: RepositoryError.self) { try await credits.fail(UUID(), error: "x") }
    // Nothing but the two is there: what was refused left no row.
    #expect(try await generations.page(ofUser: user).items.map(\.id) == [second.id, first.id])
    // All of it, to the cent.
    _ = try await credits.reserve(generation(user, Decimal(string: "6.67") ?? 0))
    #expect(try await credits.balance(of: user) == 0)
    #expect(try await credits.grant(Decimal(string: "0.1") ?? 0, to: user) == Decimal(string: "0.1"))
  }

  @Test("a hundred at once never spend what isn't there", arguments: OmnihubBackend.allCases)
  func manyReserve(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene()
    let credits = Omnihub.CreditRepository(scene.core)
    let user = try await scene.user(Decimal(string: "10.05") ?? 0)
    let price = try #require(Decimal(string: "0.33"))
    let results = await atOnce(100) { _ in try await credits.reserve(generation(user, price)) }
    let made = results.filter { $0.failure == nil }.count
    #expect(made == 30)
    for error in results.compactMap(\.failure) {
      #expect(error as? RepositoryError == .notEnough(of: "credits", key: "\(user)"))
    }
    let sums = try await scene.sums(of: [user])
    #expect(rounded(sums.credits) == Decimal(string: "0.15"))
    #expect(rounded(sums.reserved) == Decimal(string: "9.9"))
  }

  @Test(
    "what is had and what is reserved is one sum, whatever a hundred callers do",
    arguments: OmnihubBackend.allCases)
  func conserved(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene()
    let credits = Omnihub.CreditRepository(scene.core)
    var users: [Int] = []
    for _ in 0..<4 { users.append(try await scene.user(25)) }
    let all = users
    let results = await atOnce(100) { number in
      let price = Decimal(number % 17 + 1) / 4
      let record: Omnihub.CreditRepository.Record
      do {
        record = try await credits.reserve(generation(all[number % 4], price))
      } catch RepositoryError.notEnough {
        return
      }
      switch number % 5 {
      case 0: break
      case 1:
        try await credits.start(record.id, provider: "fal")
        try await credits.complete(record.id)
      default:
        // Several find out at once that it failed.
        let refunds = await atOnce(3) { _ in try await credits.fail(record.id, error: "x") }
        let given = try refunds.map { try $0.get() }.filter { $0 }.count
        if given != 1 { Issue.record("\(given) refunds instead of one") }
      }
    }
    #expect(results.compactMap(\.failure).isEmpty, "\(results.compactMap(\.failure))")
    let sums = try await scene.sums(of: all)
    #expect(rounded(sums.credits + sums.reserved + sums.spent) == 100)
    #expect(sums.lowest >= 0)
    #expect(sums.reserved > 0)
    #expect(sums.spent > 0)
  }

  @Test("what a crash left is found by its age, and refunded once", arguments: OmnihubBackend.allCases)
  func stale(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene(isShared: false)
    let credits = Omnihub.CreditRepository(scene.core)
    let user = try await scene.user(10)
    let first = try await credits.reserve(generation(user, 1))
    let second = try await credits.reserve(generation(user, 2))
    try await credits.start(second.id, provider: "fal")
    scene.clock.advance(by: 600)
    let third = try await credits.reserve(generation(user, 4))
    #expect(try await credits.stalePending(olderThan: 600).isEmpty)
    scene.clock.advance(by: 0.001)
    #expect(Set(try await credits.stalePending(olderThan: 600).map(\.id)) == [first.id, second.id])
    let refunded = await atOnce(5) { _ in try await credits.refundStale(olderThan: 600) }
    #expect(try refunded.map { try $0.get() }.reduce(0, +) == 2)
    #expect(try await credits.balance(of: user) == 6)
    #expect(try await credits.stalePending(olderThan: 0.0005).map(\.id) == [third.id])
  }

  @Test("a failure in between leaves neither a debit nor a row", arguments: OmnihubBackend.allCases)
  func atomic(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene()
    let credits = Omnihub.CreditRepository(scene.core)
    let user = try await scene.user(10)
    let taken = try await credits.reserve(generation(user, 1))
    // The key is there already: the row can't be made after the debit was.
    await #expect(throws: DatabaseError.self) { try await credits.reserve(generation(user, 5), id: taken.id) }
    #expect(try await credits.balance(of: user) == 9)
    #expect(try await Omnihub.GenerationRepository(scene.core).page(ofUser: user).items.count == 1)
  }

  @Test("the phase says which backend may be written", arguments: OmnihubBackend.allCases)
  func guarded(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene()
    let user = try await scene.user(10)
    let other = backend == .postgres ? "legacy" : "core"
    let wrong = CoreContext(scene.database, by: try Scene.guardrails(of: "omnihub", phase: other))
    await #expect(throws: GuardRefusal.self) {
      try await Omnihub.CreditRepository(wrong).reserve(generation(user, 1))
    }
    #expect(try await Omnihub.CreditRepository(wrong).balance(of: user) == 10)
  }
}
