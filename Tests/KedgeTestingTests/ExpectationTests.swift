import Foundation
import Guardrails
import KedgeTesting
import Mapping
import Testing

@Suite struct ExpectationTests {
  @Test func ownersAreAsDeclared() throws {
    let mappings = try shop()
    let right = Collecting.failures {
      #expect(expectOwner("users", is: .core, in: mappings))
      #expect(expectOwner("carts", is: .feature, in: mappings))
      #expect(expectOwnerStore(of: "users", is: "core", in: mappings))
      #expect(expectOwnerStore(of: "orders", is: "mongo", in: mappings))
      #expect(expectEveryEntityHasAnOwner(in: mappings))
    }
    #expect(right.messages == [])

    let line = #line + 2
    let wrong = Collecting.failures {
      expectOwner("carts", is: .core, in: mappings)
      expectOwner("cart", is: .core, in: mappings)
      expectOwnerStore(of: "orders", is: "core", in: mappings)
    }
    #expect(wrong.lines == [line, line + 1, line + 2])
    #expect(
      wrong.messages == [
        "carts is owned by feature, says carts.yaml:1, and this test expects core. Correct the one that is wrong.",
        "No entity is called cart. Declared are carts, orders, users. Declare it in the mapping set, or correct the name.",
        "orders is written to app in phase legacy, says orders.yaml:1, and this test expects core. The set's stores are "
          + "app, core.",
      ])
  }

  @Test func anEntityWithoutOwnerAndACollectionOfTwoAreFound() throws {
    let more = "entity: baskets\nowner: feature\nsource: { store: app, collection: carts }\n"
    var mappings = try shop([("zbaskets.yaml", more)])
    var plan = mappings.plan
    plan.entities[plan.entity(named: "orders") ?? 0].phase = "moving"
    mappings = OwnershipMap(mappings.set, plan: plan)
    let found = Collecting.failures { #expect(!expectEveryEntityHasAnOwner(in: mappings)) }
    #expect(
      found.messages == [
        "orders has no owner in phase moving. Set a phase that this version knows: legacy, shadow, core, retired.",
        "app.carts is claimed by baskets and by carts at carts.yaml:1. Leave it to one of them.",
      ])
    #expect(found.failures.map(\.place.filePath) == ["orders.yaml", "zbaskets.yaml"])
  }

  @Test func collectionsOfAListAreDeclared() throws {
    let mappings = try shop()
    let found = Collecting.failures {
      #expect(
        expectDeclared(collections: ["users", "core.users", "core.users_addresses", "carts"], in: mappings))
      #expect(!expectDeclared(collections: ["carts", "audit_trail"], in: mappings))
      #expect(!expectDeclared(collections: ["users"], in: mappings, store: "core"))
      #expect(!expectDeclared(collections: ["users"], in: mappings, store: "lake"))
    }
    #expect(found.messages.count == 3)
    #expect(found.messages[0].hasPrefix("No entity has the collection or table audit_trail. Declare it"))
    #expect(found.messages[1].hasPrefix("No entity has the collection or table users in core."))
    #expect(found.messages[2] == "No store is called lake. Declared are app, core.")
  }

  @Test func collectionsInSourcesAreFoundByLine() throws {
    let mappings = try shop()
    try withFolder { folder in
      let text = "let a = db.collection(\"carts\")\n// å\n  let b = db.collection(\"audit_trail\")\n"
      try text.write(toFile: folder + "/Trail.swift", atomically: true, encoding: .utf8)
      let found = Collecting.failures {
        expectDeclared(namesIn: [folder], matching: #/collection\("([^"]+)"\)/#, in: mappings)
        expectDeclared(namesIn: [folder], matching: #/table\("([^"]+)"\)/#, in: mappings)
        expectDeclared(namesIn: [folder + "/gone"], matching: #/table\("([^"]+)"\)/#, in: mappings)
      }
      #expect(found.messages.count == 3)
      #expect(found.messages[0].hasPrefix("No entity has the collection or table audit_trail."))
      #expect(found.failures[0].place.filePath == folder + "/Trail.swift")
      #expect(found.failures[0].place.line == 3)
      #expect(found.failures[0].place.column == 26)
      #expect(found.messages[1].contains("looks at nothing"))
      #expect(found.messages[2].hasPrefix("The sources can't be read:"))
    }
  }

  @Test func writesOfABlockAreJudgedAtTheirLines() throws {
    let mappings = try shop()
    let line = #line + 3
    let found = try Collecting.failures {
      let isMet = try expectWritesOnly(.feature, in: mappings) { recorder in
        try recorder.authorize(.insert, "carts", in: "app")
        try recorder.authorize(.update, "users", in: "core", as: "UserRepository")
        try recorder.authorize(.update, "users", in: "app", as: "UserRepository")
      }
      #expect(!isMet)
    }
    #expect(found.lines == [line + 2, line + 1])
    #expect(found.messages[0].contains("(not_owner)"))
    #expect(
      found.messages[1].hasPrefix(
        "This block may write only feature data, and there is an update of users in core"))
    #expect(found.failures.map(\.place.fileID) == Array(repeating: #fileID, count: 2))
    #expect(found.failures.map(\.place.filePath) == Array(repeating: #filePath, count: 2))
  }

  @Test func aBlockMayBeHeldToAStoreAndToNoCrossing() async throws {
    let mappings = try shop()
    let line = #line + 3
    let found = try await Collecting.failures {
      try await expectWritesOnly(to: "mongo", in: mappings) { recorder in
        try recorder.authorize(.insert, "carts", in: "app")
        await Task.yield()
        try recorder.authorize(.update, "users", in: "postgres", as: "UserRepository")
      }
      try expectNoCrossing(in: mappings) { recorder in
        try recorder.authorize(.insert, "carts", in: "mongo")
        try recorder.authorize(.insert, "orders", in: "app")
        try recorder.authorize(.update, "users", in: "core", as: "UserRepository")
      }
      try expectNoCrossing(in: mappings) { recorder in
        try recorder.current.unitOfWork(writer: "UserRepository") { unit in
          try unit.authorize(.insert, "carts", in: "app")
          try unit.authorize(.insert, "users", in: "core")
        }
      }
    }
    #expect(found.lines == [line + 2, line + 7, line + 12])
    #expect(
      found.messages[0]
        == "This block may write only to mongo, and there is an update of users in postgres by UserRepository."
    )
    #expect(
      found.messages[1].contains(
        "after the insert of carts in mongo at KedgeTestingTests/ExpectationTests.swift:"))
    #expect(found.messages[2].contains("Leave one of them to a unit of work of its own"))
  }

  @Test func refusalsAreExpectedByTheirReason() throws {
    let mappings = try shop()
    let found = try Collecting.failures {
      let isRefused = try expectRefused(.notOwner, in: mappings) { recorder in
        try recorder.authorize(.insert, "users", in: "app", as: "UserRepository")
      }
      #expect(isRefused)
      let isSwallowed = try expectRefused(.staleFence, in: mappings) { recorder in
        // Code that swallows the refusal has been refused all the same.
        do { try recorder.authorize(.insert, "users", in: "core", as: "UserRepository", fence: 0) } catch {}
      }
      #expect(isSwallowed)
      let isMet = try expectRefused(.notOwner, in: mappings) { recorder in
        try recorder.authorize(.insert, "users", in: "core", as: "UserRepository")
      }
      #expect(!isMet)
      let isEmptyMet = try expectRefused(.notOwner, in: mappings) { _ in }
      #expect(!isEmptyMet)
    }
    #expect(found.messages.count == 2)
    #expect(
      found.messages[0].hasPrefix(
        "No write was refused as not_owner. The block's writes were: insert of users in core"))
    #expect(found.messages[1] == "No write was refused as not_owner. The block asked for no write at all.")
  }

  @Test func oneRecorderServesManyThreadsAndManyRecordersOneTest() async throws {
    let mappings = try shop()
    let total = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...8 {
        group.addTask {
          let recorder = GuardRecorder(mappings)
          try await withThrowingTaskGroup(of: Void.self) { inner in
            for _ in 0..<number {
              inner.addTask { try recorder.authorize(.insert, "carts", in: "app") }
            }
            try await inner.waitForAll()
          }
          #expect(recorder.writes.allSatisfy { $0.entity == "carts" && $0.decision.isAllowed })
          return recorder.writes.count
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(total == 36)
  }
}
