import Codec
import Foundation
import Testing

@testable import SampleData

@Suite struct SpiritsSampleTests {
  @Test(arguments: [40, 41, 100, 777, 100_000])
  func documentsAddUp(documents: Int) throws {
    let sample = try SpiritsSample(documents: documents)
    let core = SpiritsCollection.allCases.filter(\.isCore)
    #expect(core.reduce(0) { $0 + sample.count($1) } == documents)
    #expect(core.allSatisfy { sample.count($0) > 0 })
    // A user has eighteen spirits at most, and one subscription.
    #expect(sample.count(.spiritaccesses) <= 18 * sample.count(.users))
    #expect(sample.count(.spiritsubscriptions) <= sample.count(.users))
  }

  @Test func everyDocumentIsValid() throws {
    let sample = try SpiritsSample(documents: 3000, broken: 42)
    for collection in SpiritsCollection.allCases {
      for index in 0..<sample.count(collection) + sample.filtered(collection) {
        try sample.document(collection, index).withRaw { try BSONReader.validate($0, checkUTF8: true) }
      }
    }
    for number in 0..<42 {
      try sample.brokenDocument(number).withRaw { try BSONReader.validate($0, checkUTF8: true) }
    }
  }

  @Test func identifiersAreUniqueAndPointsHaveTheirUsers() throws {
    let sample = try SpiritsSample(documents: 5000, broken: 70)
    for collection in SpiritsCollection.allCases {
      var identifiers = (0..<sample.count(collection) + sample.filtered(collection)).map {
        sample.identifier(collection, $0)
      }
      for number in 0..<70 where sample.fault(number).collection == collection {
        guard case .objectID(let identifier) = sample.brokenDocument(number)["_id"] else { continue }
        identifiers.append(identifier)
      }
      #expect(Set(identifiers).count == identifiers.count, "\(collection)")
    }
    #expect(sample.identifier(.userpoints, 5) == sample.identifier(.users, 5))
  }

  @Test func aBalanceIsTheSumOfItsBookings() throws {
    let sample = try SpiritsSample(documents: 4000)
    var sums: [Int: Int] = [:]
    for index in 0..<sample.count(.pointstransactions) {
      let user = sample.owner(index)
      let amount = try whole(sample.document(.pointstransactions, index)["amount"])
      sums[user, default: 0] += amount
      #expect(sums[user, default: 0] >= 0, "nobody spends what isn't there")
    }
    for user in 0..<sample.count(.users) {
      let document = sample.document(.userpoints, user)
      #expect(try whole(document["balance"] ?? document["points"]) == sums[user])
    }
    #expect(sample.pointsInAll() == sums.values.reduce(0, +))
  }

  @Test func levelsFollowTheExperience() throws {
    let sample = try SpiritsSample(documents: 4000)
    var pairs: Set<String> = []
    for index in 0..<sample.count(.spiritmasteries) {
      let document = sample.document(.spiritmasteries, index)
      let xp = try (document["xp"] ?? document["experience"]).map(whole) ?? 0
      let level = try document["level"].map(whole) ?? 1
      #expect(xp >= 100 * (level - 1) * (level - 1) && xp < 100 * level * level)
      let minion = "\(String(describing: document["minionId"] ?? document["minion"]))"
      pairs.insert("\(minion) \(try code(document))")
    }
    #expect(pairs.count == sample.count(.spiritmasteries), "a minion learns a spirit once")
  }

  @Test func everythingThatIsOnOfferIsInTheSeeds() throws {
    let folder = ShippedMappingTests.folder + "/../seeds/spirits/"
    func seed(_ name: String) throws -> String { try String(contentsOfFile: folder + name, encoding: .utf8) }
    let spirits = try seed("010_spirits.yaml")
    for (index, spirit) in SpiritsCatalogue.spirits.enumerated() {
      let line = try #require(
        spirits.split(separator: "\n").first { $0.contains("id: \(spirit.code), legacy_id: \(index + 1),") })
      #expect(line.contains("price: \(dollars(spirit.cents)),"))
    }
    #expect(spirits.components(separatedBy: "legacy_id:").count - 1 == 18)
    for (file, offers) in [
      ("020_bundles.yaml", SpiritsCatalogue.bundles),
      ("030_plans.yaml", SpiritsCatalogue.plans.map { ($0.code, $0.cents) }),
    ] {
      let blocks = try seed(file).components(separatedBy: "  - id: ").dropFirst()
      #expect(blocks.count == offers.count)
      for offer in offers {
        let block = try #require(blocks.first { $0.hasPrefix(offer.code + "\n") })
        #expect(
          block.contains("price: \(dollars(offer.cents))\n")
            || block.contains("price_monthly: \(dollars(offer.cents))\n"))
      }
    }
  }

  @Test func outcomesAddUpToTheBroken() throws {
    for broken in [0, 1, 14, 33] {
      let sample = try SpiritsSample(documents: 1000, broken: broken)
      let outcomes = SpiritsCollection.allCases.filter(\.isCore).map(sample.outcome)
      #expect(outcomes.reduce(0) { $0 + $1.quarantined } == broken)
    }
    #expect(throws: SampleError.self) { try SpiritsSample(documents: 39) }
    #expect(throws: SampleError.self) { try SpiritsSample(documents: 100, broken: -1) }
  }

  private func dollars(_ cents: Int) -> String { String(format: "%d.%02d", cents / 100, cents % 100) }

  private func code(_ document: BSONDocument) throws -> String {
    if let number = document["spirit"]?.integer { return SpiritsCatalogue.spirits[number - 1].code }
    if let text = document["spirit"]?.string {
      return SpiritsCatalogue.spirits[try #require(Int(text)) - 1].code
    }
    return try #require(document["spiritId"]?.string)
  }

  private func whole(_ value: BSONValue?) throws -> Int {
    switch value {
    case .double(let number): Int(number)
    case .string(let text): try #require(Int(text.filter { $0 != " " }))
    default: try #require(value?.integer)
    }
  }
}
