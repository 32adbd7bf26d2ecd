import Foundation
import KedgeTesting
import Mapping
import ShopData
import Testing
import XCTest

// Mistakes on purpose: scripts/examples runs them with SHOP_PLANTED=1, and demands that each fails at the line that is marked.

private var isPlanted: Bool { ProcessInfo.processInfo.environment["SHOP_PLANTED"] == "1" }

struct PlantedTests {
  @Test(.enabled(if: isPlanted)) func aWriteToTheWrongStore() throws {
    let mappings = try OwnershipMap(folder: "mappings/shop")
    try expectWritesOnly(.feature, in: mappings) { guardrails in
      try guardrails.authorize(.insert, "carts", in: "app", as: "CartRepository")
      try guardrails.authorize(.update, "users", in: "app", as: "UserRepository")  // planted: not_owner
    }
  }

  @Test(.enabled(if: isPlanted)) func aWriteInARepository() throws {
    let mappings = try OwnershipMap(folder: "mappings/shop")
    try withPostgres(prepared: "CREATE SCHEMA core; CREATE TABLE core.users (id text, email text)") { core in
      try expectWritesOnly(.feature, in: mappings) { guardrails in
        try UserRepository(core.connect(), by: guardrails).add(id: "u1", email: "a@example.com")
      }
    }
  }

  @Test(.enabled(if: isPlanted)) func legacyCodeThatAsksNobody() throws {
    let mappings = try OwnershipMap(folder: "mappings/shop")
    try withMongo { app in
      try app.insert("users", [["_id": "u1"]])
      try expectWritesToOwners(on: ["app": app], in: mappings) {  // planted: app saw 1 × update of users
        try Legacy(app.connect()).rename("u1", to: "b@example.com")
      }
    }
  }
}

final class PlantedXCTests: XCTestCase {
  func testAWriteToTheWrongStore() throws {
    try XCTSkipUnless(isPlanted)
    let mappings = try OwnershipMap(folder: "mappings/shop")
    try expectWritesOnly(.feature, in: mappings) { guardrails in
      try guardrails.authorize(.update, "users", in: "app", as: "UserRepository")  // planted: not_owner
    }
  }
}
