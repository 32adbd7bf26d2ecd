import CoreRepositories
import Foundation
import Testing

@Suite("Old and new answers, compared")
struct ComparisonTests {
  private struct Answer: Codable, Sendable, Equatable {
    var name: String
    var price: Double
    var tags: [String]
    var note: String?
    var items: [[String: Int]]
  }

  private struct Failure: Error { let secret = "ada@example.org" }

  private let answer = Answer(
    name: "Ada", price: 1.5, tags: ["a", "b"], note: nil, items: [["xp": 1], ["xp": 2]])

  @Test("the old one answers until it is switched, and differences are told without values")
  func differences() async throws {
    let report = ComparisonReport(exampleLimit: 2)
    var comparison = ResponseComparison<Answer>(name: "spirits", unorderedPaths: ["tags"], report: report)
    let old = answer
    var same = old
    same.tags = ["b", "a"]
    let equal = same
    #expect(try await comparison.read(key: "user 1", old: { old }, new: { equal }) == old)
    #expect(report["spirits"].equal == 1)
    var changed = old
    changed.name = "Eve"
    changed.note = "x"
    changed.items = [["xp": 1], ["xp": 3], ["xp": 4]]
    let other = changed
    #expect(try await comparison.read(key: "user 2", old: { old }, new: { other }) == old)
    let found = report["spirits"]
    #expect(found.compared == 2)
    #expect(found.different == 1)
    #expect(found.differencesByPath == ["name": 1, "note": 1, "items[].xp": 1, "items[]": 1])
    #expect(found.examples.map(\.key) == ["user 2"])
    #expect(
      found.examples[0].what.sorted() == [
        "items[].xp: a number, now another of that kind", "items[]: 2 elements, now 3 elements",
        "name: a text of 3, now another of that kind", "note: null, now a text of 1",
      ])
    #expect(!"\(found)".contains("Eve"))

    // A new read that fails is nobody's answer, and no error of the old one is covered.
    #expect(try await comparison.read(key: "user 3", old: { old }, new: { throw Failure() }) == old)
    await #expect(throws: Failure.self) {
      try await comparison.read(key: "user 4", old: { throw Failure() }, new: { other })
    }
    let failed = report["spirits"]
    #expect((failed.failedOld, failed.failedNew, failed.failedBoth) == (1, 1, 0))
    #expect(failed.examples.count == 2)
    #expect(!"\(failed)".contains("ada@"))
    #expect(!failed.isValidated(minimum: 1))

    comparison.stage = .switched
    #expect(try await comparison.read(key: "user 5", old: { throw Failure() }, new: { other }) == other)
    await #expect(throws: Failure.self) {
      try await comparison.read(key: "user 5", old: { old }, new: { throw Failure() })
    }
    #expect(report["spirits"].compared == 4)
    report.reset("spirits")
    comparison.stage = .comparing
    for _ in 0..<3 { _ = try await comparison.read(key: "user 6", old: { old }, new: { equal }) }
    #expect(report["spirits"].isValidated(minimum: 3))
    #expect(!report["spirits"].isValidated())
  }
}
