import Guardrails
import Mapping
import TestSupport
import Testing

@Suite("The table of cases")
struct CaseTableTests {
  @Test("is the same each time, and reaches every decision that one write can get")
  func whole() throws {
    let cases = try GuardCases.all()
    #expect(cases.count == 5 * 3 * 5 * 4 * GuardCases.rowsForEachPlace)
    #expect(try GuardCases.all() == cases)
    let crossings: Set<GuardReason> = [
      .undeclaredCrossing, .unknownCrossing, .expiredCrossing, .outsideCrossing,
    ]
    let found = Set(cases.map(\.reason))
    for reason in GuardReason.allCases where !crossings.contains(reason) {
      #expect(found.contains(reason.rawValue), "no case is decided by \(reason.rawValue)")
    }
    for scene in GuardCases.scenes {
      let asked = cases.filter { $0.scene == scene.name }
      #expect(Set(asked.map(\.operation)).count == GuardCases.operations.count)
      #expect(Set(asked.map(\.writer)).count == GuardCases.writers.count)
      #expect(Set(asked.map(\.fence)).count == GuardCases.fences.count)
      if scene.phase != "frozen", scene.mode == .enforce {
        #expect(asked.contains { $0.reason == "owner" && $0.entity == "users" }, "\(scene.name)")
      }
    }
    #expect(cases.contains { $0.allowed && !["owner", "mover", "maintenance", "off"].contains($0.reason) })
  }
}
