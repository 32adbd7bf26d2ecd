import KedgeTesting
import Mapping
import XCTest

/// The same expectations in XCTest: they find out which framework runs the test.
final class OwnershipXCTests: XCTestCase {
  func testOwners() throws {
    let mappings = try OwnershipMap(folder: "mappings/shop")
    expectEveryEntityHasAnOwner(in: mappings)
    expectOwner("users", is: .core, in: mappings)
  }

  func testCartsAreFeatureData() async throws {
    let mappings = try OwnershipMap(folder: "mappings/shop")
    try await expectWritesOnly(.feature, in: mappings) { guardrails in
      try guardrails.authorize(.insert, "carts", in: "app", as: "CartRepository")
      await Task.yield()
    }
  }
}
