import CoreRepositories
import Database
import Foundation
import Guardrails
import Mapping
import Testing

@Suite("What language models cost")
struct ModelPriceTests {
  private let scene: Scene
  private let prices: Sendfx.ModelPriceRepository
  private let model = newTag()

  init() async throws {
    scene = try await Scene.shared("sendfx")
    prices = Sendfx.ModelPriceRepository(scene.core)
  }

  private func price(_ day: String, _ prompt: String, _ completion: String) throws -> Sendfx.ModelPrice {
    Sendfx.ModelPrice(
      model: model, validFrom: try #require(CalendarDay(day)),
      promptPrice: try #require(Decimal(string: prompt)),
      completionPrice: try #require(Decimal(string: completion)))
  }

  private func price(on day: String) async throws -> Sendfx.ModelPrice? {
    try await prices.price(of: model, on: try #require(CalendarDay(day)))
  }

  @Test("a price holds from its first day until the day before the next one's")
  func days() async throws {
    let (first, second) = (try price("2024-02-29", "5", "15"), try price("2025-01-01", "0.15", "0.600001"))
    // In any order.
    #expect(try await prices.set(second) == second)
    #expect(try await prices.set(first) == first)
    var elsewhere = first
    elsewhere.model = "\(model)-mini"
    elsewhere.validFrom = try #require(CalendarDay("2024-06-01"))
    try await prices.set(elsewhere)

    #expect(try await price(on: "2024-02-28") == nil)
    #expect(try await price(on: "2024-02-29") == first)
    #expect(try await price(on: "2024-12-31") == first)
    #expect(try await price(on: "2025-01-01") == second)
    #expect(try await price(on: "9999-12-31") == second)
    #expect(try await prices.price(of: " \(model) ", on: second.validFrom) == second)
    #expect(try await prices.price(of: model.uppercased(), on: second.validFrom) == nil)
    #expect(try await prices.history(of: model) == [first, second])
    #expect(try await prices.history(of: "\(model)-mini") == [elsewhere])

    // What a call costs changes at the same instant.
    for (time, wanted) in [
      ("2024-02-28T23:59:59.999999Z", nil), ("2024-02-29T00:00:00Z", "20"),
      ("2024-12-31T23:59:59.999999Z", "20"), ("2025-01-01T00:00:00Z", "0.750001"),
    ] {
      let row = try await scene.database.one(
        "SELECT core.estimated_cost($1, 1000000, 1000000, $2::text::timestamptz) AS cost", [model, time])
      let cost = try #require(row)["cost", as: Decimal?.self]
      #expect(cost == wanted.flatMap { Decimal(string: $0) }, "\(time)")
    }

    // One price for one day: the later word counts.
    let again = try price("2025-01-01", "0.2", "0.7")
    var spaced = again
    spaced.model = " \(model)\n"
    #expect(try await prices.set(spaced) == again)
    #expect(try await prices.history(of: model) == [first, again])
    #expect(try await prices.delete(model, validFrom: again.validFrom))
    #expect(try await !prices.delete(model, validFrom: again.validFrom))
    #expect(try await price(on: "2025-01-01") == first)
    #expect(try await prices.history(of: "\(model)-mini") == [elsewhere])
  }

  @Test("prices that can't be are refused, and so is a backend that never had any")
  func refused() async throws {
    for (prompt, completion) in [("-0.01", "1"), ("1", "-1"), ("0.0000001", "1"), ("1", "1.1234567")] {
      let wrong = try price("2025-01-01", prompt, completion)
      await #expect(throws: RepositoryError.self) { try await prices.set(wrong) }
    }
    let nameless = Sendfx.ModelPrice(
      model: " ", validFrom: try #require(CalendarDay("2025-01-01")), promptPrice: 1, completionPrice: 1)
    await #expect(throws: RepositoryError.self) { try await prices.set(nameless) }
    // More than the column holds.
    let huge = try price("2025-01-01", "1000000", "1")
    await #expect(throws: DatabaseError.self) { try await prices.set(huge) }
    #expect(try await prices.history(of: model).isEmpty)
    // Prices have no older store: they are Postgres' in every phase of the others.
    let legacy = Sendfx.ModelPriceRepository(
      CoreContext(scene.database, by: try Scene.guardrails(of: "sendfx", phase: "legacy")))
    let right = try price("2025-01-01", "0", "999999.999999")
    #expect(try await legacy.set(right) == right)
    #expect(try await prices.history(of: model) == [right])
    let file = Sendfx.ModelPriceRepository(try Scene.sqlite("sendfx", "CREATE TABLE users (id TEXT)").core)
    await #expect(throws: RepositoryError.wrongBackend(entity: "model_prices", backend: "sqlite")) {
      try await file.set(right)
    }
  }
}
