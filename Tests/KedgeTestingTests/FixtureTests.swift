import Audit
import Backfill
import Catalog
import Codec
import Foundation
import KedgeTesting
import Mapping
import Mongo
import Postgres
import RecordSources
import SQLite
import Testing

/// Every record that the generator makes has to land.
@Suite struct FixtureTests {
  /// Moves fixtures by the real engine, and expects that all landed and that every reference leads somewhere.
  private func expectAllLand(_ fixtures: Fixtures, _ count: Int) throws {
    try withPostgres { target in
      if fixtures.set.stores.contains(where: { $0.kind == .mongo }) {
        try withMongo { database in
          try fixtures.insert(into: database)
          try move(fixtures, count, MongoSource(try MongoSettings(url: database.uri)), target)
        }
      } else {
        try withSQLite { database in
          try fixtures.insert(into: database)
          try move(fixtures, count, SQLiteSource(path: database.path), target)
        }
      }
    }
  }

  private func move(
    _ fixtures: Fixtures, _ count: Int, _ source: any RecordSource, _ target: TemporaryPostgres
  ) throws {
    let engine = MovingEngine(fixtures.set, from: source, to: target)
    let report: BackfillReport
    do {
      report = try engine.backfill()
    } catch {
      Issue.record("\(error) \(Set(try engine.refusals()).sorted().prefix(10))")
      return
    }
    #expect(Set(try engine.refusals()).sorted() == [])
    #expect(report.entities.map(\.entity).sorted() == fixtures.set.movedInLoadOrder.map(\.name).sorted())
    for entity in report.entities {
      #expect(entity.tally.quarantined == 0, "\(entity.entity)")
      #expect(entity.tally.filtered == 0, "\(entity.entity)")
      #expect(entity.tally.landed == count, "\(entity.entity)")
    }
    let audit = try engine.audit()
    for entity in audit.entities {
      #expect(entity.tally.orphans == 0, "\(entity.entity)")
      #expect(entity.tally.matching == entity.tally.compared, "\(entity.entity)")
    }
  }

  @Test(arguments: ["sendfx", "omnihub"]) func repositorysOwnSetsLand(_ name: String) throws {
    let mappings = try OwnershipMap(folder: "mappings/\(name)")
    for seed in [1, 2] as [UInt64] {
      try expectAllLand(try Fixtures(of: mappings.set, seed: seed, records: 150), 150)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func everyTypeAndTransformLands(_ seed: UInt64) throws {
    try expectAllLand(try Fixtures(of: try WholeLanguage.mongo(), seed: seed, records: 60), 60)
    try expectAllLand(try Fixtures(of: try WholeLanguage.sqlite(), seed: seed, records: 60), 60)
  }

  @Test func valuesAreMissingNullAndEmptyNowAndThen() throws {
    let set = try OwnershipMap(folder: "mappings/sendfx").set
    let users = try Fixtures(of: set, seed: 3, records: 200).documents(of: "users")
    let times = users.map { $0["updatedAt"] }
    #expect(times.contains(nil))
    #expect(times.contains(.null))
    #expect(times.contains { if case .date? = $0 { true } else { false } })
    #expect(times.contains { $0?.string != nil })
    #expect(users.contains { $0["profile"]?.document?["phone"] == "" })
    #expect(users.allSatisfy { $0["email"]?.string?.isEmpty == false })
    #expect(users.contains { ($0["addresses"]?.elements?.count ?? 0) > 1 })
  }

  @Test func whatCanNotBeMadeIsNamed() throws {
    let set = try MappingSet.parse(
      files: [
        ("set.yaml", "set: s\nstores:\n  app: { kind: mongo }\n"),
        (
          "a.yaml",
          """
          entity: a
          owner: core
          source: { store: app, collection: a }
          key: [id]
          fields:
            id: { from: _id, type: text }
            kind: { type: text, transforms: [{ enum: { x: x, y: y } }], required: true, unique: true }
          """
        ),
      ])
    #expect(try Fixtures(of: set, records: 2).documents(of: "a").map { $0["kind"] } == ["x", "y"])
    let error = #expect(throws: FixtureError.self) { try Fixtures(of: set, records: 3) }
    #expect(
      error?.description.contains("a.kind, which is text by enum, for record 3 of those that differ") == true)
    let given = try Fixtures(of: set, records: 3, values: ["a.kind": ["x", "y", "z"]])
    #expect(given.documents(of: "a").map { $0["kind"] } == ["x", "y", "z"])
  }

  @Test func numbersThatDifferEndWithTheirType() throws {
    let set = try MappingSet.parse(
      files: [
        ("set.yaml", "set: s\nstores:\n  app: { kind: mongo }\n"),
        (
          "a.yaml",
          """
          entity: a
          owner: core
          source: { store: app, collection: a }
          key: [id]
          fields: { id: { from: _id, type: "numeric(4,2)" }, at: { type: timestamp, unique: true, transforms: [{ epoch: nanoseconds }] } }
          """
        ),
      ])
    let ids = try Fixtures(of: set, records: 98).documents(of: "a").map { $0["_id"] }
    #expect(Set(ids.map { "\($0 ?? .null)" }).count == 98)
    let error = #expect(throws: FixtureError.self) { try Fixtures(of: set, records: 100) }
    #expect(error?.description.contains("a.id, which is numeric(4,2), for record 100") == true)
  }

  @Test func theSameSeedMakesTheSame() throws {
    let set = try OwnershipMap(folder: "mappings/sendfx").set
    let (one, same, other) = (
      try Fixtures(of: set, seed: 5), try Fixtures(of: set, seed: 5), try Fixtures(of: set, seed: 6)
    )
    for entity in one.entities { #expect(one.documents(of: entity) == same.documents(of: entity)) }
    #expect(one.documents(of: "users") != other.documents(of: "users"))
    #expect(one.documents(of: "users").count == 10)
  }
}
